// Random series of crashes that a seed determines.

import type { CrashPoint } from "./faults.ts";

const MAX_KILLS = 4;

/** Two to four executors are killed in each round, the first within `deeds` things that it does, the others sooner. */
export function randomKills(deeds: number, rounds: number, seed: number): CrashPoint[][] {
  const random = generator(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: rounds }, () =>
    Array.from({ length: 2 + below(MAX_KILLS - 1) }, (_, i): CrashPoint => {
      const last = Math.max(1, i === 0 ? deeds : Math.ceil(deeds / 2));
      return { number: 1 + below(last), when: below(2) === 0 ? "before" : "after" };
    }),
  );
}

/** Numbers from 0 to 1 (Weyl sequence, mixed). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
