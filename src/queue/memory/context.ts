// The state of one context in the memory store, and the steps that several verbs share.

import type { Clock } from "../clock.ts";
import { byteLength, encodeError, fairKeyOf } from "../record.ts";
import type { Schedule } from "../schedule.ts";
import { type ContextSettings, DEFAULT_SETTINGS, type RateLimit, type Retention } from "../settings.ts";
import type { LogLine, QueueEvent, QueueEventType, Totals } from "../store.ts";
import { isFinal, nextStatus, resultOf, type Task, type TaskEventName, type TaskResult } from "../task.ts";
import { ReadyLine } from "./ready-line.ts";
import { SortedIndex } from "./sorted-index.ts";

/** Parked tasks put back in one go. */
const MAX_UNPARK = 100;
const RESERVED_MS = 60_000;

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A task with what the store alone knows of it. */
export interface Entry {
  readonly task: Mutable<Task>;
  bytes: number;
  kept: number;
  logs: LogLine[];
  logged: number;
  /** Part of `bytes`. */
  logBytes: number;
}

export type Kind = "finished" | "dead";

/** What all contexts of a store share. */
export interface Shared {
  readonly clock: Clock;
  readonly tasks: Map<string, Entry>;
  /** Called with the end of a task, or null when its record was removed. */
  readonly waiters: Map<string, Set<(result: TaskResult | null) => void>>;
}

export class MemoryContext {
  readonly name: string;
  readonly shared: Shared;
  settings: ContextSettings = DEFAULT_SETTINGS;
  readonly ready: ReadyLine;
  readonly scheduled = new SortedIndex();
  readonly leases = new SortedIndex();
  readonly finished = new SortedIndex();
  readonly dead = new SortedIndex();
  readonly expiring = new SortedIndex();
  /** Ids whose entry among the ready ones counts no more: a worker passes over it. */
  readonly gone = new Set<string>();
  readonly keyLeases = new Map<string, SortedIndex>();
  readonly parked = new Map<string, string[]>();
  readonly idempotency = new Map<string, string>();
  readonly schedules = new Map<string, Schedule>();
  /** Finished tasks of which nothing is kept. */
  readonly leaving: string[] = [];
  readonly events: QueueEvent[] = [];
  readonly bytes = { open: 0, finished: 0, dead: 0 };
  readonly totals: Mutable<Totals> = {
    submitted: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    retried: 0,
    crashed: 0,
    rejected: 0,
  };
  /** Rate limit: the moment at which the starts so far would be paid off. */
  tat = 0;
  readonly #ended = { finished: 0, dead: 0 };
  #fence = 0;
  #eventNumber = 0;
  readonly #wakers = new Set<() => void>();
  /** Changes so far. */
  wakes = 0;
  readonly cancelListeners = new Set<(lease: { readonly id: string; readonly token: number }) => void>();

  constructor(name: string, shared: Shared) {
    this.name = name;
    this.shared = shared;
    this.ready = new ReadyLine({
      rank: (id) => this.#rank(id),
      fairKeyOf: (id) => fairKeyOf(shared.tasks.get(id)?.task ?? {}),
      weightOf: (fairKey) => this.settings.weights[fairKey] ?? 1,
    });
  }

  get now(): number {
    return this.shared.clock.now();
  }

