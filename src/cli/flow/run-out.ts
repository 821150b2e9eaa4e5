// Writing a run to a file.

import { writeFileSync } from "node:fs";
import { exportRun } from "../../flow/export/export-run.ts";
import type { RunFile } from "../../flow/export/run-file.ts";
import type { Flows } from "./with-flows.ts";

export async function writeRun(
  { executor, tasks, context }: Flows,
  flowId: string,
  file: string,
): Promise<RunFile> {
  const run = await exportRun({ store: executor.store, tasks, context }, flowId);
  writeFileSync(file, runText(run));
  return run;
}

export function runText(run: RunFile): string {
  return `${JSON.stringify(run, null, 2)}\n`;
}
