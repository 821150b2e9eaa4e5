// Whether threads can be started: after failures in a row it takes a while until the next try.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export class Boots {
  readonly #onAllowed: () => void;
  #failures = 0;
  #trouble: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #first: ((failure: string | null) => void) | null = null;

  /** `onAllowed`: one more try may be made. */
  constructor(onAllowed: () => void) {
    this.#onAllowed = onAllowed;
  }

  /** Why no thread can be started at the moment; null when one can. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** The outcome of the first boot: null, or why it failed. */
  first(deadlineMs: number): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#first?.(`no thread was ready after ${deadlineMs} ms`), deadlineMs);
      this.#first = (failure) => {
        clearTimeout(timer);
        this.#first = null;
        resolve(failure);
      };
    });
  }

  succeeded(): void {
    this.#failures = 0;
    this.#trouble = null;
    this.#first?.(null);
  }

  failed(message: string): void {
    this.#first?.(message);
    if (this.#timer !== null) return;
    this.#trouble = message;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#trouble = null;
      this.#onAllowed();
    }, pause);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#first?.("closed");
  }
}
