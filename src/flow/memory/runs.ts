// The memory store's verbs that executors use: start, claim, commit, extend, release.

import { isQueueError } from "../../queue/errors.ts";
import type { EncodedChange, Pairs } from "../codec.ts";
import { FlowError } from "../errors.ts";
import { isFinalStatus } from "../state.ts";
import {
  type Claimed,
  type ClaimedRun,
  type ClaimParams,
  type CommitParams,
  type Committed,
  type Extended,
  type ExtendParams,
  type LeaseRef,
  MAX_CLAIM,
  type SignalName,
  type Started,
  type StartParams,
} from "../store.ts";
import { type MemoryFlows, type MemoryRun, waitName } from "./state.ts";

function assign(fields: Record<string, string>, pairs: Pairs): void {
  for (let i = 0; i + 1 < pairs.length; i += 2) fields[pairs[i]] = pairs[i + 1];
}

function write(run: MemoryRun, { flow, steps }: EncodedChange): void {
  assign(run.flow, flow);
  for (const { stepId, fields } of steps) {
    let step = run.steps.get(stepId);
    if (step === undefined) {
      step = Object.create(null) as Record<string, string>;
      run.steps.set(stepId, step);
    }
    assign(step, fields);
  }
}

export function start(flows: MemoryFlows, params: StartParams): Started {
  flows.checkOpen();
  const { id, key, definition, lease, status } = params;
  const taken = key === undefined ? undefined : flows.keys.get(key);
  const known = flows.runs.get(taken ?? id);
  if (known !== undefined) {
    // The executor that made it and has not gone on since is answered as at first.
    if (known.id === id && lease !== undefined && known.owner === lease.executorId && known.revision === 0)
      return { id, outcome: "created", token: known.token, inbox: known.inbox.length };
    return { id: known.id, outcome: "existing", token: null, inbox: 0 };
  }
  const run: MemoryRun = {
    id,
    name: params.name,
    key: key ?? null,
    definition: definition.hash,
    status,
    flow: Object.create(null),
    steps: new Map(),
    inbox: [],
    seen: new Set(),
    history: [],
    token: 0,
    owner: null,
    revision: 0,
  };
  write(run, params.fields);
  if (key !== undefined) {
    run.flow.start_key = key;
    flows.keys.set(key, id);
  }
  flows.runs.set(id, run);
  flows.useDefinition(definition.hash, definition.text);
  flows.all.set(id, 0);
  flows.byStatus.get(status)!.set(id, 0);
  flows.named(params.name).set(id, 0);
  flows.note(run, params.history);
  beginWaits(flows, run, params.waits ?? []);
  if (lease !== undefined) hold(flows, run, lease);
  else makeDue(flows, run, flows.now);
  const token = lease === undefined ? null : run.token;
  return { id, outcome: "created", token, inbox: run.inbox.length };
}

function hold(
  flows: MemoryFlows,
  run: MemoryRun,
  { executorId, leaseMs }: { readonly executorId: string; readonly leaseMs: number },
): void {
  run.token = ++flows.lastToken;
  run.owner = executorId;
  run.flow.lease_owner = executorId;
  run.flow.lease_token = String(run.token);
  flows.due.set(run.id, flows.now + leaseMs);
}

function letGo(run: MemoryRun): void {
  run.owner = null;
  run.flow.lease_owner = "";
}

export function makeDue(flows: MemoryFlows, run: MemoryRun, at: number): void {
  flows.due.set(run.id, at);
  if (at <= flows.now) flows.tell(({ onDue }) => onDue?.());
}

export function claim(flows: MemoryFlows, params: ClaimParams): Claimed {
  flows.checkOpen();
  const { now } = flows;
  const ids = flows.due.upTo(now, Math.min(MAX_CLAIM, params.limit));
  const runs = ids.map((id): ClaimedRun => {
    const run = flows.runs.get(id)!;
    hold(flows, run, params);
    return { id, token: run.token, inbox: [...run.inbox], ...flows.record(run) };
  });
  const next = flows.due.first();
  return { runs, damaged: [], now, waitMs: next === undefined ? null : Math.max(0, next.score - now) };
}

