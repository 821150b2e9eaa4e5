// Values of options as people write them: spans of time, sizes, rates, moments, numbers.

import type { DstRule } from "../../queue/schedule.ts";
import type { RateLimit } from "../../queue/settings.ts";
import type { ListenAddress } from "../../queue/worker/health-server.ts";
import { UsageError } from "../exit-codes.ts";

const SPANS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SIZES: Readonly<Record<string, number>> = { "": 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** `500ms`, `10s`, `1.5h`: in ms. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  if (unit === undefined || SPANS[unit] === undefined) {
    throw new UsageError(`'${text}' is not a span of time (examples: 500ms, 10s, 5min, 2h, 1d)`);
  }
  return Math.round(Number(number) * SPANS[unit]);
}

/** `1000000`, `64MB`: in bytes. */
export function size(text: string): number {
  const [, number, unit] = /^(\d+)([KMG]B|)$/.exec(text) ?? [];
  if (number === undefined)
    throw new UsageError(`'${text}' is not a size (examples: 500000, 64KB, 64MB, 1GB)`);
  return Number(number) * SIZES[unit];
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`'${text}' is not a whole number`);
  return Number(text);
}

/** At least 1. */
export function count(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new UsageError(`'${text}' is not a whole number from 1`);
  return number;
}

/** `none` takes a limit away. */
export function orNone<T>(read: (text: string) => T): (text: string) => T | "none" {
  return (text) => (text === "none" ? text : read(text));
}

/** `10/1s`, `600/min`: starts per span of time. */
export function rate(text: string): RateLimit {
  const [, max, per] = /^(\d+)\/(\w+(?:\.\d+)?\w*)$/.exec(text) ?? [];
  if (max === undefined) throw new UsageError(`'${text}' is not a rate (examples: 10/1s, 600/min)`);
  return { max: count(max), perMs: duration(/^\d/.test(per) ? per : `1${per}`) };
}

/** A date with a time, as ms since 1970. */
export function moment(text: string): number {
  const at = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new UsageError(`'${text}' is not a moment (examples: 2030-01-31T08:00Z, 2030-01-31T08:00+02:00)`);
  }
  return at;
}

/** `after,first`: what becomes of times that a clock change skips, and of those that come twice. */
export function dstRule(text: string): DstRule {
  const [, gap, overlap] = /^(after|skip),(first|second|both)$/.exec(text) ?? [];
  if (gap === undefined) {
    throw new UsageError(
      `'${text}' is no rule for clock changes (after or skip, a comma, then first, second or both)`,
    );
  }
  return { gap, overlap } as DstRule;
}

/** For options that may be given several times. */
export function collected(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** `a,b`: names between commas. */
export function names(text: string): readonly string[] {
  const list = text.split(",").map((name) => name.trim());
  if (list.includes("")) throw new UsageError(`'${text}' is not a list of names (example: reports,mails)`);
  return [...new Set(list)];
}

const LOOPBACK = "127.0.0.1";

/** `9090`: for this machine only; `0.0.0.0:9090`, `[::]:9090`: for others, too. */
export function listenAddress(text: string): ListenAddress {
  const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new UsageError(`'${text}' is not a place to listen at (examples: 9090, 0.0.0.0:9090)`);
  }
  return { host: host?.replace(/^\[|\]$/g, "") ?? LOOPBACK, port: Number(port) };
}
