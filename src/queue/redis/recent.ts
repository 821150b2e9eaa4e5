// After a server lost data (failover, restart without its files): what was submitted shortly before is submitted again.

import type { TaskSpec } from "../task.ts";
import type { Core } from "./core.ts";

/** Most tasks remembered, and characters of them. */
const MAX_TASKS = 20_000;
const MAX_CHARACTERS = 64_000_000;

export interface LossReport {
  /** Tasks of the last moments that were looked for, and those of them that had vanished and were submitted again. */
  readonly checked: number;
  readonly resubmitted: number;
}

interface Note {
  readonly at: number;
  readonly characters: number;
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
  /** Those before are forgotten. */
  #first = 0;
  #characters = 0;
  #server: string | undefined;
  /** When the connection went that led to the server known so far. */
  #lostAt: number | undefined;

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
    core.client.onLost(() => {
      this.#lostAt ??= Date.now();
    });
    core.client.onConnected(() => void this.#check());
  }

  note(id: string, spec: TaskSpec): void {
    if (spec.resultTtlMs === 0) return;
    const { script = "", args = "", meta = "" } = spec;
    const characters = 500 + script.length + args.length + meta.length;
    this.#notes.push({ at: Date.now(), characters, task: { ...spec, id } });
    this.#characters += characters;
    this.#forgetOld();
  }

  /** What was submitted earlier than the window, seen from when the connection was lost, or now. */
  #forgetOld(): void {
    const oldest = (this.#lostAt ?? Date.now()) - this.#windowMs;
    const notes = this.#notes;
    while (this.#first < notes.length) {
      const { at, characters } = notes[this.#first];
      const tooMany = notes.length - this.#first > MAX_TASKS || this.#characters > MAX_CHARACTERS;
      if (at >= oldest && !tooMany) break;
      this.#characters -= characters;
      this.#first++;
    }
    if (this.#first > 1000 && this.#first * 2 > notes.length) {
      this.#notes = notes.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Another server than before, or the same one started anew: does it still know what we submitted? */
  async #check(): Promise<void> {
    try {
      const info = String(await this.#core.command("INFO", ["server"]));
      const server = /^run_id:(\S+)/m.exec(info)?.[1];
      const known = this.#server;
      if (known !== undefined && known !== server) await this.#submitAgain();
      this.#server = server;
      this.#lostAt = undefined;
    } catch {
      // The connection is lost again: the next one asks again, about the server that was known.
      this.#server ??= "unknown";
    }
  }

  async #submitAgain(): Promise<void> {
    this.#forgetOld();
    const tasks = this.#notes.slice(this.#first).map(({ task }) => task);
    const resubmitted = await this.#resubmit(tasks);
    this.#onLoss({ checked: tasks.length, resubmitted });
  }
}
