// Durations as people write them: a number of seconds, or a text like `1h30m`.

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

/** Longest duration that makes sense: longer is a mistake in units. */
export const LONGEST_SECONDS = 366 * 86_400;

/** Seconds, or null for what is no duration. */
export function parseDuration(value: number | string): number | null {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : null;
  const text = value.replaceAll(" ", "");
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (!WHOLE.test(text)) return null;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(PART)) seconds += Number(amount) * UNITS[unit];
  return Math.round(seconds * 1000) / 1000;
}
