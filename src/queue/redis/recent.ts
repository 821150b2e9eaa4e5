// After a server lost data (failover, restart without its files): what was submitted shortly before is submitted again.

import type { TaskSpec } from "../task.ts";
import type { Core } from "./core.ts";

/** Most tasks remembered. */
const MAX_TASKS = 20_000;

export interface LossReport {
  /** Tasks of the last moments that were looked for, and those of them that had vanished and were submitted again. */
  readonly checked: number;
  readonly resubmitted: number;
}

interface Note {
  readonly at: number;
  readonly task: TaskSpec;
}

/**
 * A submit that was confirmed can be lost with the server that confirmed it. Its id was made here, so submitting it again
 * does nothing when it is still there. What nobody can know is whether a vanished task had been run meanwhile: so this is
 * done only when asked for, and not for tasks whose record is removed at their end.
 */
export class Recent {
  readonly #core: Core;
  readonly #windowMs: number;
  readonly #resubmit: (tasks: readonly TaskSpec[]) => Promise<number>;
  readonly #onLoss: (report: LossReport) => void;
  #notes: Note[] = [];
  #server: string | undefined;

  constructor(
    core: Core,
    windowMs: number,
    resubmit: (tasks: readonly TaskSpec[]) => Promise<number>,
    onLoss: (report: LossReport) => void,
  ) {
    this.#core = core;
    this.#windowMs = windowMs;
    this.#resubmit = resubmit;
    this.#onLoss = onLoss;
    core.client.onConnected(() => void this.#check());
  }

  note(id: string, spec: TaskSpec): void {
    if (spec.resultTtlMs === 0) return;
    this.#notes.push({ at: Date.now(), task: { ...spec, id } });
    if (this.#notes.length > 2 * MAX_TASKS) this.#forgetOld();
  }

  #forgetOld(): void {
    const oldest = Date.now() - this.#windowMs;
    this.#notes = this.#notes.slice(-MAX_TASKS).filter(({ at }) => at >= oldest);
  }

  /** Another server than before, or the same one started anew: does it still know what we submitted? */
  async #check(): Promise<void> {
    try {
      const info = String(await this.#core.command("INFO", ["server"]));
      const server = /^run_id:(\S+)/m.exec(info)?.[1];
      const known = this.#server;
      this.#server = server;
      if (known === undefined || known === server) return;
      this.#forgetOld();
      const tasks = this.#notes.map(({ task }) => task);
      const resubmitted = await this.#resubmit(tasks);
      this.#onLoss({ checked: tasks.length, resubmitted });
    } catch {
      // The connection is lost again: the next one asks again, about the server that was known.
      this.#server ??= "unknown";
    }
  }
}
