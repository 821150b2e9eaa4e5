// A stored run as a person reads it: the tree of its steps, and what it was given, made and failed with.

import type { DrawnRun } from "../../flow/graph/stored-run.ts";
import { uncompensatedSteps } from "../../flow/state.ts";
import { output } from "../output.ts";
import { moment, oneLine } from "../queue/show.ts";
import { isTerminal, styleFor } from "../style.ts";
import { treeLines } from "./run-tree.ts";

const LONGEST = 500;

export function printRun({ definition, run }: DrawnRun): void {
  const style = styleFor(1);
  const width = isTerminal(1) ? (process.stdout.columns ?? 80) : 200;
  const lines = treeLines(definition, run, { style, width, height: Number.POSITIVE_INFINITY });
  for (const line of lines) output.line(line);
  const { state } = run;
  const { createdAt, finishedAt, input, error, parent, rerunOf, signals, version } = state;
  const field = (name: string, text: string | null) => {
    if (text !== null) output.line(`${style.dim(name.padEnd(10))}${oneLine(text, LONGEST)}`);
  };
  field("version", version);
  field("created", moment(createdAt));
  field("finished", finishedAt === null ? null : moment(finishedAt));
  field("part of", parent === null ? null : `${parent.flowId}, step ${parent.stepId}`);
  field("rerun of", rerunOf);
  field("input", input);
  field("signals", signals.length === 0 ? null : signals.map(({ event }) => event).join(", "));
  field("output", state.output);
  if (error !== null) {
    const where = error.step === undefined ? "" : `step '${error.step}': `;
    field("error", style.red(`${where}${oneLine(error.message, LONGEST)}`));
  }
  const undone = uncompensatedSteps(state);
  field("undo", undone.length === 0 ? null : `could not be undone: ${undone.join(", ")}`);
}
