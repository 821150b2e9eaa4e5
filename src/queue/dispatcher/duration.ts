// Spans of time as callers write them: milliseconds, or text with a unit.

import { QueueError } from "../errors.ts";

/** Milliseconds, or a number with its unit: `"500ms"`, `"30s"`, `"5m"`, `"2h"`, `"1d"`. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Throws `invalid`. */
export function milliseconds(what: string, duration: Duration): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(duration)) ?? [];
  const ms = typeof duration === "number" ? duration : Number(number) * UNITS[unit ?? "ms"];
  if (Number.isFinite(ms) && ms >= 0) return Math.round(ms);
  const shown = JSON.stringify(String(duration).slice(0, 40));
  throw new QueueError(
    "invalid",
    `${what} ${shown} (milliseconds are needed, or text such as "30s", "5m", "2h")`,
  );
}
