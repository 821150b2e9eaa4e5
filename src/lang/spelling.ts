// "Did you mean": which known names look like a misspelt one.

/** How far apart two names may be: about one slip in three letters. */
function allowance(name: string): number {
  return name.length < 3 ? 1 : Math.max(1, Math.floor((name.length + 1) / 3));
}

/**
 * Number of letters to insert, delete, replace or swap with their neighbour to get from `a` to `b` (each letter takes part in
 * one such step at most); `limit + 1` when there are more than `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2] + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = above;
    above = row;
  }
  return Math.min(above[b.length], limit + 1);
}

const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();

/** How unlike two names are; infinite when they have nothing to do with each other. */
function difference(name: string, candidate: string): number {
  const a = plain(name);
  const b = plain(candidate);
  if (a === b) return 0.5;
  const limit = allowance(a);
  const distance = editDistance(a, b, limit);
  const shortNames = a.length < 3 || b.length < 2;
  if (distance <= limit && !(shortNames && a[0] !== b[0]) && a.length > 1) return distance;
  const oneBeginsTheOther = a.length >= 3 && b.length >= 3 && (a.startsWith(b) || b.startsWith(a));
  return oneBeginsTheOther ? limit + 0.5 : Number.POSITIVE_INFINITY;
}

/** The candidates that look most like `name`, best first, none twice; `name` itself is left out. */
export function similarNames(name: string, candidates: Iterable<string>, max = 3): string[] {
  const scores = new Map<string, number>();
  for (const candidate of candidates) {
    if (candidate === name || scores.has(candidate)) continue;
    const score = difference(name, candidate);
    if (Number.isFinite(score)) scores.set(candidate, score);
  }
  const ranked = [...scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  // A much better first guess makes the others noise.
  const best = ranked[0]?.[1] ?? 0;
  return ranked
    .filter(([, score]) => score < best + 1)
    .slice(0, max)
    .map(([candidate]) => candidate);
}

/** `` `a` ``, `` `a` or `b` ``, `` `a`, `b` or `c` ``: words of a list in running text, each as code. */
export function listNames(names: readonly string[], conjunction = "or"): string {
  return listWords(
    names.map((name) => `\`${name}\``),
    conjunction,
  );
}

/** `a`, `a or b`, `a, b or c`. */
export function listWords(words: readonly string[], conjunction = "or"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}

/** `did you mean ...?`, or null when no candidate comes near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | null {
  const names = similarNames(name, candidates);
  return names.length === 0 ? null : `did you mean ${listNames(names)}?`;
}
