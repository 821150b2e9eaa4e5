// What happens to errors that are bugs of ours: one line instead of a JS stack trace, and an exit code of its own.

import { ExitCode } from "./exit-codes.ts";
import { output } from "./output.ts";

export function reportInternalError(error: unknown): ExitCode {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  output.errorLine(`internal error: ${text.split("\n")[0]}`);
  output.errorLine("This is a bug in rhailib; please report it together with the script that shows it.");
  return ExitCode.INTERNAL;
}

export function guarded(work: () => ExitCode): ExitCode {
  try {
    return work();
  } catch (error) {
    return reportInternalError(error);
  }
}
