// A flow's graph as an SVG drawing: one file, no scripts, no fonts or images from elsewhere.

import { PLAIN_COLOR, STATUS_COLORS, type StatusColor } from "./colors.ts";
import { type FlowGraph, type GraphNode, nodeTexts } from "./graph.ts";
import { type Layout, layoutGraph, type PlacedBox, type Stop } from "./layout.ts";

/** All letters of the font are equally wide, so that the width of a text is known without having the font. */
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace";
const LETTER = 7.3;
const LINE = 17;
const FONT_SIZE = 12;
const PADDING = 12;
const MARGIN = 20;
const LONGEST_LINE = 46;

/** What is drawn of a node: its lines of text, and of a flow the drawing inside. */
interface Picture {
  readonly node: GraphNode;
  readonly lines: readonly string[];
  readonly inner: { readonly graph: FlowGraph; readonly drawing: Drawing } | null;
  readonly width: number;
  readonly height: number;
}

interface Drawing {
  readonly layout: Layout;
  readonly pictures: ReadonlyMap<string, Picture>;
}

/**
 * @returns an SVG document, ending with a line break.
 * @example
 * writeFileSync("flow.svg", graphToSvg(flowGraph(definition)));
 */
export function graphToSvg(graph: FlowGraph): string {
  const drawing = draw(graph);
  const title = cut(graph.title);
  const width = Math.max(drawing.layout.width, textWidth(title)) + 2 * MARGIN;
  const top = MARGIN + LINE + PADDING;
  const height = top + drawing.layout.height + MARGIN;
  const x = (width - drawing.layout.width) / 2;
  const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" font-family="${FONT}" font-size="${FONT_SIZE}">`,
    `<title>${escaped(graph.title)}</title>`,
    '<defs><marker id="rhai-flow-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path d="M0 0L8 4L0 8z" fill="#57606a"/></marker></defs>',
    `<rect width="${round(width)}" height="${round(height)}" fill="#ffffff"/>`,
    text(title, width / 2, MARGIN + LINE / 2, "#24292f", true),
    ...drawingLines(graph, drawing, x, top),
    "</svg>",
    "",
  ].join("\n");
}

function draw(graph: FlowGraph): Drawing {
  const pictures = new Map(graph.nodes.map((node) => [node.name, picture(node)]));
  const boxes = [...pictures].map(([name, { width, height }]) => ({ name, width, height }));
  return { layout: layoutGraph(boxes, graph.edges), pictures };
}

function picture(node: GraphNode): Picture {
  const lines = nodeTexts(node).map(cut);
  const inner = node.inner === null ? null : { graph: node.inner, drawing: draw(node.inner) };
  const textHeight = lines.length * LINE;
  const widest = Math.max(...lines.map(textWidth), inner?.drawing.layout.width ?? 0);
  // The slanted or round ends of some shapes need room.
  const ends = node.kind === "script" || node.kind === "flow" ? 0 : textHeight / 2;
  const innerHeight = inner === null ? 0 : inner.drawing.layout.height + PADDING;
  return {
    node,
    lines,
    inner,
    width: widest + ends + 2 * PADDING,
    height: textHeight + innerHeight + PADDING,
  };
}

// --- drawing ----------------------------------------------------------------------------------------------------------

function drawingLines(graph: FlowGraph, { layout, pictures }: Drawing, x: number, y: number): string[] {
  const edges = layout.edges.map((stops, i) => edgeLine(stops, graph.edges[i].lenient, x, y));
  const nodes = layout.boxes.flatMap((box) =>
    nodeLines(pictures.get(box.name)!, { ...box, x: box.x + x, y: box.y + y }),
  );
  return [...edges, ...nodes];
}

function edgeLine(stops: readonly Stop[], lenient: boolean, dx: number, dy: number): string {
  let path = "";
  let last: Stop | null = null;
  for (const { x, top, bottom } of stops) {
    const end = `${round(x + dx)} ${round(top + dy)}`;
    if (last === null) path = `M${end}`;
    else {
      const middle = round((last.bottom + top) / 2 + dy);
      path += `C${round(last.x + dx)} ${middle} ${round(x + dx)} ${middle} ${end}`;
    }
    if (bottom > top) path += `V${round(bottom + dy)}`;
    last = { x, top, bottom };
  }
  const dashes = lenient ? ' stroke-dasharray="5 4"' : "";
  return `<path d="${path}" fill="none" stroke="#57606a"${dashes} marker-end="url(#rhai-flow-arrow)"/>`;
}

