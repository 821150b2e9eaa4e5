// A run as a tree of lines: steps with state, attempt and time, their items and the flows inside of them.

import { type FlowDefinition, type StepDefinition, stepKind } from "../../flow/definition/types.ts";
import { durationText, type GraphRun, progressText, undoText } from "../../flow/graph/graph.ts";
import { type FlowState, isFinalStatus, itemId, type StepState } from "../../flow/state.ts";
import { oneLine } from "../queue/show.ts";
import type { Style } from "../style.ts";
import { paintedStatus } from "./change-text.ts";

export interface TreeOptions {
  readonly style: Style;
  /** Columns: longer lines are cut. */
  readonly width: number;
  /** Lines at most: finished steps at the top go first. */
  readonly height: number;
}

/** A line before it is coloured: what it says, and the same with colours. */
interface Line {
  readonly plain: string;
  readonly painted: string;
  /** Over and done: left out first where there is no room. */
  readonly settled: boolean;
}

const SYMBOLS: Readonly<Record<StepState["status"], string>> = {
  Pending: "·",
  Running: "●",
  Waiting: "◌",
  Completed: "✓",
  Failed: "✗",
  Skipped: "-",
  Compensated: "↩",
};

/** Items of one step that are shown. */
const SHOWN_ITEMS = 6;

/** The flow in the first line, then its steps. */
export function treeLines(definition: FlowDefinition, run: GraphRun, options: TreeOptions): string[] {
  const lines = stepLines(definition, run, "", options.style);
  const room = Math.max(1, options.height - 1);
  const shown = [headLine(run, options.style), ...fitting(lines, room)];
  return shown.map((line) => cutTo(line, options.width));
}

function headLine({ state, now }: GraphRun, style: Style): Line {
  const { name, status, flowId, startedAt, finishedAt, goal, error } = state;
  const time = startedAt === null ? "" : `, ${durationText((finishedAt ?? now) - startedAt)}`;
  const back = goal !== null && !isFinalStatus(status) ? `, going back${because(error?.message)}` : "";
  const rest = `${time}${back}  ${flowId}`;
  return {
    plain: `${name}: ${status}${rest}`,
    painted: `${style.bold(name)}: ${paintedStatus(status, style)}${style.dim(rest)}`,
    settled: false,
  };
}

function because(message: string | undefined): string {
  return message === undefined ? "" : `: ${oneLine(message, 100)}`;
}

function stepLines(definition: FlowDefinition, run: GraphRun, indent: string, style: Style): Line[] {
  const { steps } = definition;
  const width = Math.max(...steps.map(({ name }) => name.length));
  return steps.flatMap((step, i) => {
    const last = i === steps.length - 1;
    const state = run.state.steps[step.name];
    if (state === undefined) return [];
    const line = stepLine(step, state, run, width, style);
    const branch = `${indent}${last ? "└─ " : "├─ "}`;
    const deeper = `${indent}${last ? "   " : "│  "}`;
    const inner = run.inner?.get(step.name);
    const below =
      inner && step.flow && !isQuiet(inner.state) ? stepLines(step.flow, inner, deeper, style) : [];
    return [indented(branch, line), ...itemLines(step, state, run, deeper, style), ...below];
  });
}

/** A flow inside that went well needs no lines of its own. */
function isQuiet({ status }: FlowState): boolean {
  return status === "Completed";
}

function indented(indent: string, line: Line): Line {
  return { ...line, plain: indent + line.plain, painted: indent + line.painted };
}

function stepLine(step: StepDefinition, state: StepState, run: GraphRun, width: number, style: Style): Line {
  const name = state.stepId.padEnd(width);
  const { status } = state;
  const facts = [
    progressText(run.state, state, run.now),
    waitText(step, state, run),
    undoText(state),
    errorText(state),
  ];
  const rest = facts.filter((fact) => fact !== null).join(", ");
  const symbol = SYMBOLS[status];
  const tail = rest === "" ? "" : `${" ".repeat(Math.max(0, 9 - status.length))}  ${rest}`;
  const paintedTail = tail === "" ? "" : style[status === "Failed" ? "red" : "dim"](tail);
  return {
    plain: `${symbol} ${name}  ${status}${tail}`,
    painted: `${paintSymbol(status, symbol, style)} ${style.bold(name)}  ${paintedStatus(status, style)}${paintedTail}`,
    settled: status === "Completed" || status === "Skipped",
  };
}

function paintSymbol(status: StepState["status"], symbol: string, style: Style): string {
  if (status === "Running" || status === "Waiting") return style.cyan(symbol);
  if (status === "Completed") return style.green(symbol);
  return status === "Failed" ? style.red(symbol) : style.dim(symbol);
}

function waitText(
  step: StepDefinition,
  { status, wait, dueAt, attemptCount }: StepState,
  { now }: GraphRun,
): string | null {
  if (status !== "Waiting") return null;
  const left = dueAt === null ? null : durationText(Math.max(0, dueAt - now));
  if (wait !== null) {
    const names = wait.events.map((event) => `'${event}'`).join(" or ");
    const forKey = wait.key === null ? "" : ` for '${wait.key}'`;
    return `${oneLine(`waits for signal ${names}${forKey}`)}${left === null ? "" : `, ${left} left`}`;
  }
  if (attemptCount > 0 && stepKind(step) === "script")
    return left === null ? null : `next attempt in ${left}`;
  return left === null ? null : `${left} left`;
}

/** Of steps that failed, and of those that are tried again. */
function errorText({ status, error, undo }: StepState): string | null {
  if (undo?.error && undo.status !== "Completed") return oneLine(undo.error.message, 200);
  return error === null || status === "Completed" || status === "Compensated"
    ? null
    : oneLine(error.message, 200);
}

/** Items that run or failed; how many others there are. */
function itemLines(
  step: StepDefinition,
  state: StepState,
  run: GraphRun,
  indent: string,
  style: Style,
): Line[] {
  const items = Array.from({ length: state.items ?? 0 }, (_, i) => run.state.steps[itemId(state.stepId, i)]);
  const notable = items.filter((item) => item !== undefined && isNotable(item));
  const shown = notable.slice(0, SHOWN_ITEMS);
  const width = Math.max(0, ...shown.map(({ stepId }) => stepId.length));
  const lines = shown.map((item) => indented(`${indent}   `, stepLine(step, item, run, width, style)));
  const hidden = notable.length - shown.length;
  if (hidden === 0) return lines;
  const more = `${indent}   ... ${hidden} more of these`;
  return [...lines, { plain: more, painted: style.dim(more), settled: true }];
}

function isNotable({ status, undo }: StepState): boolean {
  return status === "Running" || status === "Waiting" || status === "Failed" || undo?.status === "Failed";
}

/** Takes out settled lines from the top, and then whatever is lowest, until the rest fits. */
function fitting(lines: readonly Line[], room: number): Line[] {
  if (lines.length <= room) return [...lines];
  let excess = lines.length - room + 1;
  const kept = lines.filter(({ settled }) => {
    if (!settled || excess === 0) return true;
    excess--;
    return false;
  });
  const shown = kept.slice(0, Math.max(0, room - 1));
  const hidden = `... ${lines.length - shown.length} more lines`;
  return [...shown, { plain: hidden, painted: hidden, settled: true }];
}

/** Colours are lost with the end of a line that is too long. */
function cutTo({ plain, painted }: Line, width: number): string {
  const chars = Array.from(plain);
  return chars.length <= width ? painted : `${chars.slice(0, Math.max(0, width - 1)).join("")}…`;
}
