import { startRedis } from "../test/support/redis.ts";
import { createRedisStore } from "../src/queue/redis/store.ts";
const server = await startRedis();
const store = createRedisStore({ url: server.url });
const context = "a", script = "40 + 2";
await store.health();
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system); };
const best: Record<string, number[]> = {};
async function stat(name: string, n: number, f: () => Promise<unknown>) {
  await server.raw.config("RESETSTAT");
  const c = cpu(), t = performance.now();
  await f();
  const el = (performance.now() - t) * 1000, used = cpu() - c;
  const info = await server.raw.info("commandstats");
  const m = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(info)!;
  const now = [el / n, used / n, +m[2] / n];
  best[name] = best[name] ? best[name].map((x, i) => Math.min(x, now[i])) : now;
}
for (let r = 0; r < 12; r++) {
  await server.raw.flushall();
  const N = 5000;
  const tasks = Array.from({ length: N }, (_, i) => ({ context, script, callerId: "bench", args: `{"n":${i}}` }));
  await stat("bulk", N, () => store.enqueueMany({ tasks }));
  await stat("concurrent", N, () => Promise.all(tasks.map((task) => store.enqueue({ task }))));
  for (const size of [50, 1]) {
  let v: any[] = []; let n = 0; const goal = size == 1 ? N/2 : N;
  await stat("process"+size, goal, async () => { while (n < goal) { const s = await store.settle({ context, workerId: "w", verdicts: v, claim: { leaseMs: 30000, limit: size } }); n += v.length; v = s.claimed!.tasks.map((t) => ({ kind: "completed", id: t.id, token: t.token, output: "42" })); } });
  }
}
for (const [name, [w, c, s]] of Object.entries(best)) console.log(name.padEnd(12), "wall", w.toFixed(1), "client cpu", c.toFixed(1), "script", s.toFixed(1));
await store.close(); await server.stop();
