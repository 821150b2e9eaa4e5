// Beginning and ending steps: conditions, items, waits, attempts.

import { EvalError } from "../../runtime/errors.ts";
import { JsonError } from "../../runtime/json-read.ts";
import { toJson } from "../../runtime/json-write.ts";
import { RhaiArray, RhaiMap } from "../../runtime/value/containers.ts";
import { ConversionError } from "../../runtime/value/convert.ts";
import { typeNameOf, type Value } from "../../runtime/value/value.ts";
import type { Expression, PlanStep } from "../plan.ts";
import {
  itemId,
  newStepState,
  partsOfStepId,
  type Signal,
  type StepError,
  type StepState,
} from "../state.ts";
import { evaluate } from "../variables.ts";
import type { Draft } from "./draft.ts";
import type { Outcome } from "./events.ts";
import { nextAttemptDelay } from "./retry.ts";

export const MAX_ITEMS = 10_000;

/** Failures of the definition's expressions end a step like any other failure. */
class ExpressionFailure extends Error {}

/** Throws on what is no fault of the definition or its data. */
export function expressionError(error: unknown): StepError {
  const known =
    error instanceof ExpressionFailure ||
    error instanceof EvalError ||
    error instanceof JsonError ||
    error instanceof ConversionError;
  if (!known) throw error;
  return { kind: "Expression", message: error.message, final: true };
}

function evaluated(
  draft: Draft,
  plan: PlanStep,
  name: string,
  expression: Expression,
  item?: StepState,
): Value {
  try {
    return evaluate(expression, draft.state, draft.now, plan.ancestors, item);
  } catch (error) {
    throw new ExpressionFailure(`${name}: ${expressionError(error).message}`);
  }
}

/** A step whose turn has come. */
export function begin(draft: Draft, plan: PlanStep): void {
  try {
    if (plan.when !== null && !isTrue(evaluated(draft, plan, "when", plan.when))) {
      draft.end(plan.name, { status: "Skipped" });
      return;
    }
    if (plan.items !== null) beginItems(draft, plan, plan.items);
    else beginInstance(draft, plan, plan.name);
  } catch (error) {
    draft.end(plan.name, { status: "Failed", error: expressionError(error) });
  }
}

function isTrue(value: Value): boolean {
  if (typeof value === "boolean") return value;
  throw new ExpressionFailure(`when: expected true or false, not a value of type ${typeNameOf(value)}`);
}

function beginItems(draft: Draft, plan: PlanStep, expression: Expression): void {
  const value = evaluated(draft, plan, "forEach", expression);
  if (!(value instanceof RhaiArray))
    throw new ExpressionFailure(`forEach: expected an array, not a value of type ${typeNameOf(value)}`);
  const { items } = value;
  if (items.length > MAX_ITEMS)
    throw new ExpressionFailure(`forEach: ${items.length} items (allowed: ${MAX_ITEMS})`);
  const texts = items.map((item) => toJson(item));
  texts.forEach((item, i) => {
    draft.add({ ...newStepState(itemId(plan.name, i)), item });
  });
  draft.update(plan.name, { status: "Running", startedAt: draft.now, items: items.length });
  advanceItems(draft, plan);
}

/** Starts as many items as may run at a time; ends the step with its last item, or with the first that fails. */
export function advanceItems(draft: Draft, plan: PlanStep): void {
  const { pending, busy, failed } = surveyItems(draft, plan);
  const limit = plan.definition.forEach?.limit ?? Number.POSITIVE_INFINITY;
  let [running, waiting, broken] = [busy, pending.length, failed];
  for (const id of pending) {
    if (running >= limit || broken !== null) break;
    beginItem(draft, plan, id);
    waiting--;
    const item = draft.step(id);
    if (isBusy(item)) running++;
    else if (breaks(plan, item)) broken = item;
  }
  if (broken !== null) failWithItem(draft, plan, broken);
  else if (running === 0 && waiting === 0)
    draft.end(plan.name, { status: "Completed", output: outputOfItems(draft, plan) });
}

interface ItemSurvey {
  readonly pending: readonly string[];
  readonly busy: number;
  /** The item that the step fails with. */
  readonly failed: StepState | null;
}

