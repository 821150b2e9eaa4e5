// Debugger commands for break-points.

import { columnOf, lineOf, NO_POSITION } from "../../lang/position.ts";
import { type BreakPoint, describeBreakPoint } from "../../runtime/debugger/break-point.ts";
import { output } from "../output.ts";
import { CommandError, type ConsoleCommand, type Stop } from "./stop.ts";

function atPosition(source: string | null, line: number, column: number): BreakPoint {
  return { kind: "position", source, line, column, enabled: true };
}

/** The break-point that the operands of `break` ask for. Throws CommandError. */
function breakPointFor(stop: Stop, words: readonly string[]): BreakPoint {
  const [place, count] = words;
  if (place === undefined) {
    if (stop.position === NO_POSITION) throw new CommandError("there is no position to break at");
    return atPosition(stop.source, lineOf(stop.position), columnOf(stop.position));
  }
  if (count !== undefined) {
    if (!/^\d+$/.test(count)) throw new CommandError(`invalid number of arguments: '${count}'`);
    return { kind: "function", name: place, args: Number(count), enabled: true };
  }
  if (/^\.[^.]/.test(place)) return { kind: "property", name: place.slice(1), enabled: true };
  const match = /^(?:(.+):)??(\d+)(?::(\d+))?$/.exec(place);
  if (match === null) return { kind: "function", name: place, args: null, enabled: true };
  const [, source = stop.source, line, column = "0"] = match;
  checkLine(stop, source, Number(line));
  return atPosition(source, Number(line), Number(column));
}

function checkLine(stop: Stop, source: string | null, line: number): void {
  const count = stop.listing.lineCount(source);
  if (line === 0 || (count > 0 && line > count)) throw new CommandError(`invalid line number: '${line}'`);
}

function addBreakPoint(stop: Stop, words: readonly string[]): void {
  const point = breakPointFor(stop, words);
  const number = stop.debug.breakPoints.push(point);
  output.line(`break-point ${number}: ${describeBreakPoint(point)}`);
}

function listBreakPoints({ debug }: Stop): void {
  if (debug.breakPoints.length === 0) output.line("there are no break-points");
  debug.breakPoints.forEach((point, i) => {
    output.line(`[${i + 1}] ${describeBreakPoint(point)}`);
  });
}

/** The index of the break-point with this number. Throws CommandError. */
function numbered({ debug }: Stop, word: string | undefined): number {
  const number = Number(word);
  if (Number.isInteger(number) && number > 0 && number <= debug.breakPoints.length) return number - 1;
  throw new CommandError(`invalid break-point: '${word ?? ""}'`);
}

function enable(stop: Stop, word: string | undefined, enabled: boolean): void {
  const index = numbered(stop, word);
  stop.debug.breakPoints[index].enabled = enabled;
  output.line(`break-point ${index + 1} ${enabled ? "enabled" : "disabled"}`);
}

function remove(stop: Stop, word: string | undefined): void {
  const { breakPoints } = stop.debug;
  if (word === undefined) {
    breakPoints.length = 0;
    output.line("all break-points deleted");
    return;
  }
  const index = numbered(stop, word);
  breakPoints.splice(index, 1);
  output.line(`break-point ${index + 1} deleted`);
}

export const BREAK_COMMANDS: readonly ConsoleCommand[] = [
  {
    names: ["break", "b"],
    operands: "[[SOURCE:]LINE[:COLUMN] | FUNCTION [ARGS] | .PROPERTY]",
    help: "stop there; without operand at this place",
    run: (stop, { words }) => addBreakPoint(stop, words),
  },
  {
    names: ["breakpoints", "bl"],
    operands: "",
    help: "list the break-points",
    run: (stop) => listBreakPoints(stop),
  },
  {
    names: ["info", "i"],
    operands: "break",
    help: "the same",
    run: (stop, { words }) => {
      if (!["break", "b"].includes(words[0])) throw new CommandError("info about what? Try: info break");
      listBreakPoints(stop);
    },
  },
  {
    names: ["enable", "en"],
    operands: "NUMBER",
    help: "switch a break-point on",
    run: (stop, { words }) => enable(stop, words[0], true),
  },
  {
    names: ["disable", "dis"],
    operands: "NUMBER",
    help: "switch a break-point off",
    run: (stop, { words }) => enable(stop, words[0], false),
  },
  {
    names: ["delete", "d"],
    operands: "[NUMBER]",
    help: "delete a break-point; without operand all of them",
    run: (stop, { words }) => remove(stop, words[0]),
  },
];