function nodeLines({ node, lines, inner }: Picture, box: PlacedBox): string[] {
  const color = node.tint === null ? PLAIN_COLOR : STATUS_COLORS[node.tint];
  const middle = box.x + box.width / 2;
  const firstLine = box.y + (PADDING + LINE) / 2;
  const full = nodeTexts(node).join("\n");
  const drawing =
    inner === null
      ? []
      : drawingLines(
          inner.graph,
          inner.drawing,
          middle - inner.drawing.layout.width / 2,
          box.y + lines.length * LINE + PADDING,
        );
  return [
    `<g><title>${escaped(full)}</title>`,
    ...shapeLines(node, box, color),
    ...lines.map((line, i) => text(line, middle, firstLine + i * LINE, color.text, i === 0)),
    ...drawing,
    "</g>",
  ];
}

/** What runs a script is a box, what is done for many items a pile of them, what waits has other ends. */
function shapeLines({ kind, repeated, status }: GraphNode, box: PlacedBox, color: StatusColor): string[] {
  const { fill, stroke } = color;
  const dashes = status === "Skipped" ? ' stroke-dasharray="4 3"' : "";
  const paint = `fill="${kind === "flow" ? tinted(fill) : fill}" stroke="${stroke}"${dashes}`;
  if (kind === "wait") return [`<path d="${hexagon(box)}" ${paint}/>`];
  const radius = kind === "sleep" || kind === "until" ? box.height / 2 : 6;
  const rect = (shift: number) =>
    `<rect x="${round(box.x + shift)}" y="${round(box.y + shift)}" width="${round(box.width)}" height="${round(box.height)}" rx="${round(radius)}" ${paint}/>`;
  return repeated ? [rect(6), rect(3), rect(0)] : [rect(0)];
}

/** The ground of a flow is nearly white, so that the steps on it stand out. */
function tinted(fill: string): string {
  const mixed = [1, 3, 5].map((at) =>
    Math.round((Number.parseInt(fill.slice(at, at + 2), 16) + 2 * 255) / 3),
  );
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function hexagon({ x, y, width, height }: PlacedBox): string {
  const end = Math.min(height / 2, 18);
  const [left, right, middle] = [round(x), round(x + width), round(y + height / 2)];
  const [top, bottom, inLeft, inRight] = [
    round(y),
    round(y + height),
    round(x + end),
    round(x + width - end),
  ];
  return `M${left} ${middle}L${inLeft} ${top}H${inRight}L${right} ${middle}L${inRight} ${bottom}H${inLeft}z`;
}

function text(line: string, x: number, y: number, color: string, bold: boolean): string {
  const weight = bold ? ' font-weight="bold"' : "";
  const at = `x="${round(x)}" y="${round(y)}" text-anchor="middle" dominant-baseline="central"`;
  return `<text ${at} fill="${color}"${weight}>${escaped(line)}</text>`;
}

// --- text -------------------------------------------------------------------------------------------------------------

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;

function columns(char: string): number {
  return WIDE.test(char) ? 2 : 1;
}

function textWidth(line: string): number {
  return Array.from(line).reduce((width, char) => width + columns(char), 0) * LETTER;
}

/** On one line, and not longer than a box should be wide. */
function cut(line: string): string {
  const chars = Array.from(line.replace(/\s+/gu, " ").trim());
  let width = 0;
  const end = chars.findIndex((char) => {
    width += columns(char);
    return width > LONGEST_LINE;
  });
  return end < 0 ? chars.join("") : `${chars.slice(0, end - 1).join("")}…`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** For text and attributes; what no XML document may hold becomes the replacement character. */
function escaped(line: string): string {
  return line
    .replace(/[&<>"]/g, (char) => ENTITIES[char])
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}

function round(number: number): string {
  return String(Math.round(number * 10) / 10);
}
