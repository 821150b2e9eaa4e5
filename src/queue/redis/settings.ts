// Settings of a context in its state hash: those that were changed, as JSON, and the weights in a hash of their own.

import { recordFrom } from "../record.ts";
import { type ContextSettings, DEFAULT_SETTINGS } from "../settings.ts";
import type { Core } from "./core.ts";

export async function readSettings(core: Core, context: string): Promise<ContextSettings> {
  const { keys } = core;
  const [rules, weights] = (await core.read(
    ["HGET", keys.of("state", context), "rules"],
    ["HGETALL", keys.of("weights", context)],
  )) as readonly [string | null, readonly string[]];
  const { weighted: _, ...changed } = JSON.parse(rules ?? "{}") as Partial<ContextSettings> & {
    weighted?: boolean;
  };
  const pairs = Object.entries(recordFrom(weights)).map(([key, weight]) => [key, Number(weight)] as const);
  return { ...DEFAULT_SETTINGS, ...changed, weights: Object.fromEntries(pairs) };
}

/** Arguments of the `configure` script. */
export function settingsArguments({ weights, ...settings }: Partial<ContextSettings>): string[] {
  if (weights === undefined) return [JSON.stringify(settings)];
  const pairs = Object.entries(weights).flatMap(([key, weight]) => [key, String(weight)]);
  return [JSON.stringify({ ...settings, weighted: pairs.length > 0 }), ...pairs];
}
