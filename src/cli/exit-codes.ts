// Exit codes of every command, and the error that stands for wrong usage.

export const ExitCode = {
  OK: 0,
  /** The script, a checked file or a conformance case failed. */
  FAILED: 1,
  /** Wrong arguments. */
  USAGE: 2,
  /** A bug of ours (EX_SOFTWARE of sysexits.h). */
  INTERNAL: 70,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Wrong use of a command; `main` shows the message and exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
