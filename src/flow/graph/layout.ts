// Layered layout of a graph without circles: rows from top to bottom, few crossings, edges that run clear of the boxes.

import { topologicalOrder } from "../definition/order.ts";

export interface LayoutBox {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}

export interface PlacedBox extends LayoutBox {
  readonly x: number;
  readonly y: number;
}

/** An edge goes straight down at `x` from `top` to `bottom`, and swings to the next stop in between. */
export interface Stop {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  /** In the order of the edges given. */
  readonly edges: readonly (readonly Stop[])[];
}

const COLUMN_GAP = 28;
const ROW_GAP = 44;
const SWEEPS = 8;

/** A box, or the place where a long edge passes a row. */
interface Cell {
  readonly box: LayoutBox | null;
  readonly row: number;
  readonly width: number;
  readonly above: Cell[];
  readonly below: Cell[];
  /** Place in its row, and its middle. */
  place: number;
  x: number;
}

/** `edges` connect boxes by name, and form no circle. The same graph always gets the same layout. */
export function layoutGraph(boxes: readonly LayoutBox[], edges: readonly LayoutEdge[]): Layout {
  const rowOf = rowsByDepth(boxes, edges);
  const rows: Cell[][] = [];
  const addCell = (box: LayoutBox | null, row: number): Cell => {
    rows[row] ??= [];
    const cell = { box, row, width: box?.width ?? 0, above: [], below: [], place: rows[row].length, x: 0 };
    rows[row].push(cell);
    return cell;
  };
  const cells = new Map<string, Cell>();
  for (const box of boxes) cells.set(box.name, addCell(box, rowOf.get(box.name)!));
  const chains = edges.map(({ from, to }) =>
    chain(cells.get(from)!, cells.get(to)!, (row) => addCell(null, row)),
  );
  orderRows(rows);
  placeInRows(rows);
  return measured(
    rows,
    boxes.map(({ name }) => cells.get(name)!),
    chains,
  );
}

/** A box lies one row below the lowest of those it comes after. */
function rowsByDepth(boxes: readonly LayoutBox[], edges: readonly LayoutEdge[]): ReadonlyMap<string, number> {
  const after = new Map<string, string[]>(boxes.map(({ name }) => [name, []]));
  for (const { from, to } of edges) after.get(to)!.push(from);
  const rows = new Map<string, number>();
  const nodes = boxes.map(({ name }) => ({ name, after: after.get(name)! }));
  for (const { name, after: above } of topologicalOrder(nodes) ?? [])
    rows.set(
      name,
      above.reduce((row, other) => Math.max(row, rows.get(other)! + 1), 0),
    );
  return rows;
}

function chain(from: Cell, to: Cell, addPass: (row: number) => Cell): Cell[] {
  const cells = [from];
  for (let row = from.row + 1; row < to.row; row++) cells.push(addPass(row));
  cells.push(to);
  for (let i = 1; i < cells.length; i++) {
    cells[i - 1].below.push(cells[i]);
    cells[i].above.push(cells[i - 1]);
  }
  return cells;
}

// --- order within rows ------------------------------------------------------------------------------------------------

/** Sorts each row by where its neighbours stand, down and up in turns, and keeps the best order met. */
function orderRows(rows: readonly Cell[][]): void {
  let best = rows.map((row) => [...row]);
  let fewest = countCrossings(rows);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : rows.toReversed()) sortRow(row, down ? "above" : "below");
    const crossings = countCrossings(rows);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = rows.map((row) => [...row]);
  }
  best.forEach((row, i) => {
    rows[i].splice(0, row.length, ...row);
    number(row);
  });
}

function number(row: readonly Cell[]): void {
  row.forEach((cell, i) => {
    cell.place = i;
  });
}

function sortRow(row: Cell[], side: "above" | "below"): void {
  const wish = new Map(row.map((cell) => [cell, mean(cell[side].map(({ place }) => place)) ?? cell.place]));
  row.sort((a, b) => wish.get(a)! - wish.get(b)! || a.place - b.place);
  number(row);
}

function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
}

/** Two edges between the same rows cross when their ends stand in opposite orders. */
function countCrossings(rows: readonly Cell[][]): number {
  let crossings = 0;
  for (const row of rows) {
    const seen: number[] = [];
    for (const cell of row) {
      const places = cell.below.map(({ place }) => place).sort((a, b) => a - b);
      for (const place of places) crossings += seen.length - upperBound(seen, place);
      for (const place of places) seen.splice(upperBound(seen, place), 0, place);
    }
  }
  return crossings;
}

/** How many of the sorted numbers are not above `limit`. */
function upperBound(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

// --- places within rows -----------------------------------------------------------------------------------------------

/** Moves each cell towards the middle of its neighbours, as far as the others of its row let it. */
function placeInRows(rows: readonly Cell[][]): void {
  for (const row of rows)
    spread(
      row,
      row.map(() => 0),
    );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : rows.toReversed())
      spread(
        row,
        row.map((cell) => mean((down ? cell.above : cell.below).map(({ x }) => x)) ?? cell.x),
      );
  }
}

/**
 * Middles as near to the wishes as the widths allow, in the sense of least squares: cells that would overlap form a block
 * that stands at the mean of what its members wish (isotonic regression).
 */
function spread(row: readonly Cell[], wishes: readonly number[]): void {
  const blocks: { sum: number; readonly first: number; count: number }[] = [];
  const offsets: number[] = [];
  row.forEach((cell, i) => {
    offsets.push(i === 0 ? 0 : offsets[i - 1] + (row[i - 1].width + cell.width) / 2 + COLUMN_GAP);
    let block = { sum: wishes[i] - offsets[i], first: i, count: 1 };
    for (
      let before = blocks.at(-1);
      before && before.sum / before.count > block.sum / block.count;
      before = blocks.at(-1)
    ) {
      blocks.pop();
      block = { sum: before.sum + block.sum, first: before.first, count: before.count + block.count };
    }
    blocks.push(block);
  });
  for (const { sum, first, count } of blocks)
    for (let i = first; i < first + count; i++) row[i].x = sum / count + offsets[i];
}

// --- coordinates ------------------------------------------------------------------------------------------------------

function measured(
  rows: readonly Cell[][],
  boxes: readonly Cell[],
  chains: readonly (readonly Cell[])[],
): Layout {
  const cells = rows.flat();
  const left = Math.min(...cells.map(({ x, width }) => x - width / 2));
  const right = Math.max(...cells.map(({ x, width }) => x + width / 2));
  const heights = rows.map((row) => Math.max(...row.map(({ box }) => box?.height ?? 0)));
  const tops: number[] = [];
  heights.forEach((_, i) => {
    tops.push(i === 0 ? 0 : tops[i - 1] + heights[i - 1] + ROW_GAP);
  });
  const place = ({ box, row, x }: Cell): PlacedBox => {
    const { name, width, height } = box!;
    return { name, width, height, x: x - left - width / 2, y: tops[row] + (heights[row] - height) / 2 };
  };
  const stop = (cell: Cell, i: number, all: readonly Cell[]): Stop => {
    const { y, height } = cell.box === null ? { y: 0, height: 0 } : place(cell);
    const top = tops[cell.row];
    return {
      x: cell.x - left,
      top: i === 0 ? y + height : top,
      bottom: i === all.length - 1 ? y : top + heights[cell.row],
    };
  };
  return {
    width: right - left,
    height: (tops.at(-1) ?? 0) + (heights.at(-1) ?? 0),
    boxes: boxes.map(place),
    edges: chains.map((cellsOfEdge) => cellsOfEdge.map(stop)),
  };
}
