// A state while it is being changed: copies on the first write, notes what changed and what has to be done.

import type { Plan, PlanStep } from "../plan.ts";
import { type FlowState, partsOfStepId, type StepState, type UndoState } from "../state.ts";
import type { Change, Effect, FlowEvent, Transition } from "./events.ts";

export interface Settings {
  /** How long a stopped attempt may take to end before it counts as lost. */
  readonly stopGraceMs: number;
}

export const DEFAULT_TRANSITION_SETTINGS: Settings = { stopGraceMs: 30_000 };

export class Draft {
  readonly plan: Plan;
  readonly now: number;
  readonly settings: Settings;
  readonly effects: Effect[] = [];
  readonly changes: Change[] = [];
  readonly touched = new Set<string>();
  #state: FlowState;
  #stepsCopied = false;

  constructor(plan: Plan, state: FlowState, now: number, settings: Settings) {
    this.plan = plan;
    this.now = now;
    this.settings = settings;
    this.#state = state;
  }

  get state(): FlowState {
    return this.#state;
  }

  set(fields: Partial<Omit<FlowState, "steps">>): void {
    if (fields.status !== undefined && fields.status !== this.#state.status) {
      const detail = fields.error?.message;
      this.changes.push({ status: fields.status, ...(detail !== undefined && { detail }) });
    }
    // A state that did not change stays the same object.
    const changed = Object.entries(fields).some(
      ([name, value]) => this.#state[name as keyof FlowState] !== value,
    );
    if (changed) this.#state = { ...this.#state, ...fields };
  }

  step(stepId: string): StepState {
    return this.#state.steps[stepId];
  }

  planOf(stepId: string): PlanStep {
    return this.plan.steps.get(partsOfStepId(stepId).step)!;
  }

  add(step: StepState): void {
    this.#writable(step.stepId)[step.stepId] = step;
  }

  update(stepId: string, fields: Partial<StepState>): void {
    const steps = this.#writable(stepId);
    const before = steps[stepId];
    const after = { ...before, ...fields };
    steps[stepId] = after;
    const { status } = fields;
    if (status === undefined || (status === before.status && after.attemptCount === before.attemptCount))
      return;
    this.changes.push({
      step: stepId,
      status,
      ...(after.attemptCount > 0 && { attempt: after.attemptCount }),
      ...(fields.error != null && { detail: fields.error.message }),
    });
  }

  updateUndo(stepId: string, fields: Partial<UndoState>): void {
    const steps = this.#writable(stepId);
    const before = steps[stepId].undo ?? NO_UNDO;
    const undo = { ...before, ...fields };
    steps[stepId] = { ...steps[stepId], undo };
    if (fields.status === undefined || fields.status === "Pending") return;
    this.changes.push({
      step: stepId,
      status: fields.status,
      undo: true,
      ...(undo.attemptCount > 0 && { attempt: undo.attemptCount }),
      ...(fields.error != null && { detail: fields.error.message }),
    });
  }

  postponeUndo(stepId: string, dueAt: number): void {
    const { undo } = this.step(stepId);
    if (undo !== null) this.update(stepId, { undo: { ...undo, dueAt } });
  }

  /** Ends a step. `ended` gives its place in the order in which compensations go back. */
  end(stepId: string, fields: Partial<StepState> & Pick<StepState, "status">): void {
    const endings = this.#state.endings + 1;
    this.#state = { ...this.#state, endings };
    const over = { dueAt: null, stopping: null, wait: null };
    this.update(stepId, { ...over, finishedAt: this.now, ended: endings, ...fields });
  }

  effect(kind: Effect["kind"], stepId: string, undo: boolean): void {
    const { attemptCount, undo: undoing } = this.step(stepId);
    const attempt = undo ? (undoing?.attemptCount ?? 0) : attemptCount;
    this.effects.push({ kind, stepId, attempt, undo });
  }

  /** An attempt that was to begin with this transition does not begin. False for one that has begun before. */
  withdraw(stepId: string): boolean {
    const index = this.effects.findIndex(
      (effect) => effect.kind === "run" && effect.stepId === stepId && !effect.undo,
    );
    if (index < 0) return false;
    this.effects.splice(index, 1);
    return true;
  }

  #writable(stepId: string): Record<string, StepState> {
    this.touched.add(stepId);
    if (!this.#stepsCopied) {
      this.#state = { ...this.#state, steps: { ...this.#state.steps } };
      this.#stepsCopied = true;
    }
    return this.#state.steps as Record<string, StepState>;
  }

  result(): Transition<FlowState> {
    const { effects, changes, touched } = this;
    return { state: this.#state, effects, changes, touched };
  }
}

export const NO_UNDO: UndoState = {
  status: "Pending",
  attemptCount: 0,
  error: null,
  dueAt: null,
  stopping: null,
};

export type EventOf<Kind extends FlowEvent["kind"]> = Extract<FlowEvent, { readonly kind: Kind }>;
