// A worker on a real Redis: foreign clients and what they write badly, a server that goes away, probes, several workers.

import { generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { RhaiDispatcher } from "../../src/queue/dispatcher/dispatcher.ts";
import { openStore } from "../../src/queue/open-store.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { listenAddress, startHealthServer } from "../../src/queue/worker/health-server.ts";
import type { WorkerOptions } from "../../src/queue/worker/worker-options.ts";
import { markingEngine, Workshop } from "../support/queue-worker.ts";
import { type RedisServer, redisVersion, startCluster, startRedis } from "../support/redis.ts";
import { freshContext } from "./suite/harness.ts";

const shops: Workshop[] = [];

async function open(store: TaskStore, options: Partial<WorkerOptions> = {}): Promise<Workshop> {
  const shop = await Workshop.open(store, options);
  shops.push(shop);
  return shop;
}

function tests(): void {
  let server: RedisServer;
  let store: TaskStore;
  beforeAll(async () => {
    server = await startRedis({ config: { appendonly: "yes", appendfsync: "always" } });
    store = createRedisStore({ url: server.url });
  });
  afterEach(async () => {
    await Promise.all(shops.splice(0).map((shop) => shop.close()));
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  /** As a program without this library would do it. */
  async function foreign(context: string, id: string, ...fields: string[]): Promise<Record<string, string>> {
    if (fields.length > 0) await server.raw.hset(`rhai:task:${id}`, ...fields);
    await server.raw.lpush(`rhai:queue:${context}`, id);
    const ended = async () => {
      const { status } = await server.raw.hgetall(`rhai:task:${id}`);
      return ["completed", "failed", "cancelled"].includes(status);
    };
    await expect.poll(ended, { timeout: 10_000 }).toBe(true);
    return await server.raw.hgetall(`rhai:task:${id}`);
  }

  it("runs what a foreign client submits", async () => {
    const { context } = await open(store);
    const record = await foreign(context, `${context}-1`, "script", "a + 2", "args", '{"a":40}');
    expect(record).toMatchObject({ status: "completed", output: "42", attempts: "1" });
  });

  const GARBAGE: readonly (readonly [kind: string, ...fields: string[]])[] = [
    ["Malformed", "script", ""],
    ["Malformed", "callerId", "x"],
    ["Malformed", "script", "1", "args", "[1]"],
    ["Malformed", "script", "1", "args", "{"],
    ["Malformed", "script", "1", "timeoutMs", "soon"],
    ["Malformed", "script", "1", "status", "odd"],
    ["LimitsInvalid", "script", "1", "limits", '{"operations":"many"}'],
    ["LimitsInvalid", "script", "1", "limits", '{"heapMb":-1}'],
    ["ArgsInvalid", "script", "1", "args", '{"a":99999999999999999999}'],
    ["ErrorParsing", "script", "let x = "],
    ["ErrorParsing", "script", "\u0000\u0001"],
    ["ScriptPathRefused", "scriptPath", "../../etc/passwd"],
  ];

  it("fails garbage with a clear error, and goes on", async () => {
    const shop = await open(store);
    const ends = await Promise.all(
      GARBAGE.map(async ([, ...fields], i) => {
        const { status, error } = await foreign(shop.context, `${shop.context}-${i}`, ...fields);
        return [JSON.parse(error).kind, status, ...fields];
      }),
    );
    expect(ends).toEqual(GARBAGE.map(([kind, ...fields]) => [kind, "failed", ...fields]));
    expect(await shop.outcome("40 + 2")).toBe("42");
  });

  it("passes over ids without a record, and keys of another type", async () => {
    const shop = await open(store);
    await server.raw.set(`rhai:task:${shop.context}-s`, "text");
    await server.raw.lpush(`rhai:queue:${shop.context}`, "no such task", `${shop.context}-s`, "");
    expect(await shop.outcome("40 + 2")).toBe("42");
  });

  it("serves its other contexts while the key of one holds another type", async () => {
    const bad = freshContext();
    await server.raw.set(`rhai:queue:${bad}`, "text");
    const shop = await open(store, { contexts: [freshContext(), bad] });
    const troubles: string[] = [];
    shop.worker.on("trouble", ({ code }, context) => context === bad && troubles.push(code));
    expect(await shop.outcome("40 + 2")).toBe("42");
    await expect.poll(() => troubles[0]).toBe("wrongType");
    await server.raw.del(`rhai:queue:${bad}`);
    const { id } = await store.enqueue({ task: { context: bad, script: "1" } });
    await store.waitForResult({ id, timeoutMs: 10_000 });
  });

  it("takes scripts and arguments as large as allowed", async () => {
    const shop = await open(store, { limits: { outputBytes: 2 ** 22 } });
    const text = "x".repeat(1_000_000);
    expect(await shop.outcome(`"${text}".len()`)).toBe("1000000");
    const args = JSON.stringify({ a: text.repeat(3) });
    expect((await shop.outcome("a", { args })).length).toBe(3_000_002);
    expect(await shop.outcome("a + a", { args })).toBe("OutputTooLarge");
  });

  it("goes on when the server was restarted while scripts ran", async () => {
    const { module, marked } = markingEngine();
    const shop = await open(store, { engineModule: module });
    const troubles: string[] = [];
    shop.worker.on("trouble", ({ code }) => troubles.push(code));
    const running = await shop.submit('mark("r"); sleep(0.5); print("still here"); attempt()');
    await marked("r");
    await server.restart();
    const id = await shop.submit("40 + 2");
    expect((await shop.end(id)).output).toBe("42");
    expect(await shop.end(running)).toMatchObject({ status: "completed", output: "1", crashes: 0 });
    expect(shop.worker.health().ok).toBe(true);
  });

  it("starts while the server is away, and works when it is there", async () => {
    await server.kill();
    const own = createRedisStore({ url: server.url, deadlineMs: 2000 });
    const shop = await open(own);
    const troubled = new Promise((resolve) => shop.worker.once("trouble", resolve));
    await troubled;
    await server.restart();
    expect(await shop.outcome("40 + 2")).toBe("42");
    await shop.close();
    await own.close();
  });

  it("takes over tasks of a worker that died", async () => {
    const context = freshContext();
    await store.configure({ context, settings: { crashDelayMs: 1 } });
    const { id } = await store.enqueue({ task: { context, script: "[attempt(), 42]" } });
    await store.claim({ context, workerId: "dead", leaseMs: 50, limit: 1 });
    const shop = await open(store, { contexts: [context] });
    expect(await shop.end(id)).toMatchObject({ status: "completed", output: "[1,42]", crashes: 1 });
  });

  it("stops the script of a task that it does not hold any more, and writes nothing about it", async () => {
    const { module, marked } = markingEngine();
    const shop = await open(store, { engineModule: module, leaseMs: 300 });
    const { context } = shop;
    const id = await shop.submit('mark("l"); for i in 0..500 { sleep(0.01); print(i); } 1', {
      maxAttempts: 2,
    });
    await marked("l");
    const { token } = (await store.get({ id }))!;
    // Nobody claims it meanwhile.
    await store.pause({ context });
    await store.release({ context, workerId: "x", id, token });
    await expect.poll(() => shop.settled.map(({ status }) => status), { timeout: 5000 }).toEqual(["lost"]);
    expect(await store.get({ id })).toMatchObject({ status: "pending", attempts: 0, output: null });
    expect(shop.worker.health().running).toBe(0);
  });

  it("gives each of its contexts their share", async () => {
    const [a, b] = [freshContext(), freshContext()];
    const tasks = (context: string, count: number) =>
      Array.from({ length: count }, () => ({ context, script: "sleep(0.02)" }));
    await store.enqueueMany({ tasks: tasks(a, 200) });
    const shop = await open(store, { contexts: [a, b], concurrency: 4 });
    await expect.poll(() => shop.settled.length).toBeGreaterThan(3);
    await store.enqueueMany({ tasks: tasks(b, 20) });
    const last = () => shop.settled.filter(({ task: { context } }) => context === b).length;
    await expect.poll(last, { timeout: 10_000 }).toBe(20);
    const before = shop.settled.length;
    expect(before).toBeLessThan(120);
  });

  it("keeps no more than one slot for a context that has nothing to do", async () => {
    const contexts = [freshContext(), freshContext(), freshContext()];
    const shop = await open(store, { contexts, concurrency: 10 });
    await shop.run("1");
    const start = performance.now();
    const tasks = Array.from({ length: 40 }, () => ({ context: contexts[1], script: "sleep(0.2)" }));
    await store.enqueueMany({ tasks });
    await expect.poll(() => shop.settled.length, { timeout: 10_000 }).toBe(41);
    // Eight at a time: a second. One at a time: eight.
    expect(performance.now() - start).toBeLessThan(6000);
  });

  it("serves more contexts than it has slots", async () => {
    const contexts = [freshContext(), freshContext(), freshContext()];
    const shop = await open(store, { contexts, concurrency: 1 });
    for (const context of [...contexts, ...contexts]) {
      const { id } = await store.enqueue({ task: { context, script: "context_id()" } });
      expect((await shop.end(id)).output).toBe(JSON.stringify(context));
    }
  });

  it("works through a backlog although it has more contexts than slots", async () => {
    const contexts = [freshContext(), freshContext(), freshContext(), freshContext()];
    const [busy, quiet] = contexts;
    await store.enqueueMany({ tasks: Array.from({ length: 300 }, () => ({ context: busy, script: "1" })) });
    const shop = await open(store, { contexts, concurrency: 2 });
    const completed = async () => (await store.counts({ context: busy })).totals.completed;
    await expect.poll(completed, { timeout: 5000 }).toBe(300);
    // Those that wait hear of what comes.
    expect(await shop.outcome("40 + 2", { context: quiet })).toBe("42");
  });

  it("hands on what it hears of while it has no slot", async () => {
    const contexts = [freshContext(), freshContext(), freshContext()];
    const [full, other] = contexts;
    // Nothing but the handing on is to help.
    const upkeepMs = 60_000;
    const shop = await open(store, { contexts, concurrency: 1, upkeepMs });
    const blocked = async () => String(await server.raw.client("LIST")).match(/flags=b/g)?.length ?? 0;
    await expect.poll(blocked).toBe(3);
    const long = await shop.submit("sleep(60)", { context: full });
    await expect.poll(async () => (await store.get({ id: long }))?.status).toBe("processing");
    await expect.poll(blocked).toBe(2);
    const idle = await open(store, { contexts: [other], upkeepMs });
    await expect.poll(blocked).toBe(3);
    // The first one has waited for longer, and so hears of it.
    const task = await shop.end(await shop.submit("40 + 2", { context: other }), 4000);
    expect(task).toMatchObject({ output: "42", workerId: idle.worker.id });
  });

  it("shares a queue with others, each task running once", async () => {
    const context = freshContext();
    const workers = await Promise.all([1, 2].map(() => open(store, { contexts: [context] })));
    const dispatcher = new RhaiDispatcher({ store, context });
    const requests = Array.from({ length: 300 }, (_, n) => ({ script: "n", args: { n } }));
    const handles = await dispatcher.submitMany(requests);
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(results).toEqual(requests.map(({ args }) => args.n));
    const done = () =>
      workers.map(({ settled }) => settled.filter(({ outcome }) => outcome === "completed").length);
    await expect.poll(() => done()[0] + done()[1]).toBe(300);
    expect(Math.min(...done())).toBeGreaterThan(0);
  });

  it("answers probes and Prometheus", async () => {
    const shop = await open(store);
    const health = await startHealthServer(shop.worker, "0");
    const get = async (path: string) => {
      const response = await fetch(`http://${health.host}:${health.port}${path}`);
      return { status: response.status, text: await response.text() };
    };
    await shop.run("40 + 2");
    expect(health.host).toBe("127.0.0.1");
    const ready = await get("/readyz");
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.text)).toMatchObject({
      state: "running",
      ok: true,
      reasons: [],
      concurrency: 10,
    });
    expect((await get("/healthz")).status).toBe(200);
    const { text } = await get("/metrics");
    expect(text).toContain(`rhai_worker_tasks_total{context="${shop.context}",outcome="completed"} 1`);
    expect(text).toContain(`rhai_queue_tasks{context="${shop.context}",state="finished"} 1`);
    expect((await get("/")).status).toBe(404);
    await shop.worker.stop();
    expect((await get("/readyz")).status).toBe(503);
    expect((await get("/healthz")).status).toBe(503);
    await health.close();
  });
}

function clusterTests(): void {
  it("serves contexts on several nodes, signed tasks and schedules included", async () => {
    const cluster = await startCluster();
    const url = cluster.url.replace("redis://", "redis+cluster://");
    const contexts = [freshContext(), freshContext(), freshContext()];
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const store = openStore(url);
    const shop = await open(store, { contexts, trustedKeys: { web: publicKey } });
    const dispatcher = new RhaiDispatcher({ url, callerId: "web", signingKey: privateKey });
    const results = await Promise.all(
      contexts.map((context) => dispatcher.run({ context, script: "print(1); context_id()" })),
    );
    expect(results).toEqual(contexts);
    await dispatcher.schedules.put({ context: contexts[0], name: "s", every: "1s", script: "7" });
    await expect.poll(() => shop.settled.length, { timeout: 5000 }).toBeGreaterThan(3);
    expect(shop.settled.map(({ outcome }) => outcome)).not.toContain("failed");
    await Promise.all([dispatcher.close(), shop.close()]);
    await store.close();
    await cluster.stop();
  });
}

describe("a worker on Redis Cluster", () => {
  if (redisVersion() === null) it.skip("needs redis-server, which is not installed", () => undefined);
  else clusterTests();
});

describe("a worker on Redis", () => {
  if (redisVersion() === null) it.skip("needs redis-server, which is not installed", () => undefined);
  else tests();
});

describe("addresses to listen on", () => {
  it.each([
    ["9464", "127.0.0.1", 9464],
    ["0.0.0.0:80", "0.0.0.0", 80],
    ["[::1]:9464", "::1", 9464],
    ["localhost:0", "localhost", 0],
  ])("%s", (text, host, port) => {
    expect(listenAddress(text)).toEqual({ host, port });
  });

  it.each(["", "x", "127.0.0.1", "1:2:3", "a:99999", ":80"])("not %j", (text) => {
    expect(() => listenAddress(text)).toThrow("HOST:PORT");
  });
});
