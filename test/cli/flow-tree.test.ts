// The tree of a run: what its lines say, how they fit a terminal, and how it is redrawn.

import { describe, expect, it } from "vitest";
import { treeLines } from "../../src/cli/flow/run-tree.ts";
import { LivePrinter } from "../../src/cli/flow/watch-print.ts";
import { PLAIN_STYLE } from "../../src/cli/style.ts";
import { defineFlow } from "../../src/flow/definition/define.ts";
import type { FlowInput } from "../../src/flow/definition/schema.ts";
import type { DrawnRun } from "../../src/flow/graph/stored-run.ts";
import { planOf } from "../../src/flow/plan.ts";
import { type FlowState, newStepState, type StepState } from "../../src/flow/state.ts";
import { newRun } from "../../src/flow/transition/transition.ts";

type Steps = Readonly<Record<string, Partial<StepState>>>;

function drawn(flow: FlowInput, steps: Steps, fields: Partial<FlowState> = {}): DrawnRun {
  const definition = defineFlow(flow);
  const fresh = newRun(planOf(definition), { flowId: "f-1", input: "null" }, 0);
  const all = { ...fresh.steps };
  for (const [id, step] of Object.entries(steps)) all[id] = { ...newStepState(id), ...step };
  return {
    definition,
    run: { state: { ...fresh, status: "Running", startedAt: 0, ...fields, steps: all }, now: 2000 },
  };
}

const script = (name: string, more: object = {}) => ({ name, script: "1", ...more });
const WIDE = { style: PLAIN_STYLE, width: 200, height: 100 };
const lines = ({ definition, run }: DrawnRun, size: object = {}) =>
  treeLines(definition, run, { ...WIDE, ...size });

const error = (message: string) => ({ kind: "ErrorRuntime", message });

