// FlowStore in this process: for tests, local runs and examples, and the readable reference for the Redis store.

import { type Clock, systemClock } from "../../queue/clock.ts";
import { FlowError } from "../errors.ts";
import { isFinalStatus } from "../state.ts";
import {
  type AdvanceParams,
  type Delivered,
  type DeliverParams,
  type FlowStore,
  MAX_INBOX,
  type SendOutcome,
  type SendParams,
  type SweepParams,
  type Swept,
} from "../store.ts";
import * as look from "./look.ts";
import * as runs from "./runs.ts";
import { MemoryFlows, type MemoryRun, waitName } from "./state.ts";

export interface MemoryFlowStoreOptions {
  readonly clock?: Clock;
}

/** A store of its own, empty. Executors that are given the same one share its runs. */
export function createMemoryFlowStore({ clock = systemClock }: MemoryFlowStoreOptions = {}): FlowStore {
  const flows = new MemoryFlows(clock);
  /** Each verb is one step: nothing else happens in between. */
  const verb =
    <P, R>(step: (state: MemoryFlows, params: P) => R) =>
    async (params: P): Promise<R> =>
      step(flows, params);
  return {
    time: async () => clock.now(),
    qualify: (id) => id,
    start: verb(runs.start),
    claim: verb(runs.claim),
    commit: verb(runs.commit),
    extend: verb(runs.extend),
    release: verb(runs.release),
    inbox: async ({ id }) => [...runs.runOf(flows, id).inbox],
    send: verb(send),
    deliver: verb(deliver),
    get: async ({ id }) => {
      flows.checkOpen();
      const run = flows.runs.get(id);
      return run === undefined ? null : flows.record(run);
    },
    definition: async ({ hash }) => flows.definitions.get(hash)?.text ?? null,
    list: verb(look.list),
    counts: async () => look.counts(flows),
    history: verb(look.history),
    readEvents: (params) => look.readEvents(flows, params),
    watch: async (listener) => {
      flows.listeners.add(listener);
      return async () => void flows.listeners.delete(listener);
    },
    putSchedule: async ({ schedule, definition }) => {
      flows.checkOpen();
      removeSchedule(flows, schedule);
      flows.useDefinition(definition.hash, definition.text);
      flows.schedules.set(schedule.name, schedule);
      flows.tell(({ onSchedules }) => onSchedules?.());
    },
    removeSchedule: verb(removeSchedule),
    schedules: async () => [...flows.schedules.values()],
    advanceSchedule: verb(advanceSchedule),
    sweep: verb(sweep),
    remove: verb(remove),
    orphans: verb(look.orphans),
    close: async () => flows.closing.abort(),
  };
}

function send(flows: MemoryFlows, { id, entry, dedupId, toEnded }: SendParams): SendOutcome {
  flows.checkOpen();
  const run = flows.runs.get(id);
  if (run === undefined) return "notFound";
  if (isFinalStatus(run.status) && toEnded !== true) return "ended";
  if (dedupId !== undefined && run.seen.has(dedupId)) return "duplicate";
  if (run.inbox.length >= MAX_INBOX) return "full";
  if (dedupId !== undefined) run.seen.add(dedupId);
  runs.put(flows, run, entry);
  return "stored";
}

function deliver(flows: MemoryFlows, params: DeliverParams): Delivered {
  flows.checkOpen();
  const { entry, dedupId, keepMs } = params;
  if (dedupId !== undefined && flows.delivered.has(dedupId)) return { ids: [], kept: false };
  if (dedupId !== undefined) flows.delivered.add(dedupId);
  const ids = [...(flows.waits.get(waitName(params)) ?? [])];
  for (const id of ids) send(flows, { id, entry, dedupId });
  if (ids.length > 0) return { ids, kept: false };
  const { event, key } = params;
  flows.mail.push({ event, key, entry, expiresAt: flows.now + keepMs });
  return { ids, kept: true };
}

function removeSchedule(flows: MemoryFlows, { name }: { readonly name: string }): boolean {
  flows.checkOpen();
  const schedule = flows.schedules.get(name);
  if (schedule === undefined) return false;
  flows.dropDefinition(schedule.definition);
  return flows.schedules.delete(name);
}

function advanceSchedule(flows: MemoryFlows, { name, nextAt, changes }: AdvanceParams): boolean {
  flows.checkOpen();
  const schedule = flows.schedules.get(name);
  if (schedule === undefined || schedule.nextAt !== nextAt) return false;
  flows.schedules.set(name, { ...schedule, ...changes });
  return true;
}

function sweep(flows: MemoryFlows, { retention, limit = 200 }: SweepParams): Swept {
  flows.checkOpen();
  const { maxAgeMs, maxCount } = retention;
  const old = flows.ended.upTo(flows.now - maxAgeMs, limit);
  const tooMany = Math.min(limit, Math.max(0, flows.ended.size - maxCount));
  const ids = new Set([...old, ...flows.ended.slice(0, tooMany).map(({ id }) => id)]);
  let removed = 0;
  for (const id of [...ids].slice(0, limit)) {
    const run = flows.runs.get(id)!;
    // The run that it is a step of may have to undo it yet.
    if (isNeeded(flows, run)) flows.ended.set(id, flows.now);
    else {
      drop(flows, run);
      removed++;
    }
  }
  flows.mail = flows.mail.filter(({ expiresAt }) => expiresAt > flows.now);
  return { removed, more: ids.size >= limit && removed > 0 };
}

function isNeeded(flows: MemoryFlows, run: MemoryRun): boolean {
  if (!run.flow.parent) return false;
  const parent = flows.runs.get((JSON.parse(run.flow.parent) as { flowId: string }).flowId);
  return parent !== undefined && !isFinalStatus(parent.status);
}

function drop(flows: MemoryFlows, run: MemoryRun): void {
  const { id, key } = run;
  flows.runs.delete(id);
  for (const index of [flows.all, flows.due, flows.ended, flows.uncompensated]) index.delete(id);
  flows.byStatus.get(run.status)!.delete(id);
  const named = flows.named(run.name);
  named.delete(id);
  if (named.size === 0) flows.byName.delete(run.name);
  if (key !== null && flows.keys.get(key) === id) flows.keys.delete(key);
  flows.dropDefinition(run.definition);
}

function remove(flows: MemoryFlows, { id }: { readonly id: string }): boolean {
  flows.checkOpen();
  const run = flows.runs.get(id);
  if (run === undefined) return false;
  if (!isFinalStatus(run.status)) throw new FlowError("wrongState", `${id} is ${run.status}`);
  drop(flows, run);
  return true;
}
