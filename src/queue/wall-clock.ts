// Time zones: offset of a zone at a moment, and the next moment where it changes.

import { QueueError } from "./errors.ts";

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    } catch {
      throw new QueueError("invalid", `unknown time zone ${JSON.stringify(zone.slice(0, 60))}`);
    }
    formats.set(zone, format);
  }
  return format;
}

/** Throws for a name that is not a time zone. */
export function checkTimeZone(zone: string): void {
  formatFor(zone);
}

/** For each zone, a stretch of time that was found to have one offset: asking `Intl` takes long. */
const calm = new Map<string, { readonly from: number; readonly to: number; readonly offset: number }>();

function noteCalm(zone: string, from: number, to: number, offset: number): void {
  const known = calm.get(zone);
  const joins = known !== undefined && known.offset === offset && from <= known.to && to >= known.from;
  const stretch = joins ? { from: Math.min(from, known.from), to: Math.max(to, known.to) } : { from, to };
  calm.set(zone, { ...stretch, offset });
}

/** Ms to add to universal time for the zone's wall clock. */
export function zoneOffset(zone: string, at: number): number {
  if (zone === "UTC") return 0;
  const known = calm.get(zone);
  if (known !== undefined && at >= known.from && at <= known.to) return known.offset;
  const name = formatFor(zone)
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")!.value;
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name);
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === "-" ? -1000 : 1000) * seconds;
}

/** The first moment in (from, to] with another offset than at `from`, or null. Looks every day, so it misses no change that lasts one. */
export function nextTransition(zone: string, from: number, to: number): number | null {
  if (zone === "UTC") return null;
  const before = zoneOffset(zone, from);
  let low = from;
  while (low < to) {
    const high = Math.min(low + DAY, to);
    if (zoneOffset(zone, high) !== before) return bisect(zone, low, high, before);
    noteCalm(zone, low, high, before);
    low = high;
  }
  return null;
}

function bisect(zone: string, low: number, high: number, before: number): number {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zoneOffset(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
