// The result table of a conformance run.

import type { Verdict } from "./compare.ts";

interface Row {
  area: string;
  cases: number;
  sameClass: number;
  sameMessage: number;
  exact: number;
}

function addTo(row: Row, verdict: Verdict): void {
  row.cases += 1;
  if (verdict.sameClass) row.sameClass += 1;
  if (verdict.sameMessage) row.sameMessage += 1;
  if (verdict.exact) row.exact += 1;
}

const emptyRow = (area: string): Row => ({ area, cases: 0, sameClass: 0, sameMessage: 0, exact: 0 });

/** Rounded down, so that 100 % means all. */
function share(part: number, whole: number): string {
  return `${part} ${(Math.floor((part / Math.max(whole, 1)) * 1000) / 10).toFixed(1).padStart(5)}%`;
}

/** Counts by area at the three levels, as aligned columns. */
export function summaryTable(judged: readonly { area: string; verdict: Verdict }[]): string[] {
  const rows = new Map<string, Row>();
  const total = emptyRow("total");
  for (const { area, verdict } of judged) {
    const row = rows.get(area) ?? emptyRow(area);
    rows.set(area, row);
    addTo(row, verdict);
    addTo(total, verdict);
  }
  const all = [...[...rows.values()].sort((a, b) => (a.area < b.area ? -1 : 1)), total];
  const cells = all.map((row) => [
    row.area,
    String(row.cases),
    ...[row.sameClass, row.sameMessage, row.exact].map((part) => share(part, row.cases)),
  ]);
  const table = [["area", "cases", "class", "message", "exact"], ...cells];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const line = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("   ");
  return table.map(line);
}
