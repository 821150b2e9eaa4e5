// `rhai flow graph FILE`, `rhai flow graph --run ID`: a flow drawn, as Mermaid text or as an SVG file.

import { writeFileSync } from "node:fs";
import { type FlowGraph, flowGraph } from "../../flow/graph/graph.ts";
import { graphToMermaid } from "../../flow/graph/mermaid.ts";
import { readRun } from "../../flow/graph/stored-run.ts";
import { graphToSvg } from "../../flow/graph/svg.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { printJson } from "../queue/show.ts";
import { reportingFlows } from "./failure.ts";
import { readFlow } from "./flow-file.ts";
import { type FlowStoreOptions, withFlows } from "./with-flows.ts";

export interface GraphOptions extends FlowStoreOptions {
  readonly run?: string;
  /** File to write, or `-`. */
  readonly svg?: string;
  readonly mermaid?: boolean;
}

/** Draws what FILE holds, or a stored run and how far it is. */
export function drawFlow(file: string | undefined, options: GraphOptions): Promise<ExitCode> {
  const { run } = options;
  if ((file === undefined) === (run === undefined))
    throw new UsageError("name a file, or a run: rhai flow graph FILE, rhai flow graph --run ID");
  if (file !== undefined) return reportingFlows(async () => show(flowGraph(await readFlow(file)), options));
  return withFlows(options, async ({ executor }) => {
    const { definition, run: drawn } = await readRun(executor.store, run!);
    return show(flowGraph(definition, drawn), options);
  });
}

/** Mermaid text goes to standard output unless only a file is asked for. */
function show(graph: FlowGraph, { svg, mermaid, json }: GraphOptions): ExitCode {
  if (json) printJson(graph);
  else if (svg === undefined || mermaid) output.line(graphToMermaid(graph).trimEnd());
  if (svg === "-") output.line(graphToSvg(graph).trimEnd());
  else if (svg !== undefined) writeFileSync(svg, graphToSvg(graph));
  return ExitCode.OK;
}
