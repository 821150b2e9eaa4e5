import { startRedis } from "../test/support/redis.ts";
import { scriptText } from "../src/queue/redis/script-loader.ts";
const server = await startRedis();
const N = 6000;
async function stat(name: string, lua: string, args: string[] = []) {
  const sha = await server.raw.script("LOAD", lua) as string;
  for (let r = 0; r < 3; r++) {
  await server.raw.config("RESETSTAT");
  for (let i = 0; i < N; i += 100) await Promise.all(Array.from({ length: 100 }, () => server.raw.evalsha(sha, 1, "k", ...args)));
  const info = await server.raw.info("commandstats");
  const m = /cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(info);
  if (r == 2) console.log(name, m?.[1]);
  }
}
const args = ["rhai:", "a", "0", "w", "30000", "1", "r", "0"];
const text = scriptText("claim");
await stat("claim", text, args);
await stat("defs only", text.replace("\nloadState()\n", "\ndo return 1 end\nloadState()\n"), args);
await stat("defs+load", text.replace("\nloadState()\n", "\nloadState()\ndo return 1 end\n"), args);
await stat("settle defs", scriptText("settle").replace("\nloadState()\n", "\ndo return 1 end\nloadState()\n"), args);
await stat("enqueue defs", scriptText("enqueue").replace("\nloadState()\n", "\ndo return 1 end\nloadState()\n"), args);
await stat("base", scriptText("extend").split("local LEASE_END")[0] + "\nreturn 1", args);
await server.stop();
