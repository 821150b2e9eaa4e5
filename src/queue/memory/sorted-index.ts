// Ids in the order of a number each, as Redis' sorted sets keep them: equal numbers in the order of the ids.

export interface Scored {
  readonly id: string;
  readonly score: number;
}

export class SortedIndex {
  readonly #scores = new Map<string, number>();
  readonly #order: Scored[] = [];

  get size(): number {
    return this.#order.length;
  }

  has(id: string): boolean {
    return this.#scores.has(id);
  }

  score(id: string): number | undefined {
    return this.#scores.get(id);
  }

  set(id: string, score: number): void {
    this.delete(id);
    this.#scores.set(id, score);
    this.#order.splice(this.place(id, score), 0, { id, score });
  }

  delete(id: string): boolean {
    const score = this.#scores.get(id);
    if (score === undefined) return false;
    this.#scores.delete(id);
    this.#order.splice(this.place(id, score), 1);
    return true;
  }

  first(): Scored | undefined {
    return this.#order[0];
  }

  /** From a place on, lowest first. */
  slice(from: number, to: number): readonly Scored[] {
    return this.#order.slice(from, to);
  }

  /** Ids up to a score, lowest first. */
  upTo(score: number, limit: number): string[] {
    const ids: string[] = [];
    for (const entry of this.#order) {
      if (entry.score > score || ids.length >= limit) break;
      ids.push(entry.id);
    }
    return ids;
  }

  countAbove(score: number): number {
    return this.#order.length - this.#placeAbove(score);
  }

  firstAbove(score: number): Scored | undefined {
    return this.#order[this.#placeAbove(score)];
  }

  #placeAbove(score: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order[middle].score > score) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Place of the first entry that is not lower. */
  place(id: string, score: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#order[middle];
      if (entry.score < score || (entry.score === score && entry.id < id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
