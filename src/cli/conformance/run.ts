// A conformance run from cases to verdicts, for the command and for tests.

import { availableParallelism } from "node:os";
import type { Case, Outcome } from "./case.ts";
import { judge, type Verdict } from "./compare.ts";
import { runCases } from "./pool.ts";

const HANG_AFTER = 10_000;
/** Below this number a second worker costs more than it saves. */
const CASES_FOR_TWO = 400;

export interface JudgedCase {
  readonly item: Case;
  readonly outcome: Outcome;
  /** Null for a case without expectation. */
  readonly verdict: Verdict | null;
}

/** Runs the cases and compares each with its expectation; the results have the order of the cases. */
export async function runAndJudge(
  cases: readonly Case[],
  options: { hangAfter?: number; workers?: number } = {},
): Promise<JudgedCase[]> {
  const outcomes: Outcome[] = [];
  await runCases(cases, {
    workers: options.workers ?? (cases.length < CASES_FOR_TWO ? 1 : Math.min(availableParallelism(), 4)),
    hangAfter: options.hangAfter ?? HANG_AFTER,
    onOutcome: (index, outcome) => {
      outcomes[index] = outcome;
    },
  });
  return cases.map((item, index) => {
    const outcome = outcomes[index];
    return { item, outcome, verdict: item.expect === null ? null : judge(outcome, item.expect) };
  });
}
