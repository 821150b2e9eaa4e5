// What can happen to a run, and what has to be done because of it.

import type { Signal, StepError } from "../state.ts";

/** How an attempt ended. */
export type Outcome =
  | { readonly kind: "completed"; readonly output: string }
  | { readonly kind: "failed"; readonly error: StepError }
  /** It was stopped because we asked for it. */
  | { readonly kind: "stopped" };

export type FlowEvent =
  /** The first of all. */
  | { readonly kind: "start" }
  /** The end of an attempt, or of the undoing of a step. Ends of other attempts than the present one are ignored. */
  | {
      readonly kind: "ended";
      readonly stepId: string;
      readonly attempt: number;
      readonly undo: boolean;
      readonly outcome: Outcome;
    }
  /** Time has passed. */
  | { readonly kind: "tick" }
  /** Another executor goes on. What ran while nobody looked is given its time anew. */
  | { readonly kind: "takenOver" }
  | { readonly kind: "signal"; readonly signal: Signal }
  | { readonly kind: "cancel"; readonly reason: string }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  /** The flow that a completed run is a step of has to be undone. */
  | { readonly kind: "undo" }
  /** Tries compensations that failed once more. */
  | { readonly kind: "retryUndo" };

/** Carried out after the state that asks for it was written; doing it again does no harm. */
export interface Effect {
  /** `run`: start the attempt, or listen to it if it was started before. `stop`: tell it to stop. */
  readonly kind: "run" | "stop";
  readonly stepId: string;
  readonly attempt: number;
  readonly undo: boolean;
}

/** One line of the history says what changed in a transition. */
export interface Change {
  /** Missing for the flow itself. */
  readonly step?: string;
  readonly status?: string;
  readonly attempt?: number;
  /** About the undoing of the step. */
  readonly undo?: true;
  readonly detail?: string;
}

export interface Transition<S> {
  readonly state: S;
  readonly effects: readonly Effect[];
  readonly changes: readonly Change[];
  /** Ids of the steps whose states may be others now. */
  readonly touched: ReadonlySet<string>;
}
