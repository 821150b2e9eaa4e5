// `rhai flow check FILE… [--json]`: whether files are flows, without running anything of them.

import { type DefinitionIssue, FlowDefinitionError, issueText } from "../../flow/definition/issues.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { oneLine, plural, printJson } from "../queue/show.ts";
import { styleFor } from "../style.ts";
import { reportFlowFailure } from "./failure.ts";
import { readCheckedFlow } from "./flow-file.ts";

/** A finding of `rhai flow check --json`. Lines and columns count from 1; they are null where the form has no lines. */
export interface FlowDiagnostic {
  readonly severity: "error";
  readonly message: string;
  readonly step: string | null;
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

function diagnosticOf(file: string, { message, step, place }: DefinitionIssue): FlowDiagnostic {
  return {
    severity: "error",
    message,
    step,
    file: place?.file ?? file,
    line: place?.line ?? null,
    column: place?.column ?? null,
  };
}

/** Checks the files and prints what was found; fails when there is an error. */
export async function checkFlows(
  files: readonly string[],
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const diagnostics: FlowDiagnostic[] = [];
  let wrong = 0;
  for (const file of files) {
    const issues = await issuesOf(file);
    if (issues === null) return ExitCode.FAILED;
    if (issues.length > 0) wrong++;
    diagnostics.push(...issues.map((issue) => diagnosticOf(file, issue)));
    if (!json) for (const issue of issues) printIssue(file, issue);
  }
  if (json) printJson(diagnostics);
  else output.line(`${plural(files.length, "flow")} checked, ${wrong} with errors`);
  return wrong === 0 ? ExitCode.OK : ExitCode.FAILED;
}

/** Null when the file cannot be read, which is reported. */
async function issuesOf(file: string): Promise<readonly DefinitionIssue[] | null> {
  try {
    await readCheckedFlow(file);
    return [];
  } catch (error) {
    if (error instanceof FlowDefinitionError) return error.issues;
    reportFlowFailure(error);
    return null;
  }
}

function printIssue(file: string, issue: DefinitionIssue): void {
  const place = issue.place ?? { file, line: null, column: null };
  const style = styleFor(1);
  const [where, ...rest] = issueText({ ...issue, place: { ...place, file: place.file ?? file } }).split(": ");
  output.line(`${style.bold(where)}: ${style.red("error")}: ${oneLine(rest.join(": "), 1000)}`);
}
