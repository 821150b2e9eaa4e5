// What the memory store holds: runs as hashes of texts, and the indexes over them.

import type { Clock } from "../../queue/clock.ts";
import { QueueError } from "../../queue/errors.ts";
import { SortedIndex } from "../../queue/memory/sorted-index.ts";
import type { FieldRecord } from "../codec.ts";
import { FLOW_STATUSES, type FlowStatus } from "../state.ts";
import type { FlowListener, RunRecord, SignalName, StoredEvent, StoredSchedule } from "../store.ts";

export interface MemoryRun {
  readonly id: string;
  readonly name: string;
  readonly key: string | null;
  readonly definition: string;
  status: FlowStatus;
  readonly flow: Record<string, string>;
  readonly steps: Map<string, Record<string, string>>;
  inbox: string[];
  readonly seen: Set<string>;
  readonly history: string[];
  token: number;
  /** Null while nobody holds the run. */
  owner: string | null;
  revision: number;
}

/** Something that was sent before anybody waited for it. */
export interface Mail extends SignalName {
  readonly entry: string;
  readonly expiresAt: number;
}

export const MAX_HISTORY = 50_000;
export const MAX_EVENTS = 10_000;

export function waitName({ event, key }: SignalName): string {
  return `${event}\n${key ?? ""}`;
}

export class MemoryFlows {
  readonly clock: Clock;
  readonly runs = new Map<string, MemoryRun>();
  readonly keys = new Map<string, string>();
  /** Text and number of users of each definition, by hash. */
  readonly definitions = new Map<string, { readonly text: string; uses: number }>();
  /** Runs by the moment when somebody has to look at them: leases that run out, times that come. */
  readonly due = new SortedIndex();
  /** All runs, those of each status, those of each name; in the order of their ids. */
  readonly all = new SortedIndex();
  readonly byStatus = new Map<FlowStatus, SortedIndex>(
    FLOW_STATUSES.map((status) => [status, new SortedIndex()]),
  );
  readonly byName = new Map<string, SortedIndex>();
  readonly uncompensated = new SortedIndex();
  /** Ended runs by the time of their end. */
  readonly ended = new SortedIndex();
  readonly waits = new Map<string, Set<string>>();
  mail: Mail[] = [];
  readonly delivered = new Set<string>();
  readonly events: { readonly number: number; readonly event: StoredEvent }[] = [];
  readonly schedules = new Map<string, StoredSchedule>();
  readonly listeners = new Set<FlowListener>();
  /** Those who wait for the next event. */
  readonly readers = new Set<() => void>();
  readonly closing = new AbortController();
  lastToken = 0;
  lastEvent = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  checkOpen(): void {
    if (this.closing.signal.aborted) throw new QueueError("closed");
  }

  get now(): number {
    return this.clock.now();
  }

  /** Tells listeners in a later turn, as another process would hear it. */
  tell(what: (listener: FlowListener) => void): void {
    queueMicrotask(() => {
      for (const listener of [...this.listeners]) what(listener);
    });
  }

  record(run: MemoryRun): RunRecord {
    const steps = new Map<string, FieldRecord>();
    for (const [stepId, fields] of run.steps) steps.set(stepId, { ...fields });
    return { flow: { ...run.flow }, steps };
  }

  /** One line of history, and one event. */
  note(run: MemoryRun, line: string | null): void {
    if (line === null) return;
    run.history.push(line);
    if (run.history.length > MAX_HISTORY) run.history.shift();
    this.events.push({ number: ++this.lastEvent, event: { id: run.id, line } });
    if (this.events.length > MAX_EVENTS) this.events.shift();
    for (const wake of [...this.readers]) wake();
  }

  useDefinition(hash: string, text: string): void {
    const known = this.definitions.get(hash) ?? { text, uses: 0 };
    known.uses++;
    this.definitions.set(hash, known);
  }

  dropDefinition(hash: string): void {
    const known = this.definitions.get(hash);
    if (known !== undefined && --known.uses <= 0) this.definitions.delete(hash);
  }

  named(name: string): SortedIndex {
    const index = this.byName.get(name) ?? new SortedIndex();
    this.byName.set(name, index);
    return index;
  }
}