function surveyItems(draft: Draft, plan: PlanStep): ItemSurvey {
  const pending: string[] = [];
  let busy = 0;
  let failed: StepState | null = null;
  for (const id of itemIds(draft, plan)) {
    const item = draft.step(id);
    if (item.status === "Pending") pending.push(id);
    else if (isBusy(item)) busy++;
    else if (failed === null && breaks(plan, item)) failed = item;
  }
  return { pending, busy, failed };
}

function isBusy({ status }: StepState): boolean {
  return status === "Running" || status === "Waiting";
}

function breaks(plan: PlanStep, { status }: StepState): boolean {
  return status === "Failed" && plan.definition.onFailure !== "continue";
}

const knownIds = new WeakMap<PlanStep, string[]>();

/** Making thousands of texts anew with every event would take longer than all the rest. */
function itemIds(draft: Draft, plan: PlanStep): readonly string[] {
  const count = draft.step(plan.name).items ?? 0;
  const ids = knownIds.get(plan) ?? [];
  knownIds.set(plan, ids);
  while (ids.length < count) ids.push(itemId(plan.name, ids.length));
  return ids.length === count ? ids : ids.slice(0, count);
}

function failWithItem(draft: Draft, plan: PlanStep, { stepId, error }: StepState): void {
  const failure: StepError = error ?? { kind: "Unknown", message: "" };
  const message = `item ${partsOfStepId(stepId).index}: ${failure.message}`;
  draft.end(plan.name, { status: "Failed", error: { ...failure, message } });
}

function outputOfItems(draft: Draft, plan: PlanStep): string {
  return `[${itemIds(draft, plan)
    .map((id) => draft.step(id).output ?? "null")
    .join(",")}]`;
}

function beginItem(draft: Draft, plan: PlanStep, stepId: string): void {
  try {
    beginInstance(draft, plan, stepId);
  } catch (error) {
    draft.end(stepId, { status: "Failed", error: expressionError(error) });
  }
}

function beginInstance(draft: Draft, plan: PlanStep, stepId: string): void {
  const { now } = draft;
  const { sleep } = plan.definition;
  if (plan.kind === "wait") beginWait(draft, plan, stepId);
  else if (sleep !== undefined)
    draft.update(stepId, { status: "Waiting", startedAt: now, dueAt: now + Math.round(sleep * 1000) });
  else if (plan.until !== null) {
    const dueAt = momentOf(evaluated(draft, plan, "until", plan.until));
    draft.update(stepId, { status: "Waiting", startedAt: now, dueAt });
  } else {
    const inputs = plan.inputs === null ? null : evaluateInputs(draft, plan, stepId, plan.inputs);
    draft.update(stepId, { startedAt: now, inputs });
    startAttempt(draft, stepId);
  }
}

function evaluateInputs(
  draft: Draft,
  plan: PlanStep,
  stepId: string,
  inputs: ReadonlyMap<string, Expression>,
): string {
  const entries = new Map<string, Value>();
  for (const [name, expression] of inputs)
    entries.set(name, evaluated(draft, plan, `inputs.${name}`, expression, draft.step(stepId)));
  return toJson(new RhaiMap(entries));
}

function beginWait(draft: Draft, plan: PlanStep, stepId: string): void {
  const { events, timeout } = plan.definition.waitFor!;
  const key = plan.waitKey === null ? null : keyOf(evaluated(draft, plan, "key", plan.waitKey));
  const dueAt = timeout === undefined ? null : draft.now + Math.round(timeout * 1000);
  draft.update(stepId, { status: "Waiting", startedAt: draft.now, wait: { events, key }, dueAt });
}

/** Keys are compared as texts: people hand over numbers here and strings there. */
function keyOf(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  throw new ExpressionFailure(`key: expected a string or a number, not a value of type ${typeNameOf(value)}`);
}

function momentOf(value: Value): number {
  if (typeof value === "number") return value;
  const moment = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new ExpressionFailure(
    `until: expected ms since 1970 or an ISO 8601 text, not ${typeof value === "string" ? JSON.stringify(value) : `a value of type ${typeNameOf(value)}`}`,
  );
}

