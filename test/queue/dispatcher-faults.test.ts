// The dispatcher and its store when connections break in the middle of a call, and when they are closed then.

import { afterEach, describe, expect, it } from "vitest";
import { RhaiDispatcher } from "../../src/queue/dispatcher/dispatcher.ts";
import type { LossReport } from "../../src/queue/redis/recent.ts";
import { createRedisStore, type RedisStoreOptions } from "../../src/queue/redis/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { type Proxy, type RedisServer, redisVersion, startProxy, startRedis } from "../support/redis.ts";
import { freshContext, pause } from "./suite/harness.ts";

describe.skipIf(redisVersion() === null)("a dispatcher over Redis", () => {
  const cleanup: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of cleanup.splice(0).reverse()) await step();
  });

  const context = freshContext();
  const task = { context, script: "1" };

  async function redis(): Promise<RedisServer> {
    const server = await startRedis();
    cleanup.push(() => server.stop());
    return server;
  }

  function open(url: string, options: Partial<RedisStoreOptions> = {}): TaskStore {
    const store = createRedisStore({ url, deadlineMs: 3000, ...options });
    cleanup.push(() => store.close());
    return store;
  }

  async function proxied(): Promise<{ server: RedisServer; proxy: Proxy; direct: TaskStore }> {
    const server = await redis();
    const proxy = await startProxy(server.port);
    cleanup.push(() => proxy.stop());
    const direct = open(server.url);
    // The server knows the scripts: each call is one exchange.
    await direct.enqueue({ task: { ...task, context: freshContext() } });
    return { server, proxy, direct };
  }

  /** Until the server has a connection that is in such a command. */
  async function clientIn(server: RedisServer, command: string): Promise<void> {
    while (!String(await server.raw.client("LIST")).includes(`cmd=${command}`)) await pause(5);
  }

  it("submits once although the answer was lost, and knows the task as its own", async () => {
    const { server, proxy, direct } = await proxied();
    const reports: LossReport[] = [];
    const store = open(proxy.url, { resubmitMs: 60_000, onLoss: (report) => void reports.push(report) });
    const dispatcher = new RhaiDispatcher({ store, context });
    await store.health();
    proxy.swallowAnswers();
    const submitting = dispatcher.submit({ script: "1" });
    while ((await direct.counts({ context })).waiting === 0) await pause(5);
    proxy.cut();
    proxy.heal();
    const handle = await submitting;
    expect(handle.outcome).toBe("created");
    await server.restart();
    for (let i = 0; i < 100 && reports.length === 0; i++) {
      await store.health();
      await pause(20);
    }
    expect(reports).toEqual([{ checked: 1, resubmitted: 1 }]);
    expect(await direct.get({ id: handle.id })).toMatchObject({ status: "pending" });
  });

  it("submits although the connection for results breaks in the moment of subscribing", async () => {
    const { server, proxy } = await proxied();
    const store = open(proxy.url);
    await store.watchCancels({ contexts: [context], onCancel: () => {} });
    proxy.swallowAnswers();
    const submitting = store.enqueue({ task, notify: true });
    while (((await server.raw.call("PUBSUB", "CHANNELS", "*reply*")) as string[]).length === 0)
      await pause(5);
    proxy.cut();
    proxy.heal();
    expect((await submitting).outcome).toBe("created");
    expect(await server.raw.llen(`rhai:queue:${context}`)).toBe(1);
  });

  it("streams also what happened while its first wait was cut off", async () => {
    const { server, proxy, direct } = await proxied();
    const dispatcher = new RhaiDispatcher({ store: open(proxy.url), context });
    await direct.enqueue({ task });
    const controller = new AbortController();
    const events = dispatcher.events({ signal: controller.signal })[Symbol.asyncIterator]();
    const next = events.next();
    await clientIn(server, "xread");
    proxy.cut();
    const { id } = await direct.enqueue({ task });
    proxy.heal();
    const timer = setTimeout(() => controller.abort(), 5000);
    expect((await next).value).toMatchObject({ type: "submitted", taskId: id });
    clearTimeout(timer);
    controller.abort();
    await events.return?.(undefined);
  });

  it("goes on following what a task prints when the store was away", async () => {
    const { proxy, direct } = await proxied();
    const store = open(proxy.url, { deadlineMs: 300 });
    const dispatcher = new RhaiDispatcher({ store, context });
    const { id } = await direct.enqueue({ task });
    const [{ token }] = (await direct.claim({ context, workerId: "w", leaseMs: 60_000, limit: 1 })).tasks;
    const print = (text: string) => direct.log({ context, id, token, lines: [{ level: "print", text }] });
    await print("before");
    const lines = dispatcher.followLogs(id)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatchObject({ text: "before" });
    proxy.cut();
    const next = lines.next();
    await pause(900);
    await print("after");
    proxy.heal();
    expect((await next).value).toMatchObject({ text: "after" });
    await direct.complete({ context, workerId: "w", id, token, output: "1" });
    expect((await lines.next()).done).toBe(true);
  });

  it("closes at once although the server stands still, and settles what is under way", async () => {
    const server = await redis();
    const store = open(server.url);
    const { id } = await store.enqueue({ task, notify: true });
    const other = open(server.url);
    await other.health();
    server.freeze();
    cleanup.push(async () => server.thaw());
    const calls = [
      store.waitForResult({ id, timeoutMs: 60_000 }),
      store.enqueue({ task }),
      other.enqueue({ task, notify: true }),
      other.waitForResult({ id, timeoutMs: 60_000 }),
    ];
    const settled = Promise.allSettled(calls);
    await pause(50);
    const start = performance.now();
    await Promise.all([store.close(), other.close()]);
    expect(performance.now() - start).toBeLessThan(1000);
    expect((await settled).map(({ status }) => status)).toEqual(calls.map(() => "rejected"));
    expect(performance.now() - start).toBeLessThan(2900);
  });

  it("keeps the order of what is submitted in one moment, whether its result is waited for or not", async () => {
    const server = await redis();
    const store = open(server.url);
    const elsewhere = { ...task, context: freshContext() };
    await store.enqueue({ task: elsewhere, notify: true });
    const scripts = Array.from({ length: 30 }, (_, i) => String(i));
    await Promise.all(
      scripts.map((script, i) => store.enqueue({ task: { context, script }, notify: i % 3 === 0 })),
    );
    const { tasks } = await store.claim({ context, workerId: "w", leaseMs: 60_000, limit: 30 });
    expect(tasks.map(({ script }) => script)).toEqual(scripts);
  });

  it("gets the result of the new run when dead tasks were told to run again", async () => {
    const server = await redis();
    const store = open(server.url);
    const claimOf = { context, workerId: "w", leaseMs: 60_000, limit: 1 };
    for (const ids of [true, false]) {
      const { id } = await store.enqueue({ task, notify: true });
      const [{ token }] = (await store.claim(claimOf)).tasks;
      const error = { kind: "ErrorRuntime", message: "no" };
      await store.fail({ context, workerId: "w", id, token, error, retryDelayMs: null });
      await pause(50);
      await store.retryDead({ context, ...(ids && { ids: [id] }) });
      const [again] = (await store.claim(claimOf)).tasks;
      await store.complete({ context, workerId: "w", id, token: again.token, output: "2" });
      await pause(50);
      expect(await store.waitForResult({ id, timeoutMs: 5000 })).toMatchObject({ status: "completed" });
    }
  });
});
