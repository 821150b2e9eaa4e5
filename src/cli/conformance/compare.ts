// Compares the outcome of a case with what was recorded, at three levels of strictness.

import { NO_POSITION, position } from "../../lang/position.ts";
import { debugLine } from "../debug-line.ts";
import type { Case, Expectation, Outcome, OutputEntry, Place } from "./case.ts";

/** How near an outcome is: same class (result or error), same but for positions, the same. */
export interface Verdict {
  readonly sameClass: boolean;
  readonly sameMessage: boolean;
  readonly exact: boolean;
}

export const FAILED: Verdict = { sameClass: false, sameMessage: false, exact: false };

/** The outcome with its properties in one order and without extras such as `why`. */
function normalized(outcome: Outcome): Outcome {
  const output = outcome.output.map((entry) =>
    "print" in entry
      ? { print: entry.print }
      : { debug: entry.debug, source: entry.source ?? null, at: entry.at ?? null },
  );
  const { ok, error } = outcome;
  if (ok) return { output, ok: { type: ok.type, debug: ok.debug, string: ok.string } };
  if (!error) return { output, crash: outcome.crash };
  const { kind, at, inner, inner_at, message } = error;
  return { output, error: { kind, at, inner, inner_at, message } };
}

/** What a script can see is kept; lines and columns go, in messages too. */
function withoutPositions(outcome: Outcome): Outcome {
  const output = outcome.output.map((entry) => ("print" in entry ? entry : { ...entry, at: null }));
  if (!outcome.error) return { ...outcome, output };
  const message = outcome.error.message.replace(/ \(line \d+(, position \d+)?\)/g, "");
  return { output, error: { ...outcome.error, at: null, inner_at: null, message } };
}

function classOf(outcome: Outcome): string {
  if (outcome.ok) return "ok";
  return outcome.error ? "error" : "crash";
}

function compareOutcomes(actual: Outcome, expected: Outcome): Verdict {
  const same = (a: Outcome, b: Outcome) => JSON.stringify(a) === JSON.stringify(b);
  const [mine, theirs] = [normalized(actual), normalized(expected)];
  return {
    sameClass: classOf(actual) === classOf(expected),
    sameMessage: same(withoutPositions(mine), withoutPositions(theirs)),
    exact: same(mine, theirs),
  };
}

function either(a: Verdict, b: Verdict): Verdict {
  return {
    sameClass: a.sameClass || b.sameClass,
    sameMessage: a.sameMessage || b.sameMessage,
    exact: a.exact || b.exact,
  };
}

function toPosition(place: Place): number {
  return place === null ? NO_POSITION : position(place[0], place[1]);
}

/** Standard output as `rhai run` writes it. */
function printedText(output: readonly OutputEntry[]): string {
  return output
    .map((entry) =>
      "print" in entry ? entry.print : debugLine(entry.debug, entry.source, toPosition(entry.at)),
    )
    .map((line) => `${line}\n`)
    .join("");
}

function compareTexts(actual: Outcome, expected: { out: string | null; err: string | null }): Verdict {
  const plain = (text: string) => text.replace(/\r\n/g, "\n").trimEnd();
  const bare = (text: string) => plain(text).replace(/ \(line \d+(, position \d+)?\)/g, "");
  const message = actual.error?.message ?? "";
  const sameClass = classOf(actual) === (expected.err === null ? "ok" : "error");
  const sameOutput = expected.out === null || plain(printedText(actual.output)) === plain(expected.out);
  return {
    sameClass,
    sameMessage: sameClass && sameOutput && bare(message) === bare(expected.err ?? ""),
    exact: sameClass && sameOutput && plain(message) === plain(expected.err ?? ""),
  };
}

/** Compares with the expectation, or with the nearest of several accepted outcomes. */
export function judge(actual: Outcome, expected: Expectation): Verdict {
  if (expected.form === "texts") return compareTexts(actual, expected);
  return expected.accepted.map((outcome) => compareOutcomes(actual, outcome)).reduce(either, FAILED);
}

function outcomeLines(outcome: Outcome): string[] {
  const { ok, error, crash } = outcome;
  const printed = outcome.output.map((entry) =>
    "print" in entry
      ? `print: ${JSON.stringify(entry.print)}`
      : `debug: ${JSON.stringify(entry.debug)} source ${JSON.stringify(entry.source)} at ${JSON.stringify(entry.at)}`,
  );
  const fields = Object.entries(ok ?? error ?? {});
  const heading = ok ? "ok" : "error";
  const ending = fields.map(([name, value]) => `${heading} ${name}: ${JSON.stringify(value)}`);
  return crash === undefined ? [...printed, ...ending] : [...printed, ...`crash: ${crash}`.split("\n")];
}

/** Expected and actual outcome as lines, for a diff. */
export function linesToCompare(item: Case, actual: Outcome): { expected: string[]; actual: string[] } {
  if (item.expect?.form === "outcomes") {
    return { expected: outcomeLines(normalized(item.expect.accepted[0])), actual: outcomeLines(actual) };
  }
  const cut = (text: string | null | undefined) => (text ? text.trimEnd().split("\n") : []);
  return {
    expected: [...cut(item.expect?.out), ...cut(item.expect?.err)],
    actual: [
      ...(item.expect?.out === null ? [] : cut(printedText(actual.output))),
      ...cut(actual.error?.message ?? actual.crash),
    ],
  };
}
