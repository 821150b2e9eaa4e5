// The memory store's verbs of whoever looks after a context: cancel, rerun, dead letters, settings, schedules, upkeep.

import { QueueError } from "../errors.ts";
import { checkNumber, LONGEST_DELAY_MS, stepSize } from "../numbers.ts";
import {
  checkSchedule,
  dueSlots,
  firingId,
  nextSlot,
  type Schedule,
  type ScheduleSpec,
  timingOf,
} from "../schedule.ts";
import { type ContextSettings, checkSettings } from "../settings.ts";
import type {
  CancelOutcome,
  ConfigureParams,
  ContextRef,
  DeadParams,
  DrainParams,
  Fired,
  FsckProblem,
  FsckSlice,
  Moved,
  RerunParams,
  ScheduleRef,
  SweepParams,
  Swept,
  TaskRef,
} from "../store.ts";
import { isFinal } from "../task.ts";
import { checkSpec } from "../task-limits.ts";
import { promote } from "./claim.ts";
import type { Entry, MemoryContext } from "./context.ts";
import { crash } from "./settle.ts";
import type { MemoryState } from "./state.ts";
import { submit } from "./submit.ts";

const MAX_STEP = 200;
const LOST = { kind: "WorkerLost", message: "the worker stopped without a word: its lease ran out" };

export function cancel(state: MemoryState, ref: TaskRef): CancelOutcome {
  const entry = state.find(ref);
  if (entry === undefined) return "notFound";
  const { task } = entry;
  if (isFinal(task.status)) return "finished";
  const context = state.contextOf(entry);
  if (task.status === "processing") {
    task.cancelRequestedAt = context.now;
    for (const listener of [...context.cancelListeners]) listener({ id: task.id, token: task.token });
    return "requested";
  }
  cancelWaiting(context, entry);
  context.ready.feed();
  context.endFinishing();
  return "cancelled";
}

/** An entry that cannot be taken out stays until a worker comes by it: `gone` remembers that it counts no more. */
function cancelWaiting(context: MemoryContext, entry: Entry): void {
  const { task } = entry;
  if (task.status === "scheduled") context.scheduled.delete(task.id);
  else if (!context.withdraw(task)) context.gone.add(task.id);
  endWaiting(context, entry);
  context.endKeyLease(task);
}

function endWaiting(context: MemoryContext, entry: Entry): void {
  const { task } = entry;
  context.dropKeyLease(task);
  context.move(task, "cancel");
  context.finish(entry);
  context.event("cancelled", task.id);
}

export function rerun(state: MemoryState, params: RerunParams): void {
  const entry = state.find(params);
  if (entry === undefined) throw new QueueError("notFound", `task ${params.id}`);
  if (!isFinal(entry.task.status)) throw new QueueError("wrongState", `task ${params.id}`);
  checkNumber("delayMs", params.delayMs, 0, LONGEST_DELAY_MS);
  rerunEntry(state.contextOf(entry), entry, params.delayMs ?? 0);
}

function rerunEntry(context: MemoryContext, entry: Entry, ms: number): void {
  const { task } = entry;
  context.forget(entry);
  context.move(task, "rerun");
  const fresh = {
    output: null,
    error: null,
    finishedAt: null,
    startedAt: null,
    deadReason: null,
    progress: null,
  };
  const rest = { progressMessage: null, cancelRequestedAt: null, workerId: null, attempts: 0, crashes: 0 };
  Object.assign(task, { ...fresh, ...rest, runAt: context.now + ms });
  if (task.idempotencyKey !== null) {
    // Another task may have taken the key meanwhile.
    if (context.idempotency.has(task.idempotencyKey)) task.idempotencyKey = null;
    else context.idempotency.set(task.idempotencyKey, task.id);
  }
  context.bytes.open += entry.bytes;
  if (ms > 0) {
    task.status = "scheduled";
    context.scheduled.set(task.id, context.now + ms);
    context.wake();
  } else if (!context.gone.delete(task.id)) {
    context.makeReady(task);
  }
  context.event("rerun", task.id);
}

export function remove(state: MemoryState, ref: TaskRef): void {
  const entry = state.find(ref);
  if (entry === undefined) throw new QueueError("notFound", `task ${ref.id}`);
  if (!isFinal(entry.task.status)) throw new QueueError("wrongState", `task ${ref.id}`);
  state.contextOf(entry).erase(entry);
}

export function retryDead(state: MemoryState, params: DeadParams): Moved {
  return eachDead(state, params, (context, entry) => rerunEntry(context, entry, 0));
}

export function dropDead(state: MemoryState, params: DeadParams): Moved {
  return eachDead(state, params, (context, entry) => context.erase(entry));
}

function eachDead(
  state: MemoryState,
  { context: name, ids, limit }: DeadParams,
  step: (context: MemoryContext, entry: Entry) => void,
): Moved {
  const context = state.context(name);
  const oldest = context.dead.slice(0, stepSize(limit, MAX_STEP)).map(({ id }) => id);
  let count = 0;
  for (const id of ids ?? oldest) {
    if (!context.dead.has(id)) continue;
    step(context, state.tasks.get(id)!);
    count++;
  }
  return { count, more: ids === undefined && context.dead.size > 0 };
}

export function configure(state: MemoryState, { context: name, settings }: ConfigureParams): ContextSettings {
  checkSettings(settings);
  const context = state.context(name);
  context.settings = { ...context.settings, ...settings };
  if (settings.rate) context.tat = 0;
  context.wake();
  return context.settings;
}

