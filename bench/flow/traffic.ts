// What travels between clients and a redis-server: commands counted as the server sees them arrive.

import type { Redis } from "ioredis";
import { type FlowScriptName, flowScripts } from "../../src/flow/redis/core.ts";
import { SCRIPTS as FLOW_SCRIPTS } from "../../src/flow/redis/scripts.generated.ts";
import { type ScriptName, scriptSha } from "../../src/queue/redis/script-loader.ts";
import { SCRIPTS as QUEUE_SCRIPTS } from "../../src/queue/redis/scripts.generated.ts";

const NAMES = new Map<string, string>([
  ...Object.keys(FLOW_SCRIPTS).map(
    (name) => [flowScripts.load(name as FlowScriptName).sha, `flow ${name}`] as const,
  ),
  ...Object.keys(QUEUE_SCRIPTS).map((name) => [scriptSha(name as ScriptName), `queue ${name}`] as const),
]);

/** What commands carry out inside of scripts is not counted: it does not travel. */
export async function countCommands(
  raw: Redis,
  work: () => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const monitor = await raw.monitor();
  monitor.on("monitor", (_time: string, args: readonly string[], source: string) => {
    if (source === "lua") return;
    const [command] = args;
    const name = /^evalsha$/i.test(command)
      ? (NAMES.get(args[1]) ?? "unknown script")
      : command.toLowerCase();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  await work();
  monitor.disconnect();
  return counts;
}

/** Without what the tasks themselves cost: the queue's scripts, and its worker's waiting for work. */
export function beyondTasks(counts: ReadonlyMap<string, number>): number {
  const ofTasks = (name: string) => name.startsWith("queue ") || name === "blmove";
  return [...counts].reduce((sum, [name, count]) => (ofTasks(name) ? sum : sum + count), 0);
}
