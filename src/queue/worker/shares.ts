// A worker's slots among its contexts: none starves while others are busy, and none holds slots that others could use.

/**
 * Each context keeps one slot to itself (as long as there are enough), so that what comes in is started at once. The rest
 * goes to whoever asks; when several have a backlog, nobody takes more than an equal share of all slots.
 */
export class Shares {
  readonly #total: number;
  readonly #held = new Map<string, { running: number; reserved: number; hungry: boolean }>();
  /** Contexts that found no slot, in the order of their asking, and how to tell them to ask again. */
  readonly #line = new Map<string, () => void>();
  /** How many more tasks the threads can do with. */
  readonly #room: () => number;

  constructor(total: number, contexts: readonly string[], room: () => number) {
    this.#total = total;
    this.#room = room;
    for (const context of contexts) this.#held.set(context, { running: 0, reserved: 0, hungry: false });
  }

  /** With more in one claim, the store would wait for the threads and they for the store; so they take turns with the halves. */
  get half(): number {
    return Math.ceil(this.#total / 2);
  }

  /** There is one context only. */
  get isForOne(): boolean {
    return this.#held.size === 1;
  }

  /** Not every context can have a slot at the same time. */
  get areScarce(): boolean {
    return this.#total < this.#held.size;
  }

  get running(): number {
    let sum = 0;
    for (const { running } of this.#held.values()) sum += running;
    return sum;
  }

  runningIn(context: string): number {
    return this.#held.get(context)!.running;
  }

  get #used(): number {
    let sum = 0;
    for (const { running, reserved } of this.#held.values()) sum += running + reserved;
    return sum;
  }

  get #reserved(): number {
    let sum = 0;
    for (const { reserved } of this.#held.values()) sum += reserved;
    return sum;
  }

  /** How many tasks the context may claim now. */
  limit(context: string): number {
    const mine = this.#held.get(context)!;
    const own = mine.running + mine.reserved;
    let bare = 0;
    let hungry = 0;
    for (const [name, other] of this.#held) {
      if (name === context) continue;
      // When slots are scarce, only who waits for one needs it.
      if (other.running + other.reserved === 0 && (!this.areScarce || this.#line.has(name))) bare++;
      if (other.hungry) hungry++;
    }
    const free = this.#total - this.#used;
    const room = this.#room();
    if (free <= 0 || room <= 0) return 0;
    const fair = hungry === 0 ? free : Math.ceil(this.#total / (hungry + 1)) - own;
    // What others have reserved may never come: a context without any slot gets one all the same.
    const fitting = Math.max(room - this.#reserved, own === 0 ? 1 : 0);
    const limit = Math.min(free - bare, fair, fitting);
    if (limit > 0) return limit;
    // Fewer slots than contexts: they take turns.
    const [first = context] = this.#line.keys();
    return own === 0 && first === context ? 1 : 0;
  }

  /** Resolves when it is worth asking for the limit again. */
  wait(context: string): Promise<void> {
    return new Promise((wake) => this.#line.set(context, wake));
  }

  /** Slots that a claim under way may fill. */
  reserve(context: string, count: number): void {
    this.#line.delete(context);
    this.#held.get(context)!.reserved += count;
  }

  /** The claim brought so many; `hungry` when there may be more where they come from. */
  settle(context: string, reserved: number, taken: number, hungry: boolean): void {
    const mine = this.#held.get(context)!;
    mine.reserved -= reserved;
    mine.running += taken;
    mine.hungry = hungry;
    if (reserved > taken) this.wake();
  }

  /** Tasks ended. */
  release(context: string, count: number): void {
    this.#held.get(context)!.running -= count;
    this.wake();
  }

  wake(): void {
    for (const wake of this.#line.values()) wake();
  }
}
