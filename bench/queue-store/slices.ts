// Comparing two things on a machine that others use, too: short slices in turns, so that both see the same noise.

import { median } from "../median.ts";

export interface Compared {
  readonly one: number;
  readonly other: number;
  /** Of the slices that stood next to each other, the middle ratio of the first to the second. */
  readonly ratio: number;
}

/** Each function gives the measure of one slice. The order changes with each pair. */
export async function inTurns(
  pairs: number,
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<Compared> {
  const ones: number[] = [];
  const others: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) ones.push(await one());
    others.push(await other());
    if (pair % 2 === 1) ones.push(await one());
  }
  return {
    one: median(ones),
    other: median(others),
    ratio: median(ones.map((value, i) => value / others[i])),
  };
}
