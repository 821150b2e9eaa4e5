// What a script thread has to say, in few messages: each costs as much as running a small script.

import type { ReportSink, RunReport } from "./run-report.ts";
import type { SlotRef } from "./slots.ts";
import type { FromThread, ScriptOutcome, ScriptReport } from "./thread-messages.ts";

/** An outcome waits no longer than this for those behind it to come along; and no more than so many. */
const LONGEST_WAIT_MS = 5;
const FULL = 64;
const REPORT_MS = 100;

export class Outbox implements ReportSink {
  readonly #post: (message: FromThread) => void;
  readonly #heapBytes: () => number;
  #outcomes: ScriptOutcome[] = [];
  readonly #reports: (SlotRef & { readonly report: ScriptReport })[] = [];
  readonly #due = new Set<RunReport>();
  #timer: NodeJS.Timeout | null = null;
  #roomTimer: NodeJS.Immediate | null = null;
  #firstAt = 0;
  #started = 0;
  #busyMs = 0;

  constructor(post: (message: FromThread) => void, heapBytes: () => number) {
    this.#post = post;
    this.#heapBytes = heapBytes;
  }

  /** Time that running a script, up to where it waits, has kept the thread busy. */
  started(busyMs: number): void {
    this.#started++;
    this.#busyMs += busyMs;
  }

  /** There is room for more scripts: told soon, if nothing else is. */
  noteRoom(): void {
    this.#roomTimer ??= setImmediate(() => {
      this.#roomTimer = null;
      if (this.#started > 0) this.#postBatch();
    });
  }

  add(outcome: ScriptOutcome): void {
    if (this.#outcomes.length === 0) this.#firstAt = performance.now();
    this.#outcomes.push(outcome);
  }

  /** To be called between scripts and while they run: what ended before must not wait for a long one to end. */
  flushIfDue(): void {
    const { length } = this.#outcomes;
    if (length >= FULL || (length > 0 && performance.now() - this.#firstAt >= LONGEST_WAIT_MS)) this.flush();
  }

  due(report: RunReport): void {
    this.#due.add(report);
    this.#timer ??= setTimeout(() => this.#tellAll(), REPORT_MS);
  }

  tell(report: RunReport): void {
    if (!this.#due.has(report)) return;
    this.forget(report);
    const content = report.take();
    if (content === undefined) return;
    const { slot, sequence } = report.owner;
    this.#reports.push({ slot, sequence, report: content });
    this.flush();
  }

  /** Its run has ended: what it has to tell goes along with the outcome. */
  forget(report: RunReport): void {
    this.#due.delete(report);
    if (this.#due.size > 0 || this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tellAll(): void {
    this.#timer = null;
    for (const report of [...this.#due]) this.tell(report);
  }

  flush(): void {
    if (this.#outcomes.length > 0 || this.#reports.length > 0) this.#postBatch();
  }

  #postBatch(): void {
    const batch = {
      type: "batch",
      outcomes: this.#outcomes.length === 0 ? null : JSON.stringify(this.#outcomes),
      reports: this.#reports.splice(0),
      started: this.#started,
      busyMs: this.#busyMs,
      heapBytes: this.#heapBytes(),
    } as const;
    this.#outcomes = [];
    this.#started = 0;
    this.#busyMs = 0;
    this.#post(batch);
  }
}