export function startAttempt(draft: Draft, stepId: string): void {
  const { timeout } = draft.planOf(stepId).definition;
  const { attemptCount } = draft.step(stepId);
  const dueAt = timeout === undefined ? null : draft.now + Math.round(timeout * 1000);
  draft.update(stepId, { status: "Running", attemptCount: attemptCount + 1, dueAt, stopping: null });
  draft.effect("run", stepId, false);
}

/** Takes the first stored signal that a waiting step waits for. */
export function consumeSignal(draft: Draft, plan: PlanStep): void {
  const { wait } = draft.step(plan.name);
  if (wait === null) return;
  const { signals } = draft.state;
  const found = signals.find(
    ({ event, key }) => wait.events.includes(event) && (wait.key === null || wait.key === key),
  );
  if (found === undefined) return;
  draft.set({ signals: signals.filter((signal) => signal !== found) });
  draft.end(plan.name, { status: "Completed", output: waitOutput(found) });
}

function waitOutput(signal: Signal | null): string {
  const event = JSON.stringify(signal?.event ?? null);
  const key = JSON.stringify(signal?.key ?? null);
  return `{"event":${event},"key":${key},"payload":${signal?.payload ?? "null"},"timed_out":${signal === null}}`;
}

/** The wait of a step is over: a signal that did not come, a time that came, an attempt that may begin. */
export function endWait(draft: Draft, step: StepState): void {
  const { stepId, wait, attemptCount } = step;
  const { definition } = draft.planOf(stepId);
  if (attemptCount > 0) startAttempt(draft, stepId);
  else if (wait === null) draft.end(stepId, { status: "Completed", output: "null" });
  else if (definition.waitFor?.onTimeout === "continue")
    draft.end(stepId, { status: "Completed", output: waitOutput(null) });
  else {
    const events = wait.events.map((event) => `'${event}'`).join(" or ");
    const message = `no signal ${events} within ${definition.waitFor?.timeout} s`;
    draft.end(stepId, { status: "Failed", error: { kind: "Timeout", message } });
  }
}

/**
 * Tells a running attempt to stop; it ends when its end is reported, or as lost after a while. A flow is waited for: it ends
 * itself, and undoes what it did first.
 */
export function stopAttempt(draft: Draft, stepId: string, reason: "timeout" | "cancelled"): void {
  const dueAt = draft.planOf(stepId).kind === "flow" ? null : draft.now + draft.settings.stopGraceMs;
  draft.update(stepId, { stopping: reason, dueAt });
  draft.effect("stop", stepId, false);
}

/** What the end of a stopped attempt means. */
export function stoppedError(reason: "timeout" | "cancelled" | null, timeout: number | undefined): StepError {
  if (reason === "timeout")
    return { kind: "Timeout", message: `no result within ${timeout} s`, interrupted: true };
  return { kind: "Cancelled", message: "stopped", interrupted: true };
}

/** The one way on which attempts end, whatever the reason: result, throw, timeout, kill, lost worker. */
export function endAttempt(draft: Draft, stepId: string, outcome: Outcome): void {
  const { definition } = draft.planOf(stepId);
  const { stopping, attemptCount, startedAt } = draft.step(stepId);
  if (outcome.kind === "completed") {
    draft.end(stepId, { status: "Completed", output: outcome.output, error: null });
    return;
  }
  const stopped = outcome.kind === "stopped" || stopping === "timeout";
  const error = stopped ? stoppedError(stopping, definition.timeout) : outcome.error;
  const seed = `${draft.state.flowId}:${stepId}:${startedAt}:${attemptCount}`;
  const goesOn = draft.state.goal === null && stopping !== "cancelled" && error.kind !== "Cancelled";
  const delay = goesOn ? nextAttemptDelay(definition.retry, { attempt: attemptCount, error, seed }) : null;
  if (delay === null) draft.end(stepId, { status: "Failed", error });
  else if (delay === 0 && draft.state.pausedAt === null) {
    draft.update(stepId, { error });
    draft.changes.push({ step: stepId, attempt: attemptCount, detail: error.message });
    startAttempt(draft, stepId);
  } else draft.update(stepId, { status: "Waiting", error, dueAt: draft.now + delay, stopping: null });
}
