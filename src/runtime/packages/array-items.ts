// Copying and replacing runs of array items.

import { Container, copyValue } from "../value/containers.ts";
import type { Value } from "../value/value.ts";

/** Largest number of items that JS takes as arguments without complaint. */
const MAX_ARGUMENTS = 10_000;

/** Copies of items that stay where they are. */
export function copyItems(items: readonly Value[], from = 0, to = items.length): Value[] {
  const copies = items.slice(from, to);
  for (let i = 0; i < copies.length; i++) {
    const item = copies[i];
    if (item instanceof Container) copies[i] = item.copy();
  }
  return copies;
}

/** Appends copies of `more` to `items`; they may be the same array. */
export function appendCopies(items: Value[], more: readonly Value[]): void {
  const count = more.length;
  for (let i = 0; i < count; i++) items.push(copyValue(more[i]));
}

/** Puts `insert` in the place of `count` items at `start`. */
export function spliceItems(items: Value[], start: number, count: number, insert: readonly Value[]): void {
  if (insert.length <= MAX_ARGUMENTS) {
    items.splice(start, count, ...insert);
    return;
  }
  const tail = items.slice(start + count);
  items.length = start;
  for (const item of insert) items.push(item);
  for (const item of tail) items.push(item);
}
