// `rhai fsck [--context C] [--repair]`: proves the store's rules on a live system, slice by slice.

import type { FsckProblem, TaskStore } from "../../queue/store.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { oneLine, plural, printJson } from "../queue/show.ts";
import { type LookOptions, withStore } from "../queue/with-store.ts";
import { styleFor } from "../style.ts";

export interface FsckOptions extends LookOptions {
  readonly context?: string;
  readonly repair?: boolean;
}

interface Finding extends FsckProblem {
  readonly context: string;
}

/** All contexts, or the one that is named. Fails when a rule was broken, also when it is mended now. */
export function checkStore(options: FsckOptions): Promise<ExitCode> {
  return withStore(options, async (store) => {
    const contexts = options.context === undefined ? await store.contexts() : [options.context];
    const findings: Finding[] = [];
    let checked = 0;
    for (const context of contexts) {
      checked += await checkContext(store, context, options.repair === true, (finding) => {
        findings.push(finding);
        if (!options.json) printFinding(finding);
      });
    }
    if (options.json) printJson({ contexts, checked, findings });
    else printSummary(contexts.length, checked, findings);
    return findings.length === 0 ? ExitCode.OK : ExitCode.FAILED;
  });
}

async function checkContext(
  store: TaskStore,
  context: string,
  repair: boolean,
  onFinding: (finding: Finding) => void,
): Promise<number> {
  let checked = 0;
  let cursor: string | null = null;
  do {
    const slice = await store.fsck({ context, cursor, repair });
    checked += slice.checked;
    for (const problem of slice.problems) onFinding({ context, ...problem });
    cursor = slice.cursor;
  } while (cursor !== null);
  return checked;
}

function printFinding({ context, rule, subject, detail, repaired }: Finding): void {
  const style = styleFor(1);
  const state = repaired ? style.green("repaired") : style.red("broken");
  output.line(`${context}: ${state}: ${rule}: ${oneLine(subject, 300)}: ${oneLine(detail, 300)}`);
}

function printSummary(contexts: number, checked: number, findings: readonly Finding[]): void {
  const repaired = findings.filter((finding) => finding.repaired).length;
  const open = findings.length - repaired;
  const hint = open > 0 ? " (--repair mends what can be mended)" : "";
  output.line(
    `${plural(contexts, "context")}, ${checked} checked: ${plural(findings.length, "finding")}, ${repaired} repaired${hint}`,
  );
}
