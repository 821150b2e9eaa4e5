import { spawn } from "node:child_process";
import { startRedis } from "../test/support/redis.ts";
import { createRedisStore } from "../src/queue/redis/store.ts";
const server = await startRedis();
const store = createRedisStore({ url: server.url });
const context = "a", script = "40 + 2";
const size = Number(process.argv[2] ?? 50);
const N = size == 1 ? 8000 : 30000;
const tasks = Array.from({ length: N }, (_, i) => ({ context, script, callerId: "bench", args: `{"n":${i}}` }));
await store.enqueueMany({ tasks });
const perf = spawn("perf", ["record", "-o", "/tmp/perf.data", "-F", "4000", "-p", String(server.pid)], { stdio: "ignore" });
await new Promise(r => setTimeout(r, 500));
let v: any[] = []; let n = 0;
while (n < N) { const s = await store.settle({ context, workerId: "w", verdicts: v, claim: { leaseMs: 30000, limit: size } }); n += v.length; v = s.claimed!.tasks.map((t) => ({ kind: "completed", id: t.id, token: t.token, output: "42" })); }
perf.kill("SIGINT"); await new Promise(r => perf.once("exit", r));
await store.close(); await server.stop();