function held(flows: MemoryFlows, { id, token }: LeaseRef): MemoryRun {
  flows.checkOpen();
  const run = flows.runs.get(id);
  if (run === undefined || run.owner === null || run.token !== token) throw new FlowError("staleLease", id);
  return run;
}

export function commit(flows: MemoryFlows, params: CommitParams): Committed {
  flows.checkOpen();
  const { id, token, revision, next, status } = params;
  const known = flows.runs.get(id);
  // The answer to a write that was carried out got lost.
  if (known !== undefined && known.token === token && known.revision === revision)
    return { held: known.owner !== null, inbox: known.inbox.length };
  const run = held(flows, params);
  write(run, params.fields);
  run.revision = revision;
  run.flow.revision = String(revision);
  run.inbox = run.inbox.slice(params.consumed);
  flows.note(run, params.history);
  if (status.before !== status.after) move(flows, run, params);
  for (const wait of params.waits.over) flows.waits.get(waitName(wait))?.delete(id);
  beginWaits(flows, run, params.waits.begun);
  if (params.parent !== null) tellParent(flows, params.parent);
  if (next.kind === "end") {
    letGo(run);
    flows.due.delete(id);
    // Whatever else was sent to it came too late.
    run.inbox = [];
  } else if (next.kind === "park" && run.inbox.length === 0) {
    letGo(run);
    if (next.dueInMs === null) flows.due.delete(id);
    else makeDue(flows, run, flows.now + next.dueInMs);
  }
  return { held: run.owner !== null, inbox: run.inbox.length };
}

function move(flows: MemoryFlows, run: MemoryRun, { status, uncompensated }: CommitParams): void {
  flows.byStatus.get(run.status)!.delete(run.id);
  run.status = status.after;
  flows.byStatus.get(run.status)!.set(run.id, 0);
  if (uncompensated) flows.uncompensated.set(run.id, 0);
  else flows.uncompensated.delete(run.id);
  if (isFinalStatus(run.status)) {
    flows.ended.set(run.id, flows.now);
    flows.tell(({ onEnded }) => onEnded?.(run.id, status.after));
  } else flows.ended.delete(run.id);
}

function tellParent(
  flows: MemoryFlows,
  { id, entry }: { readonly id: string; readonly entry: string },
): void {
  const parent = flows.runs.get(id);
  if (parent !== undefined && !isFinalStatus(parent.status)) put(flows, parent, entry);
}

/** Into the inbox; whoever has to know is told. */
export function put(flows: MemoryFlows, run: MemoryRun, entry: string): void {
  run.inbox.push(entry);
  if (run.owner === null) makeDue(flows, run, flows.now);
  else flows.tell(({ onSent }) => onSent?.(run.id));
}

function beginWaits(flows: MemoryFlows, run: MemoryRun, waits: readonly SignalName[]): void {
  for (const wait of waits) {
    const name = waitName(wait);
    flows.waits.set(name, (flows.waits.get(name) ?? new Set()).add(run.id));
    const kept = flows.mail.find((mail) => waitName(mail) === name && mail.expiresAt > flows.now);
    if (kept === undefined) continue;
    flows.mail = flows.mail.filter((mail) => mail !== kept);
    run.inbox.push(kept.entry);
  }
}

export function extend(flows: MemoryFlows, { leases, leaseMs }: ExtendParams): Extended[] {
  flows.checkOpen();
  return leases.map((lease) => {
    try {
      const run = held(flows, lease);
      flows.due.set(run.id, flows.now + leaseMs);
      return { held: true, inbox: run.inbox.length };
    } catch (error) {
      if (isQueueError(error)) throw error;
      return { held: false, inbox: 0 };
    }
  });
}

export function release(flows: MemoryFlows, lease: LeaseRef): void {
  const run = held(flows, lease);
  letGo(run);
  makeDue(flows, run, flows.now);
}

export function runOf(flows: MemoryFlows, id: string): MemoryRun {
  flows.checkOpen();
  const run = flows.runs.get(id);
  if (run === undefined) throw new FlowError("notFound", id);
  return run;
}
