// What a flow is, as data: the validated definition that all forms of writing one are turned into.

/**
 * Glossary
 * - definition: the flow as plain JSON data, complete (scripts and nested flows included) and never changed; its hash names it.
 * - run: one execution of a definition, with an id, an input and a state in the store.
 * - step: a node of the definition. In a run it has a state of its own; a step over an array has one more for each item.
 * - attempt: one try of a step's script. Each is a task of the queue, named by flow, step and attempt.
 * - signal: an event from outside, delivered to a run and stored there until a step consumes it.
 * - compensation: a script that undoes what a step did.
 * - lease, token: the right of one executor to advance a run, and the number by which its writes are recognised.
 */
export interface FlowDefinition {
  readonly name: string;
  /** Any text of the author's. What counts is the definition's hash. */
  readonly version?: string;
  readonly description?: string;
  /** JSON Schema of the input. */
  readonly input?: JsonSchema;
  /** Expression for the flow's result; the output of the last step when missing. */
  readonly output?: string;
  /** Seconds for the whole run. */
  readonly timeout?: number;
  readonly schedule?: ScheduleRule;
  readonly steps: readonly StepDefinition[];
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** When a flow is started by itself. */
export interface ScheduleRule {
  /** Five fields, or six with seconds in front. */
  readonly cron: string;
  /** UTC when missing. */
  readonly timeZone?: string;
  /** Slots that passed while no executor ran: none, the latest (default) or all. */
  readonly catchUp?: "none" | "latest" | "all";
  /** Whether a slot fires while the run of the previous one is unfinished; `allow` when missing. */
  readonly whenUnfinished?: "allow" | "skip";
}

/** Exactly one of `script`/`scriptPath`, `flow`, `waitFor`, `sleep`, `until` says what the step does. */
export interface StepDefinition {
  readonly name: string;
  readonly description?: string;
  /** Steps that have to be done before; complete after validation. */
  readonly after: readonly string[];
  /** Expression; when it is false the step is skipped, and what comes after it goes on. */
  readonly when?: string;
  /** Does the step for each item of an array. */
  readonly forEach?: ForEach;

  readonly script?: string;
  /** Where `script` was read from; alone, it is read when a run starts. */
  readonly scriptPath?: string;
  readonly flow?: FlowDefinition;
  readonly waitFor?: WaitFor;
  /** Seconds. */
  readonly sleep?: number;
  /** Expression for a moment: ms since 1970, or an ISO 8601 text. */
  readonly until?: string;

  /** Expressions: further variables of the script; of a flow, its input. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Seconds for one attempt, waiting in the queue included. */
  readonly timeout?: number;
  readonly retry?: RetryPolicy;
  /** `fail` (default): the flow fails. `continue`: what comes after the step goes on. */
  readonly onFailure?: "fail" | "continue";
  readonly compensate?: Compensation;
  /** Context of the queue whose workers run the script; the executor's when missing. */
  readonly context?: string;
  /** 0 to 1000: higher runs earlier. */
  readonly priority?: number;
}

export interface ForEach {
  /** Expression for an array. */
  readonly items: string;
  /** How many at a time; all when missing. */
  readonly limit?: number;
}

export interface WaitFor {
  /** The first of these signals to come is taken. */
  readonly events: readonly string[];
  /** Expression: only signals with this key count. */
  readonly key?: string;
  /** Seconds; no end when missing. */
  readonly timeout?: number;
  /** `fail` (default), or `continue` with an output that says so. */
  readonly onTimeout?: "fail" | "continue";
}

export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly count: number;
  readonly backoff: "fixed" | "linear" | "exponential";
  /** Seconds. */
  readonly delay: number;
  readonly maxDelay: number;
  /** Share of the delay that varies, 0 to 1. */
  readonly jitter: number;
  /** Only failures of these kinds (`Timeout`, `ErrorRuntime` ...), or whose text matches `/.../`. */
  readonly on?: readonly string[];
  /** All failures but these. */
  readonly except?: readonly string[];
}

export interface Compensation {
  readonly script?: string;
  readonly scriptPath?: string;
  /** Seconds for one attempt. */
  readonly timeout?: number;
  readonly retry?: RetryPolicy;
  /**
   * Which steps are undone: those that `completed`; also those that were `interrupted`, so that nobody knows how far they came
   * (default); or all that `started`, also those whose script failed by itself.
   */
  readonly after?: "completed" | "interrupted" | "started";
}

export type StepKind = "script" | "flow" | "wait" | "sleep" | "until";

export function stepKind(step: StepDefinition): StepKind {
  if (step.flow !== undefined) return "flow";
  if (step.waitFor !== undefined) return "wait";
  if (step.sleep !== undefined) return "sleep";
  return step.until === undefined ? "script" : "until";
}
