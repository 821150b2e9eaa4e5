// Calls of the same moment travel together, many in one script call.

/** Bounds of one script call: the server does nothing else meanwhile. */
const MAX_ITEMS = 100;
const MAX_CHARACTERS = 1_000_000;
/** Calls under way; what comes meanwhile joins the next one. */
const MAX_IN_FLIGHT = 3;

interface Item<R> {
  readonly args: readonly string[];
  readonly characters: number;
  readonly resolve: (reply: R) => void;
  readonly reject: (error: unknown) => void;
}

export class Batcher<R> {
  /** Sends one call; its replies are in the order of the items. */
  readonly #send: (items: readonly (readonly string[])[]) => Promise<readonly R[]>;
  #waiting: Item<R>[] = [];
  #inFlight = 0;
  #planned = false;

  constructor(send: (items: readonly (readonly string[])[]) => Promise<readonly R[]>) {
    this.#send = send;
  }

  add(args: readonly string[]): Promise<R> {
    let characters = 0;
    for (const arg of args) characters += arg.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ args, characters, resolve, reject });
      this.#plan();
    });
  }

  #plan(): void {
    if (this.#planned || this.#waiting.length === 0 || this.#inFlight >= MAX_IN_FLIGHT) return;
    this.#planned = true;
    // A turn later: what became ready together goes together.
    setImmediate(() => {
      this.#planned = false;
      while (this.#waiting.length > 0 && this.#inFlight < MAX_IN_FLIGHT) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const items = this.#take();
    this.#inFlight++;
    try {
      const replies = await this.#send(items.map(({ args }) => args));
      items.forEach(({ resolve }, i) => {
        resolve(replies[i]);
      });
    } catch (error) {
      for (const { reject } of items) reject(error);
    }
    this.#inFlight--;
    this.#plan();
  }

  #take(): readonly Item<R>[] {
    let count = 0;
    let characters = 0;
    for (const item of this.#waiting) {
      characters += item.characters;
      if (count > 0 && (count >= MAX_ITEMS || characters > MAX_CHARACTERS)) break;
      count++;
    }
    const items = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return items;
  }
}
