// A line diff for failed cases.

/** Longer texts are shown one after the other: the table below is quadratic. */
const MAX_CELLS = 4_000_000;

/** `table[i][j]`: length of the longest common subsequence of `a` from `i` and `b` from `j`. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

/** Lines marked `- ` (only expected), `+ ` (only actual) and two blanks (both). */
export function diffLines(expected: readonly string[], actual: readonly string[]): string[] {
  const removed = (line: string) => `- ${line}`;
  const added = (line: string) => `+ ${line}`;
  if (expected.length * actual.length > MAX_CELLS) return [...expected.map(removed), ...actual.map(added)];
  const table = commonLengths(expected, actual);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < expected.length && j < actual.length) {
    if (expected[i] === actual[j]) {
      lines.push(`  ${expected[i++]}`);
      j++;
    } else if (table[i + 1][j] >= table[i][j + 1]) {
      lines.push(removed(expected[i++]));
    } else {
      lines.push(added(actual[j++]));
    }
  }
  return [...lines, ...expected.slice(i).map(removed), ...actual.slice(j).map(added)];
}
