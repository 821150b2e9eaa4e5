// Exit codes of every command, and the error that stands for wrong usage.

export const ExitCode = {
  OK: 0,
  /** The script, a task, a checked file or a conformance case failed; what was asked is not possible. */
  FAILED: 1,
  /** Wrong arguments. */
  USAGE: 2,
  /** The queue's store cannot be reached, or lets nobody in. */
  UNREACHABLE: 3,
  /** The time to wait is over, and the task is not done yet. */
  UNFINISHED: 4,
  /** A bug of ours (EX_SOFTWARE of sysexits.h). */
  INTERNAL: 70,
  /** Ended by Ctrl-C (128 + SIGINT, as shells have it). */
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Wrong use of a command; `main` shows the message and exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
