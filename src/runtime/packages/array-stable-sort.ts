// Stable sorting that can wait for each comparison: the sort says what to compare next and is told the answer.

import type { Value } from "../value/value.ts";

/** A sort under way. As long as it is not done, it asks whether `left` belongs before `right`. */
export interface Sorting {
  readonly done: boolean;
  readonly left: Value;
  readonly right: Value;
  /** Sorted once the sort is done. */
  readonly items: Value[];
  answer(isLess: boolean): void;
}

/** Up to this length Rust sorts by insertion; the order of comparisons, which callbacks can observe, is the same. */
const LONGEST_INSERTION = 20;

/** Starts to sort `items`, which are modified. */
export function startSorting(items: Value[]): Sorting {
  return items.length <= LONGEST_INSERTION ? new InsertionSort(items) : new MergeSort(items);
}

/** Sorts at once. */
export function sortNow(items: Value[], isLess: (left: Value, right: Value) => boolean): Value[] {
  const sorting = startSorting(items);
  while (!sorting.done) sorting.answer(isLess(sorting.left, sorting.right));
  return sorting.items;
}

class InsertionSort implements Sorting {
  done: boolean;
  left: Value;
  right: Value;
  /** The item being inserted comes from here, and has moved down to `gap`. */
  private next = 0;
  private gap = 0;
  constructor(readonly items: Value[]) {
    this.done = items.length < 2;
    this.takeNext();
  }
  answer(isLess: boolean): void {
    if (isLess) {
      this.items[this.gap] = this.right;
      this.gap--;
      if (this.gap > 0) {
        this.right = this.items[this.gap - 1];
        return;
      }
    }
    this.items[this.gap] = this.left;
    this.takeNext();
  }
  private takeNext(): void {
    this.next++;
    if (this.next >= this.items.length) {
      this.done = true;
      return;
    }
    this.gap = this.next;
    this.left = this.items[this.next];
    this.right = this.items[this.next - 1];
  }
}

/** Merges neighbouring runs of 1, 2, 4 ... items; runs that are in order already cost one comparison. */
class MergeSort implements Sorting {
  done = false;
  left: Value = undefined;
  right: Value = undefined;
  items: Value[];
  private target: Value[];
  private width = 1;
  /** The two runs being merged: what is left of them, and where the next item goes. */
  private first = 0;
  private firstEnd = 0;
  private second = 0;
  private secondEnd = 0;
  private out = 0;
  /** The pending comparison is between the end of the first run and the start of the second. */
  private checking = false;
  constructor(items: Value[]) {
    this.items = items;
    this.target = items.slice();
    this.nextRuns();
  }
  answer(isLess: boolean): void {
    if (this.checking) this.startMerge(isLess);
    else this.merge(isLess);
  }
  /** An item of the second run goes first only when it is less: that keeps the sort stable. */
  private merge(isLess: boolean): void {
    const { items, target } = this;
    if (isLess) {
      target[this.out++] = items[this.second++];
      if (this.second === this.secondEnd) this.finishRuns();
      else this.left = items[this.second];
    } else {
      target[this.out++] = items[this.first++];
      if (this.first === this.firstEnd) this.finishRuns();
      else this.right = items[this.first];
    }
  }
  private startMerge(isLess: boolean): void {
    this.checking = false;
    if (!isLess) this.finishRuns();
    else if (this.firstEnd - this.first === 1) this.merge(true);
    else this.right = this.items[this.first];
  }
  private finishRuns(): void {
    const { items, target } = this;
    while (this.first < this.firstEnd) target[this.out++] = items[this.first++];
    while (this.second < this.secondEnd) target[this.out++] = items[this.second++];
    this.nextRuns();
  }
  private nextRuns(): void {
    const { length } = this.items;
    if (this.out + this.width >= length) this.finishPass();
    if (this.done) return;
    this.first = this.out;
    this.firstEnd = this.out + this.width;
    this.second = this.firstEnd;
    this.secondEnd = Math.min(this.second + this.width, length);
    this.checking = true;
    this.left = this.items[this.second];
    this.right = this.items[this.second - 1];
  }
  /** What remains of the pass is a single run; the next pass merges runs of twice the width. */
  private finishPass(): void {
    const { items, target } = this;
    while (this.out < items.length) {
      target[this.out] = items[this.out];
      this.out++;
    }
    this.items = target;
    this.target = items;
    this.width *= 2;
    this.out = 0;
    this.done = this.width >= items.length;
  }
}
