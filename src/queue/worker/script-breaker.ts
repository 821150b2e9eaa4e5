// Scripts that kill their thread again and again are not run for a while: each time costs the scripts beside it a start.

import { createHash } from "node:crypto";

/** Deaths in a row, without a run that ended, until the breaker opens; and for how long. */
const DEATHS = 5;
const OPEN_MS = 30_000;
/** Scripts that are remembered. */
const MAX_SCRIPTS = 1000;

interface Suspect {
  deaths: number;
  openUntil: number;
}

export class ScriptBreaker {
  readonly #suspects = new Map<string, Suspect>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether the script is not to be run now. After the pause one more try decides. */
  isOpen(script: string): boolean {
    if (this.#suspects.size === 0) return false;
    const suspect = this.#suspects.get(keyOf(script));
    return suspect !== undefined && this.#now() < suspect.openUntil;
  }

  died(script: string): void {
    const key = keyOf(script);
    const suspect = this.#suspects.get(key) ?? { deaths: 0, openUntil: 0 };
    this.#suspects.delete(key);
    this.#suspects.set(key, suspect);
    if (++suspect.deaths >= DEATHS) suspect.openUntil = this.#now() + OPEN_MS;
    if (this.#suspects.size > MAX_SCRIPTS) this.#suspects.delete(this.#suspects.keys().next().value!);
  }

  /** It ran to an end, whichever. */
  ended(script: string): void {
    if (this.#suspects.size > 0) this.#suspects.delete(keyOf(script));
  }
}

function keyOf(script: string): string {
  return createHash("sha1").update(script).digest("base64");
}