  #rank(id: string): number {
    const task = this.shared.tasks.get(id)?.task;
    if (task === undefined) return 0;
    return (task.runAt ?? task.createdAt) - task.priority * this.settings.priorityStepMs;
  }

  /** Tokens rise, and are never below the time in microseconds, as the Redis store's. */
  nextToken(): number {
    this.#fence = Math.max(this.#fence, this.now * 1000) + 1;
    return this.#fence;
  }

  /** The rate limit's moment as it counts now: whatever the clock did, never further off than the limit's own time. */
  paidOff({ perMs }: RateLimit): number {
    return Math.min(Math.max(this.tat, this.now), this.now + perMs);
  }

  /** Changes the status as the table of transitions allows. */
  move(task: Mutable<Task>, event: TaskEventName): void {
    const next = nextStatus(task.status, event);
    if (next === null) throw new Error(`${event} of a ${task.status} task`);
    task.status = next;
    task.updatedAt = this.now;
  }

  event(type: QueueEventType, taskId: string, detail: string | null = null): void {
    const { maxEvents } = this.settings;
    if (maxEvents === 0) return;
    this.events.push({ cursor: String(++this.#eventNumber), at: this.now, type, taskId, detail });
    if (this.events.length > maxEvents) this.events.splice(0, this.events.length - maxEvents);
    this.wake();
  }

  get lastEvent(): number {
    return this.#eventNumber;
  }

  makeReady(task: Mutable<Task>): void {
    this.ready.push(task.id, fairKeyOf(task), task.priority);
    this.wake();
  }

  /** Resolves with the next change, or after `ms`, or with the signal. */
  changed(ms: number, signal?: AbortSignal): Promise<void> {
    const over = new AbortController();
    const stop = () => over.abort();
    this.#wakers.add(stop);
    signal?.addEventListener("abort", stop);
    return this.shared.clock.sleep(ms, over.signal).then(() => {
      this.#wakers.delete(stop);
      signal?.removeEventListener("abort", stop);
    });
  }

  wake(): void {
    this.wakes++;
    for (const waker of [...this.#wakers]) waker();
  }

  liveLeases(): number {
    return this.leases.countAbove(this.now);
  }

  keyLeasesOf(fairKey: string): SortedIndex {
    let leases = this.keyLeases.get(fairKey);
    if (leases === undefined) {
      leases = new SortedIndex();
      this.keyLeases.set(fairKey, leases);
    }
    return leases;
  }

  keyLive(fairKey: string): number {
    return this.keyLeases.get(fairKey)?.countAbove(this.now) ?? 0;
  }

  /** Gives the lease back, and its room to a parked task. */
  endLease(task: Task): void {
    this.leases.delete(task.id);
    this.endKeyLease(task);
  }

  /** The room of a task that is the next to run, but not claimed yet. */
  reserve(id: string, fairKey: string): void {
    if (this.settings.keyConcurrency !== null) this.keyLeasesOf(fairKey).set(id, this.now + RESERVED_MS);
  }

  /** Frees the room that a run, or a task about to run, takes of its key. */
  dropKeyLease(task: Task): void {
    if (this.settings.keyConcurrency === null) return;
    const fairKey = fairKeyOf(task);
    const leases = this.keyLeasesOf(fairKey);
    leases.delete(task.id);
    if (leases.size === 0) this.keyLeases.delete(fairKey);
  }

  /** And lets the key's next task have it. */
  endKeyLease(task: Task): void {
    this.dropKeyLease(task);
    if (this.settings.keyConcurrency !== null) this.unpark(fairKeyOf(task));
  }

  /**
   * Puts the oldest parked tasks of a key back, as many as there is room for. They take their room with them: until they
   * are claimed nobody else gets it, and so the tasks of a key keep their order. Returns how many.
   */
  unpark(fairKey: string): number {
    const parked = this.parked.get(fairKey);
    if (parked === undefined) return 0;
    const room = (this.settings.keyConcurrency ?? Number.POSITIVE_INFINITY) - this.keyLive(fairKey);
    const ids = parked.splice(0, Math.max(0, Math.min(room, MAX_UNPARK)));
    for (const id of ids.reverse()) {
      this.ready.pushFront(id, fairKey);
      this.reserve(id, fairKey);
    }
    if (parked.length === 0) this.parked.delete(fairKey);
    this.wake();
    return ids.length;
  }

  /** Takes the entry of a waiting task out of its list. False when only `gone` can tell that it counts no more. */
  withdraw(task: Task): boolean {
    const fairKey = fairKeyOf(task);
    if (this.ready.withdraw(task.id, fairKey)) return true;
    const parked = this.parked.get(fairKey);
    const place = parked?.indexOf(task.id) ?? -1;
    if (place < 0) return false;
    parked!.splice(place, 1);
    if (parked!.length === 0) this.parked.delete(fairKey);
    return true;
  }

  /** The end of a task whose status was set already. `endFinishing` follows at the end of the verb. */
  finish(entry: Entry): void {
    const { task } = entry;
    task.finishedAt = this.now;
    if (task.idempotencyKey !== null && this.idempotency.get(task.idempotencyKey) === task.id) {
      this.idempotency.delete(task.idempotencyKey);
    }
    this.bytes.open -= entry.bytes;
    this.totals[task.status as "completed" | "failed" | "cancelled"]++;
    this.#tell(task.id, resultOf(task));
    if (task.resultTtlMs !== null && task.resultTtlMs <= 0 && task.status !== "failed") {
      this.leaving.push(task.id);
      return;
    }
    const text =
      task.status === "completed" ? task.output! : task.status === "failed" ? encodeError(task.error!) : "";
    const kind = kindOf(task);
    this.#ended[kind]++;
    entry.kept = entry.bytes + byteLength(text);
    this.bytes[kind] += entry.kept;
    this[kind].set(task.id, this.now);
    if (task.resultTtlMs !== null && kind === "finished")
      this.expiring.set(task.id, this.now + task.resultTtlMs);
  }

  /** Removes what is not to be kept, and more than came in of what retention no longer covers. */
  endFinishing(): void {
    for (const id of this.leaving.splice(0)) this.shared.tasks.delete(id);
    for (const kind of ["finished", "dead"] as const) {
      if (this.#ended[kind] > 0) this.trim(kind, this.#ended[kind] + 32, false);
      this.#ended[kind] = 0;
    }
  }

  #tell(id: string, result: TaskResult | null): void {
    for (const waiter of [...(this.shared.waiters.get(id) ?? [])]) waiter(result);
  }

  /** Takes a finished task out of the indexes. */
  forget({ task, kept }: Entry): void {
    const kind = kindOf(task);
    this[kind].delete(task.id);
    this.expiring.delete(task.id);
    this.bytes[kind] -= kept;
  }

  erase(entry: Entry): void {
    this.forget(entry);
    this.shared.tasks.delete(entry.task.id);
    this.#tell(entry.task.id, null);
  }

  /** Removes the oldest records beyond the number or size to keep (and, when asked, too old ones). */
  trim(kind: Kind, limit: number, byAge: boolean): number {
    const keep: Retention = kind === "dead" ? this.settings.deadRetention : this.settings.retention;
    const index = this[kind];
    if (!byAge && index.size <= keep.maxCount && this.bytes[kind] <= keep.maxBytes) return 0;
    let removed = 0;
    for (const { id, score } of index.slice(0, limit)) {
      const tooMany = index.size > keep.maxCount || this.bytes[kind] > keep.maxBytes;
      if (!tooMany && score >= this.now - keep.maxAgeMs) break;
      this.erase(this.shared.tasks.get(id)!);
      removed++;
    }
    return removed;
  }

  /** The unfinished task that holds an idempotency key. */
  holder(key: string): string | undefined {
    const id = this.idempotency.get(key);
    const task = id === undefined ? undefined : this.shared.tasks.get(id)?.task;
    return task === undefined || isFinal(task.status) ? undefined : id;
  }

  get waiting(): number {
    let parked = 0;
    for (const ids of this.parked.values()) parked += ids.length;
    return this.ready.size + parked - this.gone.size;
  }
}

function kindOf(task: Task): Kind {
  return task.status === "failed" ? "dead" : "finished";
}
