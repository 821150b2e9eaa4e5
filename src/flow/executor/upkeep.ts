// What has to be done now and then, by any executor: firing schedules, removing old runs.

import type { Plan } from "../plan.ts";
import type { FlowRetention } from "../store.ts";
import type { Crew } from "./crew.ts";
import { fireSchedules } from "./scheduling.ts";

export interface UpkeepOptions {
  /** At the latest after so long. */
  readonly everyMs: number;
  readonly retention: FlowRetention;
  /** Starts the run of a schedule's slot, unless the key is in use; tells its id. */
  readonly startSlot: (plan: Plan, input: string, key: string) => Promise<string>;
  readonly onError: (error: unknown) => void;
}

/** Works until its crew closes. */
export class Upkeep {
  /** Resolves when the last round is over. */
  readonly over: Promise<void>;
  readonly #crew: Crew;
  readonly #options: UpkeepOptions;
  #early: AbortController | null = null;

  constructor(crew: Crew, options: UpkeepOptions) {
    this.#crew = crew;
    this.#options = options;
    this.over = this.#rounds();
  }

  /** Something changed: perhaps a schedule. */
  wake(): void {
    this.#early?.abort();
  }

  async #rounds(): Promise<void> {
    const { signal, clock } = this.#crew;
    const stop = () => this.wake();
    signal.addEventListener("abort", stop);
    while (!this.#crew.closed) {
      this.#early = new AbortController();
      const waitMs = await this.#round();
      if (!this.#crew.closed) await clock.sleep(Math.max(1, waitMs), this.#early.signal);
    }
    signal.removeEventListener("abort", stop);
  }

  /** Returns after how many ms the next one is due. */
  async #round(): Promise<number> {
    const { everyMs, retention, startSlot, onError } = this.#options;
    const crew = this.#crew;
    try {
      const waitMs = await fireSchedules({
        store: crew.store,
        now: () => crew.now(),
        planOfHash: (hash) => crew.planOfHash(hash),
        startSlot,
        onError: (error) => !crew.closed && onError(error),
      });
      const { more } = await crew.store.sweep({ retention });
      return more ? 1 : Math.min(everyMs, waitMs ?? everyMs);
    } catch (error) {
      if (!crew.closed) onError(error);
      return everyMs / 10;
    }
  }
}
