import { startRedis } from "../test/support/redis.ts";
import { createRedisStore } from "../src/queue/redis/store.ts";
const server = await startRedis();
const store = createRedisStore({ url: server.url });
const context = "a", script = "40 + 2";
const N = 3000;
async function stat(name: string, f: () => Promise<unknown>) {
  await server.raw.config("RESETSTAT");
  const t = performance.now();
  for (let i = 0; i < N; i++) await f();
  const el = (performance.now() - t) / N * 1000;
  const info = await server.raw.info("commandstats");
  const m = /cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(info);
  const calls = [...info.matchAll(/cmdstat_(\w+):calls=(\d+),usec=(\d+)/g)].filter(x => x[1] !== "evalsha" && +x[2] >= N/2).map(x => `${x[1]} ${(+x[2]/N).toFixed(1)}x ${(+x[3]/+x[2]).toFixed(2)}`).join(", ");
  console.log(name, "client us", el.toFixed(1), "script us", m?.[1], "| ", calls);
}
await store.health();
for (let i = 0; i < 2; i++) {
await stat("ping", () => server.raw.ping());
await stat("enqueue", () => store.enqueue({ task: { context, script } }));
const got: any[] = [];
await stat("claim", async () => { got.push(...(await store.claim({ context, workerId: "w", leaseMs: 30000, limit: 1 })).tasks); });
await stat("extend", () => store.extend({ context, workerId: "w", leaseMs: 30000, leases: [got[0]] }));
await stat("complete", async () => { const t = got.shift(); await store.settle({ context, workerId: "w", verdicts: [{ kind: "completed", id: t.id, token: t.token, output: "42" }] }); });
await stat("claim empty", async () => { await store.claim({ context, workerId: "w", leaseMs: 30000, limit: 1 }); });
}
await store.close(); await server.stop();
