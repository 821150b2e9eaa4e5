// Errors of flows: one class, stable codes, all texts in one table.

/** What went wrong, for programs. Failures of the store itself are QueueErrors. */
export type FlowErrorCode =
  /** What was given is no valid flow; see `FlowDefinitionError` for where. */
  | "definition"
  /** The input does not match the flow's input schema, or has no JSON form. */
  | "input"
  | "notFound"
  /** The status of the flow does not allow what was asked. */
  | "wrongState"
  /** The lease on the flow went to another executor; nothing was written. */
  | "staleLease"
  /** The time the caller gave ran out. */
  | "timeout"
  /** The flow that was waited for was removed. */
  | "removed"
  /** The executor or store was closed. */
  | "closed"
  /** A value that the caller handed in breaks a rule. */
  | "invalid";

const TEXTS: Readonly<Record<FlowErrorCode, string>> = {
  definition: "the flow's definition is wrong",
  input: "the flow's input is wrong",
  notFound: "no such flow",
  wrongState: "the flow's status does not allow this",
  staleLease: "the lease on the flow is lost",
  timeout: "the time ran out",
  removed: "the flow was removed",
  closed: "the executor is closed",
  invalid: "invalid value",
};

/** Every failure of flows that callers may want to tell apart. */
export class FlowError extends Error {
  override readonly name: string = "FlowError";
  readonly code: FlowErrorCode;

  /** `detail` follows the code's own text. */
  constructor(code: FlowErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail === undefined ? TEXTS[code] : `${TEXTS[code]}: ${detail}`, options);
    this.code = code;
  }
}

export function isFlowError(error: unknown, code?: FlowErrorCode): error is FlowError {
  return error instanceof FlowError && (code === undefined || error.code === code);
}
