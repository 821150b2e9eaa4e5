// The memory store's verbs of submitters.

import { QueueError } from "../errors.ts";
import { newTaskId } from "../names.ts";
import { decodeTask, encodeSpec, recordFrom, specBytes } from "../record.ts";
import type { Enqueued, EnqueueManyParams, EnqueueParams } from "../store.ts";
import type { Task, TaskSpec } from "../task.ts";
import { checkSpec } from "../task-limits.ts";
import type { MemoryContext, Mutable } from "./context.ts";
import type { MemoryState } from "./state.ts";

export function enqueue(state: MemoryState, { task }: EnqueueParams): Enqueued {
  checkSpec(task, state.textLimits);
  const enqueued = submit(state.context(task.context), task);
  if (enqueued.outcome === "queueFull") throw new QueueError("queueFull", `context ${task.context}`);
  return enqueued;
}

export function enqueueMany(state: MemoryState, { tasks }: EnqueueManyParams): readonly Enqueued[] {
  for (const task of tasks) checkSpec(task, state.textLimits);
  return tasks.map((task) => submit(state.context(task.context), task));
}

export function submit(context: MemoryContext, spec: TaskSpec, schedule?: string): Enqueued {
  const id = spec.id ?? newTaskId();
  const { tasks } = context.shared;
  if (tasks.has(id)) return { id, outcome: "existing" };
  const holder = spec.idempotencyKey === undefined ? undefined : context.holder(spec.idempotencyKey);
  if (holder !== undefined) return { id: holder, outcome: "existing" };
  const fields = encodeSpec(spec, schedule);
  const bytes = specBytes(fields);
  if (!hasRoom(context, bytes)) return { id, outcome: "queueFull" };
  const { now } = context;
  const runAt = spec.delayMs !== undefined ? now + spec.delayMs : (spec.runAt ?? 0);
  const waits = runAt > now;
  const task: Mutable<Task> = decodeTask(id, recordFrom(fields), spec.context);
  Object.assign(task, { createdAt: now, updatedAt: now, status: waits ? "scheduled" : "pending" });
  tasks.set(id, { task, bytes, kept: 0, logs: [], logged: 0, logBytes: 0 });
  if (spec.idempotencyKey !== undefined) context.idempotency.set(spec.idempotencyKey, id);
  if (waits) {
    task.runAt = runAt;
    context.scheduled.set(id, runAt);
  } else {
    context.makeReady(task);
  }
  context.bytes.open += bytes;
  context.totals.submitted++;
  context.event("submitted", id);
  return { id, outcome: "created" };
}

function hasRoom(context: MemoryContext, bytes: number): boolean {
  const { maxLength, maxBytes } = context.settings;
  if (maxLength !== null && context.waiting + context.scheduled.size >= maxLength) return false;
  return maxBytes === null || context.bytes.open + bytes <= maxBytes;
}
