// A flow's graph as Mermaid text, for Markdown files and wikis that draw it.

import type { StepStatus } from "../state.ts";
import { STATUS_COLORS } from "./colors.ts";
import { type FlowGraph, type GraphNode, nodeTexts } from "./graph.ts";

/** Everything that Mermaid could take for its own syntax becomes an entity. */
function escaped(text: string): string {
  return text
    .replace(/[#&<>"`\\|[\]{}()]/g, (char) => `#${char.codePointAt(0)};`)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

const SHAPES: Readonly<Record<GraphNode["kind"], readonly [open: string, close: string]>> = {
  script: ["[", "]"],
  flow: ["[", "]"],
  wait: ["{{", "}}"],
  sleep: ["([", "])"],
  until: ["([", "])"],
};

/** Names are not used as ids: Mermaid reserves words such as `end`. */
class Ids {
  readonly #prefix: string;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(prefix: string, graph: FlowGraph) {
    this.#prefix = prefix;
    this.#numbers = new Map(graph.nodes.map(({ name }, i) => [name, i + 1]));
  }

  of(name: string): string {
    return `${this.#prefix}${this.#numbers.get(name)}`;
  }
}

/**
 * @returns the text of a Mermaid flowchart, ending with a line break.
 * @example
 * graphToMermaid(flowGraph(definition));
 */
export function graphToMermaid(graph: FlowGraph): string {
  const used = new Set<StepStatus>();
  const title = JSON.stringify(graph.title.replace(/[\p{Cc}]+/gu, " "));
  const lines = ["---", `title: ${title}`, "---", "flowchart TD", ...body(graph, "s", "  ", used)];
  for (const status of used) {
    const { fill, stroke, text } = STATUS_COLORS[status];
    lines.push(`  classDef ${status} fill:${fill},stroke:${stroke},color:${text}`);
  }
  return `${lines.join("\n")}\n`;
}

function body(graph: FlowGraph, prefix: string, indent: string, used: Set<StepStatus>): string[] {
  const ids = new Ids(prefix, graph);
  const nodes = graph.nodes.flatMap((node) => nodeLines(node, ids.of(node.name), indent, used));
  const edges = graph.edges.map(
    ({ from, to, lenient }) => `${indent}${ids.of(from)} ${lenient ? "-.->" : "-->"} ${ids.of(to)}`,
  );
  return [...nodes, ...edges];
}

function nodeLines(node: GraphNode, id: string, indent: string, used: Set<StepStatus>): string[] {
  const { kind, repeated, tint, inner } = node;
  if (tint !== null) used.add(tint);
  const label = `"${nodeTexts(node).map(escaped).join("<br/>")}"`;
  if (inner !== null) {
    const content = body(inner, `${id}_`, `${indent}  `, used);
    const color = tint === null ? [] : [`${indent}class ${id} ${tint}`];
    return [`${indent}subgraph ${id} [${label}]`, ...content, `${indent}end`, ...color];
  }
  const [open, close] = repeated && kind === "script" ? ["[[", "]]"] : SHAPES[kind];
  return [`${indent}${id}${open}${label}${close}${tint === null ? "" : `:::${tint}`}`];
}
