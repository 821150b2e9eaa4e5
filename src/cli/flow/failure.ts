// What a person reads when a flow is wrong, or cannot be found or changed: one line for each thing, and the exit code.

import { FlowDefinitionError, issueText } from "../../flow/definition/issues.ts";
import { FlowError, type FlowErrorCode } from "../../flow/errors.ts";
import { QueueError } from "../../queue/errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { reportQueueFailure } from "../queue/failure.ts";
import { oneLine } from "../queue/show.ts";

const CODES: Readonly<Partial<Record<FlowErrorCode, ExitCode>>> = {
  timeout: ExitCode.UNFINISHED,
  closed: ExitCode.UNREACHABLE,
  invalid: ExitCode.USAGE,
};

const ADVICE: Readonly<Partial<Record<FlowErrorCode, string>>> = {
  notFound: "`rhai flow list` shows those that there are; ended ones are kept for a limited time",
  removed: "ended flows are kept for a limited time",
};

/** A file that cannot be read or written; other errors of Node are bugs. */
function fileComplaint(error: unknown): string | null {
  const { code, path, syscall } = error as { code?: unknown; path?: unknown; syscall?: unknown };
  if (typeof code !== "string" || typeof path !== "string" || typeof syscall !== "string") return null;
  return `${path} cannot be ${syscall === "open" || syscall === "read" ? "opened" : `used (${syscall})`}: ${REASONS[code] ?? code}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  ENOSPC: "the disk is full",
};

/** The complaints about a flow, each with its place. */
export function definitionComplaints(error: FlowDefinitionError): string[] {
  return error.issues.map((issue) => oneLine(issueText(issue), 1000));
}

/** Says what went wrong; throws on what is a bug. `url` is the store's, for failures of it. */
export function reportFlowFailure(error: unknown, url = ""): ExitCode {
  if (error instanceof QueueError) return reportQueueFailure(error, url);
  if (error instanceof FlowDefinitionError) {
    for (const complaint of definitionComplaints(error)) output.errorLine(`error: ${complaint}`);
    return ExitCode.FAILED;
  }
  if (error instanceof FlowError) {
    const advice = ADVICE[error.code];
    output.errorLine(`error: ${oneLine(error.message, 1000)}${advice === undefined ? "" : `; ${advice}`}`);
    return CODES[error.code] ?? ExitCode.FAILED;
  }
  const complaint = fileComplaint(error);
  if (complaint === null) throw error;
  output.errorLine(`error: ${complaint}`);
  return ExitCode.FAILED;
}

/** Runs a command's work, and reports what it throws. */
export async function reportingFlows(work: () => Promise<ExitCode>, url?: string): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    return reportFlowFailure(error, url);
  }
}
