// Stopping a worker: what runs may finish, the rest goes back uncharged, nothing is left open.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { QueueError } from "../../src/queue/errors.ts";
import { createMemoryStore } from "../../src/queue/memory/store.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { markingEngine, temporaryFolder, threadEntry, Workshop } from "../support/queue-worker.ts";
import { redisVersion, startRedis } from "../support/redis.ts";
import { freshContext } from "./suite/harness.ts";

const { module: engine, marked } = markingEngine();

/** A store whose first answer about how runs ended is that it cannot be reached, when `refuse` is called. */
function awayAtFirst(store: TaskStore) {
  let refuse = (): void => undefined;
  let call = (): void => undefined;
  const called = new Promise<void>((resolve) => {
    call = resolve;
  });
  const refusal = new Promise<never>((_, reject) => {
    refuse = () => reject(new QueueError("unavailable"));
  });
  let isFirst = true;
  const settle: TaskStore["settle"] = (params) => {
    if (!isFirst) return store.settle(params);
    isFirst = false;
    call();
    return refusal;
  };
  return { away: { ...store, settle }, called, refuse };
}

describe("stopping a worker", () => {
  let store: TaskStore;
  beforeEach(() => {
    store = createMemoryStore();
  });
  afterEach(() => store.close());

  it("lets scripts finish that do so in time", async () => {
    const shop = await Workshop.open(store, { engineModule: engine });
    const id = await shop.submit('mark("a"); sleep(0.2); 42');
    await marked("a");
    await shop.worker.stop({ graceMs: 5000 });
    expect(await store.get({ id })).toMatchObject({ status: "completed", output: "42", attempts: 1 });
    expect(shop.worker.health()).toMatchObject({ state: "stopped", ok: false, running: 0, threads: 0 });
  });

  it("settles again what the store did not take meanwhile", async () => {
    const { away, called, refuse } = awayAtFirst(store);
    const shop = await Workshop.open(away);
    const id = await shop.submit("40 + 2");
    await called;
    const stopping = shop.worker.stop();
    await expect.poll(() => shop.worker.health().threads).toBe(0);
    // Now only that answer is missing.
    await new Promise(setImmediate);
    refuse();
    await stopping;
    expect(await store.get({ id })).toMatchObject({ status: "completed", output: "42" });
  });

  it("takes no more tasks, and hands back what has not started", async () => {
    const shop = await Workshop.open(store, { engineModule: engine });
    const running = await shop.submit('mark("b"); block(400); 42');
    await marked("b");
    const behind = await Promise.all([1, 2, 3].map((n) => shop.submit(`${n}`)));
    const stopping = shop.worker.stop({ graceMs: 5000 });
    const late = await shop.submit("4");
    await stopping;
    expect((await store.get({ id: running }))?.status).toBe("completed");
    for (const id of [...behind, late])
      expect(await store.get({ id })).toMatchObject({ status: "pending", attempts: 0, crashes: 0 });
  });

  it("hands back uncharged what does not finish, also when it does not react", async () => {
    const shop = await Workshop.open(store, { engineModule: engine });
    const ids = [];
    for (const script of ['mark("c"); sleep(60)', "sleep(60)", 'mark("d"); block(60000)', "loop {}"])
      ids.push(await shop.submit(script, { maxAttempts: 2 }));
    await Promise.all([marked("c"), marked("d")]);
    const start = performance.now();
    await shop.worker.stop({ graceMs: 50 });
    expect(performance.now() - start).toBeLessThan(15_000);
    for (const id of ids)
      expect(await store.get({ id })).toMatchObject({
        status: "pending",
        attempts: 0,
        crashes: 0,
        error: null,
      });
    const counts = await store.counts({ context: shop.context });
    expect(counts).toMatchObject({ waiting: 4, processing: 0, dead: 0 });
  });

  it("hurries when it is told twice", async () => {
    const shop = await Workshop.open(store, { engineModule: engine });
    const id = await shop.submit('mark("e"); sleep(60)');
    await marked("e");
    const stopping = shop.worker.stop({ graceMs: 60_000 });
    await shop.worker.stop({ now: true });
    await stopping;
    expect((await store.get({ id }))?.status).toBe("pending");
  });

  it("tells scripts that they should come to an end", async () => {
    const shop = await Workshop.open(store, { engineModule: engine });
    const id = await shop.submit('mark("f"); while !should_stop() { sleep(0.01); } 42');
    await marked("f");
    await shop.worker.stop({ graceMs: 5000 });
    expect(await store.get({ id })).toMatchObject({ status: "completed", output: "42" });
  });

  it("renews leases until the end", async () => {
    const shop = await Workshop.open(store, { leaseMs: 1000, engineModule: engine });
    const id = await shop.submit('mark("g"); sleep(2.5); attempt()');
    await marked("g");
    await shop.worker.stop({ graceMs: 15_000 });
    expect(await store.get({ id })).toMatchObject({ status: "completed", output: "1", crashes: 0 });
  });

  it("works before the start and more than once", async () => {
    const shop = new Workshop(store);
    await Promise.all([shop.worker.stop(), shop.worker.stop()]);
    await expect(shop.worker.start()).rejects.toThrow("it is stopped");
  });

  it("waits until nothing is left to run", async () => {
    const shop = await Workshop.open(store);
    await Promise.all(Array.from({ length: 50 }, (_, n) => shop.submit(`sleep(0.01); ${n}`)));
    await shop.worker.drained();
    expect(await store.counts({ context: shop.context })).toMatchObject({
      waiting: 0,
      processing: 0,
      finished: 50,
    });
    await shop.close();
  });
});

