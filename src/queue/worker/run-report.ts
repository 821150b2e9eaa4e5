// What one run prints and reports, gathered into few messages and kept within bounds.

import type { Redaction } from "../redaction.ts";
import type { SlotRef } from "./slots.ts";
import type { ReportedLine, ScriptProgress, ScriptReport } from "./thread-messages.ts";

/** A running script is heard of so often at most. */
const FLUSH_MS = 100;
/** Characters of one line, and of all lines in one message. */
const MAX_LINE = 4096;
const MAX_TEXT = 262_144;

export interface ReportSink {
  /** Something is there to be told, at the latest in `FLUSH_MS`. */
  due(report: RunReport): void;
  /** Tells it now. */
  tell(report: RunReport): void;
  /** To be called often: tells what has waited long enough, of whichever run. */
  flushIfDue(): void;
}

export class RunReport {
  /** The run that reports. */
  readonly owner: SlotRef;
  readonly #redaction: Redaction;
  readonly #sink: ReportSink;
  readonly #maxLines: number;
  #lines: ReportedLine[] = [];
  #length = 0;
  #dropped = 0;
  #progress: ScriptProgress | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(owner: SlotRef, redaction: Redaction, sink: ReportSink, maxLines: number) {
    this.owner = owner;
    this.#redaction = redaction;
    this.#sink = sink;
    this.#maxLines = maxLines;
  }

  line(level: string, text: string): void {
    const clean = this.#redaction.apply(text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)} …` : text);
    this.#lines.push({ level, text: clean });
    this.#length += clean.length;
    while (this.#lines.length > this.#maxLines || (this.#length > MAX_TEXT && this.#lines.length > 1)) {
      this.#length -= this.#lines.shift()!.text.length;
      this.#dropped++;
    }
    this.#note();
  }

  progress(fraction: number, message?: string): void {
    const text = message === undefined ? {} : { message: this.#redaction.apply(message.slice(0, MAX_LINE)) };
    this.#progress = { fraction, ...text };
    this.#note();
  }

  #note(): void {
    if (this.#dueAt === Number.POSITIVE_INFINITY) {
      this.#dueAt = performance.now() + FLUSH_MS;
      this.#sink.due(this);
    } else {
      this.flushIfDue();
    }
  }

  /** To be called often while a script keeps the thread: no timer can fire then. */
  flushIfDue(): void {
    this.#sink.flushIfDue();
    if (this.#dueAt !== Number.POSITIVE_INFINITY && performance.now() >= this.#dueAt) this.#sink.tell(this);
  }

  /** What has gathered, or undefined. */
  take(): ScriptReport | undefined {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const [lines, dropped, progress] = [this.#lines, this.#dropped, this.#progress];
    if (lines.length === 0 && progress === undefined) return undefined;
    this.#lines = [];
    this.#length = 0;
    this.#dropped = 0;
    this.#progress = undefined;
    const note = { level: "worker", text: `… ${dropped} lines left out` };
    return {
      ...(lines.length > 0 && { lines: dropped === 0 ? lines : [note, ...lines] }),
      ...(progress !== undefined && { progress }),
    };
  }
}
