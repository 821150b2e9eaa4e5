// Drawings of flows: cases in graph-cases/, with what has to come out beside them (`vitest -u` writes it anew).

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { defineFlow } from "../../src/flow/definition/define.ts";
import type { FlowInput } from "../../src/flow/definition/schema.ts";
import { durationText, flowGraph, type GraphRun } from "../../src/flow/graph/graph.ts";
import { type LayoutBox, type LayoutEdge, layoutGraph } from "../../src/flow/graph/layout.ts";
import { graphToMermaid } from "../../src/flow/graph/mermaid.ts";
import { graphToSvg } from "../../src/flow/graph/svg.ts";
import { planOf } from "../../src/flow/plan.ts";
import { type FlowStatus, newStepState, type StepState } from "../../src/flow/state.ts";
import { newRun } from "../../src/flow/transition/transition.ts";
import { xmlProblem } from "./support/xml.ts";

const FOLDER = join(import.meta.dirname, "graph-cases");

interface Case {
  readonly flow: FlowInput;
  readonly status?: FlowStatus;
  readonly now?: number;
  readonly steps?: Readonly<Record<string, Partial<StepState>>>;
}

function graphOf({ flow, status, now = 0, steps = {} }: Case) {
  const definition = defineFlow(flow);
  if (status === undefined) return flowGraph(definition);
  const fresh = newRun(planOf(definition), { flowId: "f", input: "null" }, 0);
  const changed = Object.entries(steps).map(
    ([id, fields]) => [id, { ...newStepState(id), ...fields }] as const,
  );
  const run: GraphRun = {
    state: { ...fresh, status, steps: { ...fresh.steps, ...Object.fromEntries(changed) } },
    now,
  };
  return flowGraph(definition, run);
}

const cases = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.slice(0, -".yaml".length));

describe("drawings of flows", () => {
  it("has cases", () => {
    expect(cases.length).toBeGreaterThanOrEqual(4);
  });

  for (const name of cases) {
    const graph = () => graphOf(parse(readFileSync(join(FOLDER, `${name}.yaml`), "utf8")) as Case);

    it(`draws ${name} as Mermaid text`, async () => {
      await expect(graphToMermaid(graph())).toMatchFileSnapshot(join(FOLDER, `${name}.mmd`));
    });

    it(`draws ${name} as SVG`, async () => {
      const svg = graphToSvg(graph());
      expect(xmlProblem(svg)).toBeNull();
      await expect(svg).toMatchFileSnapshot(join(FOLDER, `${name}.svg`));
    });
  }

  it("draws a flow of hundreds of steps in time", () => {
    const steps = Array.from({ length: 400 }, (_, i) => ({
      name: `s${i}`,
      script: "1",
      after: i === 0 ? [] : [`s${Math.floor((i - 1) / 3)}`, `s${Math.max(0, i - 7)}`],
    }));
    const svg = graphToSvg(flowGraph(defineFlow({ name: "big", steps })));
    expect(svg.match(/<g>/g)).toHaveLength(400);
    expect(xmlProblem(svg)).toBeNull();
  });

  it("leaves out edges that a longer way stands for", () => {
    const steps = ["a", "b", "c"].map((name, i, all) => ({ name, script: "1", after: all.slice(0, i) }));
    const { edges } = flowGraph(defineFlow({ name: "x", steps }));
    expect(edges.map(({ from, to }) => `${from}${to}`)).toEqual(["ab", "bc"]);
  });

  it("tells times in few digits", () => {
    const texts = [0, 999, 1000, 59_949, 59_950, 125_400, 3_600_000, 7_380_000].map(durationText);
    expect(texts).toEqual(["0 ms", "999 ms", "1.0 s", "59.9 s", "1 min", "2 min 5 s", "1 h", "2 h 3 min"]);
  });
});

describe("the layout", () => {
  const box = (name: string, width = 100): LayoutBox => ({ name, width, height: 40 });
  const layout = (edges: readonly string[], boxes: readonly LayoutBox[]) =>
    layoutGraph(
      boxes,
      edges.map((pair): LayoutEdge => ({ from: pair[0], to: pair[1] })),
    );

  it("puts boxes below what they come after, without overlaps", () => {
    const boxes = [..."abcdefgh"].map((name, i) => box(name, 60 + 30 * i));
    const edges = ["ab", "ac", "ad", "be", "ce", "df", "ag", "gh", "eh"];
    const { boxes: placed } = layout(edges, boxes);
    const at = new Map(placed.map((one) => [one.name, one]));
    for (const [from, to] of edges) expect(at.get(to)!.y).toBeGreaterThanOrEqual(at.get(from)!.y + 40);
    for (const one of placed)
      for (const other of placed) {
        const apart =
          one === other ||
          one.y !== other.y ||
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x;
        expect(apart, `${one.name} ${other.name}`).toBe(true);
      }
  });

  it("leads long edges past the boxes between", () => {
    const { boxes, edges } = layout(
      ["ab", "bc", "cd", "ad"],
      [..."abcd"].map((name) => box(name)),
    );
    for (const { x, top, bottom } of edges[3].slice(1, -1))
      for (const { x: left, width, y, height } of boxes)
        expect(x < left || x > left + width || bottom < y || top > y + height).toBe(true);
  });

  it("untangles what can be untangled", () => {
    const { edges } = layout(
      ["af", "be", "cd"],
      [..."abcdef"].map((name) => box(name)),
    );
    for (const [from, to] of edges) expect(from.x).toBeCloseTo(to.x);
  });

  it("keeps a single row in the middle of what it comes after", () => {
    const { boxes } = layout(
      ["ab", "ac", "ad"],
      [..."abcd"].map((name) => box(name)),
    );
    expect(boxes[0].x).toBeCloseTo(boxes[2].x);
  });
});