describe("the tree of a run", () => {
  it("tells state, attempt and time of each step", () => {
    const flow: FlowInput = {
      name: "order",
      steps: [
        script("check"),
        script("pay", { retries: 3, compensate: "2" }),
        { name: "wait", waitFor: { events: ["paid", "refused"], key: "1", timeout: 60 } },
        { name: "rest", sleep: 10 },
        script("maybe"),
        script("last"),
      ],
    };
    const run = drawn(flow, {
      check: { status: "Completed", attemptCount: 1, startedAt: 0, finishedAt: 35 },
      pay: { status: "Waiting", attemptCount: 2, startedAt: 35, dueAt: 2500, error: error("card\ndeclined") },
      wait: {
        status: "Waiting",
        startedAt: 1000,
        dueAt: 61_000,
        wait: { events: ["paid", "refused"], key: "1" },
      },
      rest: { status: "Waiting", startedAt: 1000, dueAt: 11_000 },
      maybe: { status: "Skipped" },
    });
    expect(lines(run)).toEqual([
      "order: Running, 2.0 s  f-1",
      "├─ ✓ check  Completed  35 ms",
      "├─ ◌ pay    Waiting    attempt 2, 2.0 s, next attempt in 500 ms, card declined",
      "├─ ◌ wait   Waiting    1.0 s, waits for signal 'paid' or 'refused' for '1', 59.0 s left",
      "├─ ◌ rest   Waiting    1.0 s, 9.0 s left",
      "├─ - maybe  Skipped",
      "└─ · last   Pending",
    ]);
  });

  it("tells why a flow goes back, and what could not be undone", () => {
    const flow: FlowInput = {
      name: "trip",
      steps: [script("a", { compensate: "2" }), script("b", { compensate: "2" }), script("c")],
    };
    const undo = { attemptCount: 1, error: null, dueAt: null, stopping: null };
    const run = drawn(
      flow,
      {
        a: {
          status: "Completed",
          attemptCount: 1,
          undo: { ...undo, status: "Failed", error: error("gone") },
        },
        b: { status: "Compensated", attemptCount: 1, undo: { ...undo, status: "Completed" } },
        c: { status: "Failed", attemptCount: 1, error: error("no luck") },
      },
      { goal: "Failed", error: error("no luck") },
    );
    expect(lines(run)).toEqual([
      "trip: Running, 2.0 s, going back: no luck  f-1",
      "├─ ✓ a  Completed  could not be undone, gone",
      "├─ ↩ b  Compensated",
      "└─ ✗ c  Failed     no luck",
    ]);
  });

  it("shows items that run or failed, a few of them", () => {
    const items = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [
        `mail[${i}]`,
        { status: i === 0 ? "Completed" : "Running", attemptCount: 1 } as const,
      ]),
    );
    const flow: FlowInput = { name: "mails", steps: [script("mail", { forEach: "input" }), script("end")] };
    expect(lines(drawn(flow, { mail: { status: "Running", startedAt: 0, items: 10 }, ...items }))).toEqual([
      "mails: Running, 2.0 s  f-1",
      "├─ ● mail  Running    1 of 10 items, 2.0 s",
      ...[1, 2, 3, 4, 5, 6].map((i) => `│     ● mail[${i}]  Running`),
      "│     ... 3 more of these",
      "└─ · end   Pending",
    ]);
  });

  it("shows the flow inside of a step, unless all went well there", () => {
    const inner: FlowInput = { name: "inner", steps: [script("x"), script("y")] };
    const flow: FlowInput = { name: "outer", steps: [{ name: "in", flow: inner }, script("end")] };
    const { definition, run } = drawn(flow, { in: { status: "Running", attemptCount: 1, startedAt: 0 } });
    const below = drawn(inner, { x: { status: "Running", attemptCount: 1, startedAt: 500 } }).run;
    const shown = treeLines(definition, { ...run, inner: new Map([["in", below]]) }, WIDE);
    expect(shown.slice(1)).toEqual([
      "├─ ● in   Running    2.0 s",
      "│  ├─ ● x  Running    1.5 s",
      "│  └─ · y  Pending",
      "└─ · end  Pending",
    ]);
    const quiet = { ...below, state: { ...below.state, status: "Completed" as const } };
    expect(treeLines(definition, { ...run, inner: new Map([["in", quiet]]) }, WIDE)).toHaveLength(3);
  });

  it("fits the terminal: finished steps go first, long lines are cut", () => {
    const steps = Array.from({ length: 30 }, (_, i) => script(`s${i}`));
    const states = Object.fromEntries(
      steps.map(({ name }, i) => [
        name,
        { status: i < 20 ? "Completed" : i === 20 ? "Running" : "Pending" } as const,
      ]),
    );
    const run = drawn({ name: "long", steps }, states);
    for (const height of [3, 8, 12, 25, 31])
      expect(lines(run, { height }).length).toBeLessThanOrEqual(height);
    const shown = lines(run, { height: 12, width: 14 });
    expect(shown).toContain("├─ ● s20  Run…");
    expect(shown.every((line) => Array.from(line).length <= 14)).toBe(true);
    expect(lines(run, { height: 12 }).at(-1)).toMatch(/^\.\.\. \d+ more lines$/);
  });

  it("lets nothing that a script says steer the terminal", () => {
    const flow: FlowInput = { name: "x", steps: [script("a")] };
    const run = drawn(flow, { a: { status: "Failed", attemptCount: 1, error: error("\u001b[2Jgone\r\n") } });
    expect(lines(run)[1]).toBe("└─ ✗ a  Failed     \\u{1b}[2Jgone");
  });
});

describe("the live display", () => {
  it("draws over what it drew, with lines of scripts above", () => {
    const written: string[] = [];
    const terminal = { columns: 80, rows: 24, write: (text: string) => void written.push(text) };
    const printer = new LivePrinter(terminal, PLAIN_STYLE);
    const flow: FlowInput = { name: "x", steps: [script("a"), script("b")] };
    const first = drawn(flow, { a: { status: "Running", attemptCount: 1 } });
    printer.onLook(first);
    printer.onLook(first);
    printer.onLog({ text: "hello\nworld" }, "a");
    printer.onLook(first);
    printer.onLook(
      drawn(flow, { a: { status: "Completed", attemptCount: 1 } }, { status: "Completed", finishedAt: 1000 }),
    );
    printer.end();
    const [one, two, three, last] = written;
    expect(one).toBe("\x1b[Jx: Running, 2.0 s  f-1\n├─ ● a  Running\n└─ · b  Pending\n");
    // Nothing new: nothing drawn. Then up by the three lines that stand there.
    const up = "\x1b[3A\r\x1b[J";
    expect(two.startsWith(`${up}a | hello\na | world\nx: Running`)).toBe(true);
    expect(three.startsWith(`${up}x: Completed, 1.0 s`)).toBe(true);
    expect(last.startsWith(`${up}x: Completed`)).toBe(true);
    expect(written).toHaveLength(4);
  });
});