const WORKER = (url: string, context: string) => `
import { runWorkerProcess } from ${JSON.stringify(join(import.meta.dirname, "../../src/queue/worker/process.ts"))};
const end = await runWorkerProcess({
  url: ${JSON.stringify(url)},
  contexts: [${JSON.stringify(context)}],
  threads: 1,
  listen: "0",
  stopGraceMs: 60_000,
  threadEntry: ${JSON.stringify(threadEntry().href)},
  onReady: (worker, health) => console.log("ready", health.port),
});
console.log(JSON.stringify(end));
`;

describe("a worker whose tasks go on", () => {
  it("settles again what the store did not take, also when it has no slot to ask for more", async () => {
    const store = createMemoryStore();
    const { away, called, refuse } = awayAtFirst(store);
    const shop = await Workshop.open(away, { concurrency: 2 });
    const id = await shop.submit("40 + 2");
    await called;
    await Promise.all([shop.submit("sleep(60)"), shop.submit("sleep(60)")]);
    await expect.poll(() => shop.worker.health().running).toBe(2);
    refuse();
    await expect.poll(async () => (await store.get({ id }))?.status, { timeout: 3000 }).toBe("completed");
    await shop.close();
    await store.close();
  });
});

describe("a worker process", () => {
  if (redisVersion() === null) {
    it.skip("needs redis-server, which is not installed", () => undefined);
    return;
  }

  it("ends in order with the first signal, and at once with the second", async () => {
    const server = await startRedis();
    const store = createRedisStore({ url: server.url });
    const context = freshContext();
    const file = join(temporaryFolder(), "worker.mts");
    writeFileSync(file, WORKER(server.url, context));
    const child = spawn(process.execPath, ["--import", "tsx", file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    try {
      await expect.poll(() => output, { timeout: 20_000 }).toMatch(/ready \d+/);
      const port = /ready (\d+)/.exec(output)![1];
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
      // One that was only claimed would go back with the first signal, and nothing would keep the worker.
      const script = "report_progress(0.5); sleep(60)";
      const { id } = await store.enqueue({ task: { context, script } });
      await expect.poll(async () => (await store.get({ id }))?.progress, { timeout: 5000 }).toBe(0.5);
      child.kill("SIGTERM");
      await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503);
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
      child.kill("SIGTERM");
      expect(await exited).toBe(0);
      expect(output).toContain('{"failure":null,"signal":"SIGTERM"}');
      expect(await store.get({ id })).toMatchObject({ status: "pending", attempts: 0 });
    } finally {
      child.kill("SIGKILL");
      await store.close();
      await server.stop();
    }
  });
});
