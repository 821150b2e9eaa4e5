// Tasks that are ready to run, and whose turn it is: first come, first served within a fair key, keys in turns.

import { SortedIndex } from "./sorted-index.ts";

/** A queue whose ends are cheap; index 0 is the next to leave. */
class Line {
  #items: string[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(id: string): void {
    this.#items.push(id);
  }

  pushFront(id: string): void {
    if (this.#head > 0) this.#items[--this.#head] = id;
    else this.#items.unshift(id);
  }

  first(): string | undefined {
    return this.#items[this.#head];
  }

  shift(): string | undefined {
    if (this.length === 0) return undefined;
    const id = this.#items[this.#head++];
    if (this.#head > 1000 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return id;
  }

  /** True when it held the id. */
  delete(id: string): boolean {
    const place = this.#items.indexOf(id, this.#head);
    if (place >= 0) this.#items.splice(place, 1);
    return place >= 0;
  }

  toArray(): string[] {
    return this.#items.slice(this.#head);
  }
}

/** The queue's own place in the ring. No fair key is empty. */
const QUEUE = "";

export interface ReadyRules {
  /** Moment of being ready, minus what the task's priority is worth: lower goes first. */
  rank(id: string): number;
  fairKeyOf(id: string): string;
  /** Turns in a row for a key. */
  weightOf(fairKey: string): number;
}

/**
 * - `queue` belongs to one fair key, its owner, while it holds anything.
 * - Tasks of other keys go to lanes, one for each; `ring` holds the keys in the order of their turns, and QUEUE for the
 *   queue's own turn. A lane or a ring without entries does not exist.
 * - `urgent`: tasks with a priority, by rank: the order among waiting tasks never changes, and each becomes the lowest.
 * - While anything is ready, `queue` is not empty (`feed` sees to it): the Redis store's workers block on it. A task that
 *   was fed to it has used up its turn already.
 *
 * The Redis store's scripts keep the same rules (../redis/scripts/includes/ready.lua, turns.lua); a test compares the two.
 */
export class ReadyLine {
  readonly #rules: ReadyRules;
  readonly #queue = new Line();
  readonly #lanes = new Map<string, Line>();
  readonly #urgent = new SortedIndex();
  #ring: string[] = [];
  #owner = "";
  #fed = false;
  #turns = 0;

  constructor(rules: ReadyRules) {
    this.#rules = rules;
  }

  get size(): number {
    let size = this.#queue.length + this.#urgent.size;
    for (const lane of this.#lanes.values()) size += lane.length;
    return size;
  }

  push(id: string, fairKey: string, priority: number): void {
    const lane = this.#lanes.get(fairKey);
    if (priority > 0 && this.#queue.length > 0) {
      this.#urgent.set(id, this.#rules.rank(id));
    } else if (lane !== undefined) {
      lane.push(id);
    } else if (this.#queue.length === 0 || this.#owner === fairKey) {
      this.#queue.push(id);
      this.#owner = fairKey;
    } else {
      const fresh = new Line();
      fresh.push(id);
      this.#lanes.set(fairKey, fresh);
      this.#ring.push(fairKey);
      if (this.#ring.length === 1) this.#ring.push(QUEUE);
    }
  }

  /** Puts a task back as the next to run. */
  pushFront(id: string, fairKey: string): void {
    if (this.#queue.length === 0) this.#owner = fairKey;
    this.#queue.pushFront(id);
  }

  /** Removes and returns the next task. */
  pick(): string | undefined {
    const turn = this.#turn();
    const best = this.#urgent.first();
    if (best !== undefined) {
      const next = turn === undefined ? undefined : this.#line(turn).first();
      if (next === undefined || best.score <= this.#rules.rank(next)) {
        this.#urgent.delete(best.id);
        return best.id;
      }
    }
    return turn === undefined ? undefined : this.#take(turn);
  }

  #line(turn: string): Line {
    return turn === QUEUE ? this.#queue : this.#lanes.get(turn)!;
  }

  #turn(): string | undefined {
    if (this.#ring.length === 0 || (this.#fed && this.#queue.length > 0)) {
      return this.#queue.length > 0 ? QUEUE : undefined;
    }
    if (this.#ring[0] === QUEUE && this.#queue.length === 0) this.#rotate();
    return this.#ring[0];
  }

  #take(turn: string): string | undefined {
    const id = this.#line(turn).shift();
    if (turn === QUEUE) {
      if (this.#fed) this.#fed = false;
      else if (this.#ring.length > 0) this.#useTurn(this.#owner);
      return id;
    }
    if (this.#line(turn).length > 0) {
      this.#useTurn(turn);
      return id;
    }
    this.#lanes.delete(turn);
    this.#ring.shift();
    this.#turns = 0;
    if (this.#ring.length === 1) this.#ring = [];
    return id;
  }

  #useTurn(fairKey: string): void {
    this.#turns++;
    if (this.#turns >= this.#rules.weightOf(fairKey)) this.#rotate();
  }

  #rotate(): void {
    this.#ring.push(this.#ring.shift()!);
    this.#turns = 0;
  }

  /** Restores the invariant after tasks were taken. */
  feed(): void {
    if (this.#queue.length > 0 || (this.#ring.length === 0 && this.#urgent.size === 0)) return;
    this.#fed = false;
    if (this.#urgent.size === 0 && this.#ring.length === 2) {
      this.#adoptLastLane();
      return;
    }
    const id = this.pick()!;
    this.#queue.push(id);
    this.#owner = this.#rules.fairKeyOf(id);
    this.#fed = true;
  }

  /** One lane is left: it becomes the queue. */
  #adoptLastLane(): void {
    const owner = this.#turn()!;
    for (const id of this.#lanes.get(owner)!.toArray()) this.#queue.push(id);
    this.#lanes.clear();
    this.#ring = [];
    this.#owner = owner;
    this.#turns = 0;
  }

  /** Takes a task out before its turn; false when it is not here. `feed` must follow. */
  withdraw(id: string, fairKey: string): boolean {
    if (this.#urgent.delete(id) || this.#queue.delete(id)) return true;
    const lane = this.#lanes.get(fairKey);
    if (!lane?.delete(id)) return false;
    if (lane.length === 0) this.#leaveRing(fairKey);
    return true;
  }

  #leaveRing(fairKey: string): void {
    this.#lanes.delete(fairKey);
    if (this.#ring[0] === fairKey) this.#turns = 0;
    this.#ring = this.#ring.filter((key) => key !== fairKey);
    if (this.#ring.length === 1) this.#ring = [];
  }

  /** In the order of listings: the queue, urgent ones, each lane. */
  toArray(): string[] {
    const lanes = [...this.#lanes].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      ...this.#queue.toArray(),
      ...this.#urgent.slice(0, this.#urgent.size).map(({ id }) => id),
      ...lanes.flatMap(([, lane]) => lane.toArray()),
    ];
  }

  /** Tasks in front, for one in the queue; null elsewhere. */
  ahead(id: string): number | null {
    const place = this.#queue.toArray().indexOf(id);
    return place < 0 ? null : place;
  }
}