export function drain(state: MemoryState, { context: name, scheduled, limit }: DrainParams): Moved {
  const context = state.context(name);
  const number = stepSize(limit, MAX_STEP);
  let count = 0;
  const cancelOne = (id: string | undefined): boolean => {
    if (id === undefined) return false;
    const entry = state.tasks.get(id);
    if (!context.gone.delete(id) && entry !== undefined && !isFinal(entry.task.status)) {
      context.scheduled.delete(id);
      endWaiting(context, entry);
      count++;
    }
    return true;
  };
  while (count < number && cancelOne(context.ready.pick()));
  for (const [fairKey, ids] of [...context.parked].sort(([a], [b]) => (a < b ? -1 : 1))) {
    while (count < number && cancelOne(ids.shift()));
    if (ids.length === 0) context.parked.delete(fairKey);
  }
  if (scheduled === true) while (count < number && cancelOne(context.scheduled.first()?.id));
  context.ready.feed();
  context.endFinishing();
  const left = context.ready.size + context.parked.size + (scheduled === true ? context.scheduled.size : 0);
  return { count, more: left > 0 };
}

// --- schedules ------------------------------------------------------------------------------------------------------

export function putSchedule(state: MemoryState, { schedule }: { readonly schedule: ScheduleSpec }): Schedule {
  checkSchedule(schedule);
  checkSpec({ ...schedule.task, context: schedule.context }, state.textLimits);
  const context = state.context(schedule.context);
  const known = context.schedules.get(schedule.name);
  const kept = known !== undefined && timingOf(known) === timingOf(schedule) ? known.nextAt : undefined;
  const row: Schedule = {
    ...schedule,
    createdAt: known?.createdAt ?? context.now,
    nextAt: kept ?? (schedule.paused === true ? null : nextSlot(schedule, context.now)),
    lastSlot: known?.lastSlot ?? null,
    lastTaskId: known?.lastTaskId ?? null,
  };
  context.schedules.set(schedule.name, row);
  context.wake();
  return row;
}

export function removeSchedule(state: MemoryState, { context, name }: ScheduleRef): boolean {
  return state.context(context).schedules.delete(name);
}

export function schedules(state: MemoryState, { context }: ContextRef): readonly Schedule[] {
  return [...state.context(context).schedules.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function fireSchedules(state: MemoryState, { context: name }: ContextRef): Fired {
  const context = state.context(name);
  const ids: string[] = [];
  const due = [...context.schedules.values()].filter(
    ({ nextAt }) => nextAt !== null && nextAt <= context.now,
  );
  due.sort((a, b) => a.nextAt! - b.nextAt! || (a.name < b.name ? -1 : 1));
  for (const row of due) {
    const { slots, nextAt } = dueSlots(row, row.nextAt!, context.now);
    let { lastSlot, lastTaskId } = row;
    for (const slot of slots) {
      const last = lastTaskId === null ? undefined : state.tasks.get(lastTaskId)?.task;
      if (row.whenUnfinished === "skip" && last !== undefined && !isFinal(last.status)) continue;
      const { id, outcome } = submit(
        context,
        { ...row.task, context: name, id: firingId(row, slot) },
        row.name,
      );
      if (outcome !== "created") continue;
      ids.push(id);
      [lastSlot, lastTaskId] = [slot, id];
    }
    context.schedules.set(row.name, { ...row, nextAt, lastSlot, lastTaskId });
  }
  const next = [...context.schedules.values()].flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt]));
  return { ids, waitMs: next.length === 0 ? null : Math.max(0, Math.min(...next) - context.now) };
}

// --- upkeep ---------------------------------------------------------------------------------------------------------

export function sweep(state: MemoryState, { context: name, limit }: SweepParams): Swept {
  const context = state.context(name);
  const number = stepSize(limit, MAX_STEP);
  const promoted = promote(context, number);
  const expired = context.leases.upTo(context.now, number);
  for (const id of expired) crash(context, state.tasks.get(id)!, LOST);
  let unparked = 0;
  for (const fairKey of [...context.parked.keys()].sort()) unparked += context.unpark(fairKey);
  context.ready.feed();
  context.endFinishing();
  let removed = context.trim("finished", number, true) + context.trim("dead", number, true);
  for (const id of context.expiring.upTo(context.now, number)) {
    context.erase(state.tasks.get(id)!);
    removed++;
  }
  const firsts = [context.leases.first(), context.scheduled.first()].flatMap((first) =>
    first ? [first.score] : [],
  );
  return {
    promoted,
    recovered: expired.length,
    removed,
    more:
      promoted === number ||
      expired.length === number ||
      removed >= number ||
      (unparked > 0 && context.parked.size > 0),
    waitMs: firsts.length === 0 ? null : Math.max(0, Math.ceil(Math.min(...firsts) - context.now)),
  };
}

/** Nothing but this process writes here: one slice shows that it keeps its own rules. */
export function fsck(state: MemoryState, { context: name }: ContextRef): FsckSlice {
  const context = state.context(name);
  const problems: FsckProblem[] = [];
  const places = {
    scheduled: context.scheduled,
    processing: context.leases,
    completed: context.finished,
    cancelled: context.finished,
    failed: context.dead,
  };
  let checked = 0;
  for (const { task } of state.tasks.values()) {
    if (task.context !== name || task.status === "pending") continue;
    checked++;
    if (places[task.status].has(task.id)) continue;
    const detail = `it is not among the ${task.status}`;
    problems.push({ rule: `${task.status}WithoutEntry`, subject: task.id, detail, repaired: false });
  }
  return { checked, problems, cursor: null };
}
