// When the store last answered, by context: what a worker's health is judged by.

/** A wait for work is answered after 5 s at the latest, upkeep happens every few seconds: a few calls may be lost. */
const SILENT_MS = 15_000;

export function isTooLong(ms: number): boolean {
  return ms > SILENT_MS;
}

export class Contacts {
  readonly #last = new Map<string, number>();

  constructor(contexts: readonly string[]) {
    for (const context of contexts) this.#last.set(context, performance.now());
  }

  note(context: string): void {
    this.#last.set(context, performance.now());
  }

  silentMs(context: string): number {
    return performance.now() - (this.#last.get(context) ?? performance.now());
  }
}
