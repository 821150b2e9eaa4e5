// The settings of a context as options of `rhai queue limit`, and as a person reads them.

import { span } from "../../queue/explain.ts";
import type { ContextSettings, RateLimit, Retention } from "../../queue/settings.ts";
import { UsageError } from "../exit-codes.ts";
import { bytes, oneLine } from "./show.ts";
import { count } from "./values.ts";

/** What is missing stays. */
export interface LimitChanges {
  readonly concurrency?: number | "none";
  readonly keyConcurrency?: number | "none";
  readonly rate?: RateLimit | "none";
  readonly maxLength?: number | "none";
  readonly maxBytes?: number | "none";
  readonly maxCrashes?: number;
  readonly weight?: readonly string[];
  readonly keepFor?: number;
  readonly keepCount?: number;
  readonly keepBytes?: number;
  readonly keepDeadFor?: number;
  readonly keepDeadCount?: number;
  readonly keepDeadBytes?: number;
}

/** The settings to change, completed from the present ones where only a part of one is named. */
export function settingsFrom(changes: LimitChanges, present: ContextSettings): Partial<ContextSettings> {
  const { concurrency, keyConcurrency, rate, maxLength, maxBytes, maxCrashes } = changes;
  const plain = { concurrency, keyConcurrency, rate, maxLength, maxBytes, maxCrashes };
  const retention = retentionFrom(present.retention, changes.keepFor, changes.keepCount, changes.keepBytes);
  const deadRetention = retentionFrom(
    present.deadRetention,
    changes.keepDeadFor,
    changes.keepDeadCount,
    changes.keepDeadBytes,
  );
  const weights = changes.weight && { ...present.weights, ...weightsFrom(changes.weight) };
  const all = { ...plain, retention, deadRetention, weights };
  const named = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(named.map(([name, value]) => [name, value === "none" ? null : value]));
}

function retentionFrom(
  present: Retention,
  maxAgeMs: number | undefined,
  maxCount: number | undefined,
  maxBytes: number | undefined,
): Retention | undefined {
  if (maxAgeMs === undefined && maxCount === undefined && maxBytes === undefined) return undefined;
  return {
    maxAgeMs: maxAgeMs ?? present.maxAgeMs,
    maxCount: maxCount ?? present.maxCount,
    maxBytes: maxBytes ?? present.maxBytes,
  };
}

/** `key=3`: three turns in a row. */
function weightsFrom(texts: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.lastIndexOf("=");
      if (at < 1) throw new UsageError(`'${text}' is not a weight (example: alice=3)`);
      return [text.slice(0, at), count(text.slice(at + 1))];
    }),
  );
}

/** Lines of name and value. */
export function settingsLines(settings: ContextSettings): string[] {
  const { rate } = settings;
  const weights = Object.entries(settings.weights).map(([key, weight]) => `${oneLine(key)}=${weight}`);
  const rows: readonly (readonly [string, string])[] = [
    ["state", settings.paused ? "paused" : "open"],
    ["concurrency", limit(settings.concurrency)],
    ["key concurrency", limit(settings.keyConcurrency)],
    ["rate", rate === null ? "no limit" : `${rate.max} starts per ${span(rate.perMs)}`],
    ["waiting tasks", limit(settings.maxLength)],
    ["waiting bytes", settings.maxBytes === null ? "no limit" : bytes(settings.maxBytes)],
    ["crashes", `${settings.maxCrashes} until a task is given up`],
    ["weights", weights.join(" ") || "none"],
    ["kept", retentionText(settings.retention)],
    ["kept dead", retentionText(settings.deadRetention)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(17)}${value}`);
}

function limit(value: number | null): string {
  return value === null ? "no limit" : String(value);
}

function retentionText({ maxAgeMs, maxCount, maxBytes }: Retention): string {
  return `${span(maxAgeMs)}, ${maxCount} tasks, ${bytes(maxBytes)}`;
}
