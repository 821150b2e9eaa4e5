// Running files without anything that a script does not need; the build compiles this ahead of time.

import { runFiles } from "./commands/run.ts";
import type { ExitCode } from "./exit-codes.ts";
import { guarded } from "./internal-error.ts";

export function quickRun(files: readonly string[], args: readonly string[]): ExitCode {
  return guarded(() => runFiles(files, args));
}
