// The Redis store when its server is away, new, slow, silent, full, locked, or far from the worker's clock.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { isQueueError } from "../../src/queue/errors.ts";
import type { LossReport } from "../../src/queue/redis/recent.ts";
import { createRedisStore, type RedisStoreOptions } from "../../src/queue/redis/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import {
  freePort,
  type Proxy,
  type RedisServer,
  type RedisServerOptions,
  redisVersion,
  startProxy,
  startRedis,
} from "../support/redis.ts";
import { makeCertificate, tlsSettings } from "../support/redis-tls.ts";
import { expectCode, freshContext, pause } from "./suite/harness.ts";

const EMPTY = { reason: "empty", waitMs: null } as const;

describe.skipIf(redisVersion() === null)("Redis store", () => {
  const cleanup: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of cleanup.splice(0).reverse()) await step();
  });

  async function redis(options?: RedisServerOptions): Promise<RedisServer> {
    const server = await startRedis(options);
    cleanup.push(() => server.stop());
    return server;
  }

  async function proxyTo(server: RedisServer): Promise<Proxy> {
    const proxy = await startProxy(server.port);
    cleanup.push(() => proxy.stop());
    return proxy;
  }

  function open(url: string, options: Partial<RedisStoreOptions> = {}): TaskStore {
    const store = createRedisStore({ url, deadlineMs: 1000, ...options });
    cleanup.push(() => store.close());
    return store;
  }

  const context = freshContext();
  const task = { context, script: "1" };
  const claimOf = { context, workerId: "w", leaseMs: 20_000, limit: 10 };

  /** The server knows the scripts: one call is then one message. */
  async function warm(server: RedisServer): Promise<TaskStore> {
    const store = open(server.url);
    const warmUp = { context: "warm", workerId: "w" };
    await store.enqueue({ task: { context: "warm", script: "1" } });
    await store.claim({ ...warmUp, leaseMs: 1000, limit: 0 });
    await store.settle({ ...warmUp, verdicts: [] });
    return store;
  }

  async function failure(promise: Promise<unknown>): Promise<Error & { code?: string }> {
    return await promise.then(
      () => new Error("it did not fail"),
      (error: Error) => error,
    );
  }

  it("says within its deadline that no server answers, without showing the password", async () => {
    const port = await freePort();
    const store = open(`redis://user:geheim@127.0.0.1:${port}`, { deadlineMs: 300 });
    const start = performance.now();
    const errors = await Promise.all([
      failure(store.enqueue({ task })),
      failure(store.claim(claimOf)),
      failure(store.enqueueMany({ tasks: [task] })),
      failure(store.waitForResult({ id: "x", timeoutMs: 200 })),
    ]);
    expect(performance.now() - start).toBeLessThan(1500);
    expect(errors.map(({ code }) => code)).toEqual(["unavailable", "unavailable", "unavailable", "timeout"]);
    for (const error of errors) {
      expect(JSON.stringify([error.message, error.stack, error.cause ?? null])).not.toContain("geheim");
    }
    expect(errors[0].message).toContain("ECONNREFUSED");
    expect(await store.health()).toMatchObject({ ok: false });
  });

  it("waits for a server that comes, and keeps what was submitted when it is killed and comes again", async () => {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "rhai-aof-"));
    cleanup.push(async () => rmSync(folder, { recursive: true, force: true }));
    const store = open(`redis://127.0.0.1:${port}`, { deadlineMs: 5000 });
    const early = store.enqueue({ task });
    await pause(100);
    const server = await redis({ port, folder, config: { appendonly: "yes", appendfsync: "always" } });
    const ids = [(await early).id];
    // Waits of every kind are under way when it dies.
    await store.waitForWork({ context: "other", idle: EMPTY, timeoutMs: 5 });
    const waiting = store.waitForWork({ context: "other", idle: EMPTY, timeoutMs: 300 });
    const result = store.waitForResult({ id: ids[0], timeoutMs: 10_000 });
    await pause(30);
    await server.kill();
    const during = store.enqueue({ task });
    await waiting;
    await server.restart();
    ids.push((await during).id);
    const { tasks } = await store.claim(claimOf);
    expect(tasks.map(({ id }) => id)).toEqual(ids);
    await store.complete({ context, workerId: "w", id: ids[0], token: tasks[0].token, output: "42" });
    expect(await result).toMatchObject({ status: "completed", output: "42" });
  });

  it("submits once although the answer was lost", async () => {
    const server = await redis();
    const proxy = await proxyTo(server);
    await warm(server);
    const store = open(proxy.url, { deadlineMs: 3000 });
    await store.health();
    proxy.swallowAnswers();
    const submitting = store.enqueue({ task });
    while ((await server.raw.llen(`rhai:queue:${context}`)) === 0) await pause(5);
    proxy.cut();
    proxy.heal();
    expect((await submitting).outcome).toBe("created");
    expect(await server.raw.llen(`rhai:queue:${context}`)).toBe(1);
  });

  it("asks again once, though several claims of the worker are under way", async () => {
    const server = await redis();
    const proxy = await proxyTo(server);
    const direct = await warm(server);
    await direct.enqueueMany({ tasks: [task, task, task, task] });
    const store = open(proxy.url, { deadlineMs: 300 });
    await store.health();
    proxy.swallowAnswers();
    const lost = failure(store.claim({ ...claimOf, limit: 2 }));
    while ((await direct.counts({ context })).processing === 0) await pause(5);
    expect((await lost).code).toBe("unknownOutcome");
    proxy.cut();
    proxy.heal();
    const claims = await Promise.all([1, 2, 3].map(() => store.claim({ ...claimOf, limit: 2 })));
    const tokens = claims.flatMap(({ tasks }) => tasks.map(({ token }) => token));
    expect(tokens).toHaveLength(4);
    expect(new Set(tokens).size).toBe(4);
  });

  it("asks again for a claim whose answer was lost, and gets the same tasks without a crash on record", async () => {
    const server = await redis();
    const proxy = await proxyTo(server);
    const direct = await warm(server);
    const ids = (await direct.enqueueMany({ tasks: [task, task, task] })).map(({ id }) => id);
    const store = open(proxy.url, { deadlineMs: 3000 });
    await store.health();
    proxy.swallowAnswers();
    const claiming = store.claim({ ...claimOf, limit: 2 });
    while ((await direct.counts({ context })).processing === 0) await pause(5);
    proxy.cut();
    proxy.heal();
    const { tasks } = await claiming;
    expect(tasks.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    for (const { id, token, attempts, crashes } of tasks) {
      expect([attempts, crashes]).toEqual([1, 0]);
      await store.complete({ context, workerId: "w", id, token, output: "1" });
    }
    expect(await direct.counts({ context })).toMatchObject({ waiting: 1, processing: 0, finished: 2 });
  });

  it("settles once although the answer was lost", async () => {
    const server = await redis();
    const proxy = await proxyTo(server);
    const direct = await warm(server);
    await direct.enqueue({ task });
    const store = open(proxy.url, { deadlineMs: 3000 });
    const [{ id, token }] = (await store.claim(claimOf)).tasks;
    proxy.swallowAnswers();
    const settling = store.complete({ context, workerId: "w", id, token, output: "1" });
    while ((await direct.counts({ context })).finished === 0) await pause(5);
    proxy.cut();
    proxy.heal();
    await settling;
    expect((await direct.counts({ context })).totals).toMatchObject({ completed: 1 });
  });

  it("tells that the outcome is unknown when the server stays silent", async () => {
    const server = await redis();
    const proxy = await proxyTo(server);
    const store = open(proxy.url, { deadlineMs: 300 });
    await store.enqueue({ task });
    proxy.silence();
    const start = performance.now();
    await expectCode(
      store.log({ context, id: "x", token: 1, lines: [{ level: "print", text: "x" }] }),
      "unknownOutcome",
    );
    expect(performance.now() - start).toBeLessThan(1000);
    proxy.heal();
    await store.enqueue({ task });
  });

  it("gets its task by a blocking read although the server forgot all scripts", async () => {
    const server = await redis();
    const store = await warm(server);
    const claim = { workerId: "w", leaseMs: 10_000, limit: 1 };
    await store.waitForWork({ context, idle: EMPTY, timeoutMs: 5, claim });
    const waiting = store.waitForWork({ context, idle: EMPTY, timeoutMs: 5000, claim });
    await pause(30);
    await server.raw.call("SCRIPT", "FLUSH");
    const { id } = await store.enqueue({ task });
    expect((await waiting)?.tasks).toMatchObject([{ id }]);
    await server.raw.call("SCRIPT", "FLUSH");
    const again = store.waitForWork({ context, idle: EMPTY, timeoutMs: 5000, claim });
    await pause(30);
    const second = await store.enqueue({ task });
    expect((await again)?.tasks).toMatchObject([{ id: second.id }]);
  });

  it("gives higher tokens than ever before to a server that lost its newest writes", async () => {
    const server = await redis();
    const store = open(server.url, { deadlineMs: 5000 });
    await store.enqueueMany({ tasks: [task, task] });
    const claim = { ...claimOf, limit: 1 };
    await store.claim(claim);
    await server.raw.save();
    const [lost] = (await store.claim(claim)).tasks;
    await server.restart();
    const [found] = (await store.claim(claim)).tasks;
    expect(found.id).toBe(lost.id);
    expect(found.token).toBeGreaterThan(lost.token);
    const ref = { context, workerId: "w", id: lost.id };
    await expectCode(store.complete({ ...ref, token: lost.token, output: "old" }), "staleToken");
    await store.complete({ ...ref, token: found.token, output: "new" });
  });

  it("notices a blocking read that went deaf, and replaces it", async () => {
    const server = await redis();
    const proxy = await proxyTo(server);
    const store = open(proxy.url, { deadlineMs: 500 });
    await store.waitForWork({ context, idle: EMPTY, timeoutMs: 5 });
    const waiting = store.waitForWork({ context, idle: EMPTY, timeoutMs: 200 });
    await pause(30);
    proxy.silence();
    const start = performance.now();
    await waiting;
    expect(performance.now() - start).toBeLessThan(4000);
    proxy.heal();
    const claim = { workerId: "w", leaseMs: 10_000, limit: 1 };
    let got: string[] = [];
    const working = (async () => {
      for (let i = 0; i < 10 && got.length === 0; i++) {
        const claimed = await store.waitForWork({ context, idle: EMPTY, timeoutMs: 1000, claim });
        got = claimed?.tasks.map(({ id }) => id) ?? [];
      }
    })();
    await pause(100);
    const { id } = await open(server.url).enqueue({ task });
    await working;
    expect(got).toEqual([id]);
  });

  it("survives a server that stands still", async () => {
    const server = await redis();
    await warm(server);
    const store = open(server.url, { deadlineMs: 400 });
    const { id } = await store.enqueue({ task });
    server.freeze();
    const error = await failure(store.claim(claimOf));
    expect(isQueueError(error) && error.retryable).toBe(true);
    server.thaw();
    await pause(50);
    // The call was carried out while nobody listened any more: the worker's next one gets what it got.
    const { tasks } = await store.claim(claimOf);
    expect(tasks).toMatchObject([{ id, attempts: 1, crashes: 0 }]);
    await store.complete({ context, workerId: "w", id, token: tasks[0].token, output: "1" });
    expect((await store.claim(claimOf)).tasks).toEqual([]);
  });

  it("lets workers finish and drain when the server's memory is full", async () => {
    const server = await redis({ config: { maxmemory: "6mb", "maxmemory-policy": "noeviction" } });
    const store = open(server.url, { deadlineMs: 5000 });
    const retention = { maxAgeMs: 1000, maxCount: 5, maxBytes: 1e6 };
    await store.configure({ context, settings: { retention, maxEvents: 100 } });
    const script = "x".repeat(20_000);
    let refused: unknown;
    for (let i = 0; i < 500 && refused === undefined; i++) {
      await store.enqueue({ task: { ...task, script } }).catch((error: unknown) => {
        refused = error;
      });
    }
    expect(isQueueError(refused, "outOfMemory")).toBe(true);
    const total = (await store.counts({ context })).waiting;
    expect(total).toBeGreaterThan(50);
    const [running, failing, released] = (await store.claim({ ...claimOf, limit: 3 })).tasks;
    const lease = { context, workerId: "w", id: running.id, token: running.token };
    await expectCode(store.progress({ ...lease, fraction: 0.5 }), "outOfMemory");
    await expectCode(store.log({ ...lease, lines: [{ level: "print", text: "x" }] }), "outOfMemory");
    const error = { kind: "E", message: "m" };
    await store.fail({ ...lease, id: failing.id, token: failing.token, error, retryDelayMs: null });
    await store.release({ ...lease, id: released.id, token: released.token });
    expect(await store.cancel({ id: released.id })).toBe("cancelled");
    expect(await store.cancel({ id: running.id })).toBe("requested");
    await store.extend({ context, workerId: "w", leaseMs: 1000, leases: [running] });
    await store.complete({ ...lease, output: "1" });
    await store.sweep({ context });
    const done: string[] = [running.id, failing.id, released.id];
    for (;;) {
      const { tasks } = await store.claim(claimOf);
      if (tasks.length === 0) break;
      const verdicts = tasks.map(({ id, token }) => ({ kind: "completed", id, token, output: "1" }) as const);
      const settled = await store.settle({ context, workerId: "w", verdicts });
      done.push(...settled.verdicts.filter(({ status }) => status === "completed").map(({ id }) => id));
    }
    expect(new Set(done).size).toBe(total);
    await store.enqueue({ task: { ...task, script } });
  });

  it("does not believe the worker's clock", async () => {
    const server = await redis();
    const store = open(server.url);
    const realNow = Date.now;
    try {
      await store.enqueue({ task: { ...task, delayMs: 60_000 } });
      await store.enqueue({ task });
      Date.now = () => realNow() + 3_600_000;
      const { tasks } = await store.claim(claimOf);
      expect(tasks).toHaveLength(1);
      expect(Math.abs(tasks[0].startedAt! - realNow())).toBeLessThan(5000);
      Date.now = () => realNow() - 3_600_000;
      expect(await store.sweep({ context })).toMatchObject({ recovered: 0, promoted: 0 });
    } finally {
      Date.now = realNow;
    }
  });

  it("logs in by URL, and says so when it may not", async () => {
    const server = await redis({ config: { requirepass: "geheim" } });
    const acl = ["ACL", "SETUSER", "rhai", "reset", "on", ">wort:mit@zeichen", "~rhai:*", "&rhai:*"];
    const rights =
      "+@read +@write +@pubsub +@scripting +@connection +@blocking -@dangerous +time +info +client|unblock".split(
        " ",
      );
    await server.raw.call(acl[0], ...acl.slice(1), ...rights);
    const full = open(`redis://:geheim@127.0.0.1:${server.port}`);
    await full.enqueue({ task });
    const user = open(`redis://rhai:${encodeURIComponent("wort:mit@zeichen")}@127.0.0.1:${server.port}`);
    const { tasks } = await user.claim(claimOf);
    await user.complete({ context, workerId: "w", id: tasks[0].id, token: tasks[0].token, output: "1" });
    await user.waitForWork({ context, idle: EMPTY, timeoutMs: 20 });
    const stop = new AbortController();
    const waiting = user.waitForWork({ context, idle: EMPTY, timeoutMs: 5000, signal: stop.signal });
    await pause(20);
    stop.abort();
    await waiting;
    expect((await user.fsck({ context, cursor: null })).problems).toEqual([]);
    await user.announceWorker({ workerId: "w", contexts: [context], ttlMs: 1000 });
    await user.explain({ id: tasks[0].id });
    const listener = { script: "1", notify: "elsewhere rhai:mine" };
    await server.raw.auth("geheim");
    await server.raw.hset("rhai:task:loud", listener);
    await server.raw.lpush(`rhai:queue:${context}`, "loud");
    const [loud] = (await user.claim(claimOf)).tasks;
    await user.complete({ context, workerId: "w", id: "loud", token: loud.token, output: "1" });
    expect(await user.get({ id: "loud" })).toMatchObject({ status: "completed" });
    const fence = open(`redis://rhai:${encodeURIComponent("wort:mit@zeichen")}@127.0.0.1:${server.port}`, {
      prefix: "other:",
    });
    await expectCode(fence.enqueue({ task }), "denied");
    for (const url of [`redis://:falsch@127.0.0.1:${server.port}`, `redis://127.0.0.1:${server.port}`]) {
      const start = performance.now();
      const error = await failure(open(url, { deadlineMs: 3000 }).enqueue({ task }));
      expect(error.code).toBe("denied");
      expect(error.message).not.toContain("falsch");
      expect(performance.now() - start).toBeLessThan(1500);
    }
    for (const url of ["geheim", "redis://:geheim%zz@host", "redis://:geheim@host:99999"]) {
      const error = await failure((async () => createRedisStore({ url }))());
      expect(error).toMatchObject({ code: "invalid" });
      expect(error.message).not.toContain("geheim");
    }
    expect(() => createRedisStore({ url: "http://x:geheim@y" })).toThrow(/^(?!.*geheim)/);
  });

  it("speaks TLS with rediss://", async () => {
    const certificate = makeCertificate();
    const tlsPort = await freePort();
    await redis({ config: tlsSettings(tlsPort, certificate) });
    const store = open(`rediss://127.0.0.1:${tlsPort}`, { tls: { ca: readFileSync(certificate.cert) } });
    await store.enqueue({ task });
    await store.waitForWork({ context, idle: EMPTY, timeoutMs: 5 });
    expect((await store.claim(claimOf)).tasks).toHaveLength(1);
    await expectCode(
      open(`rediss://127.0.0.1:${tlsPort}`, { deadlineMs: 500 }).enqueue({ task }),
      "unavailable",
    );
  });

  it("confirms writes by replicas, and says when it cannot", async () => {
    const server = await redis({ config: { "repl-diskless-sync-delay": "0" } });
    const store = open(server.url, { deadlineMs: 500 });
    await expectCode(store.enqueue({ task, durability: { replicas: 1 } }), "notDurable");
    const replica = await redis({ config: { replicaof: `127.0.0.1 ${server.port}` } });
    const patient = open(server.url, { deadlineMs: 5000 });
    while (!(await replica.raw.info("replication")).includes("master_link_status:up")) await pause(50);
    const { id } = await patient.enqueue({ task, durability: { replicas: 1 } });
    expect(await replica.raw.hget(`rhai:task:${id}`, "status")).toBe("pending");
    const fsync = await failure(patient.enqueue({ task, durability: "fsync" }));
    expect(["unsupported", "it did not fail"]).toContain(fsync.code ?? fsync.message);
  });

  it("submits again what a server lost, if asked to", async () => {
    const server = await redis();
    const reports: LossReport[] = [];
    const options = {
      resubmitMs: 10_000,
      deadlineMs: 5000,
      onLoss: (report: LossReport) => void reports.push(report),
    };
    const store = open(server.url, options);
    const first = await store.enqueue({ task });
    const many = await store.enqueueMany({ tasks: [task, { ...task, resultTtlMs: 0 }] });
    await server.raw.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await store.health();
    await pause(100);
    expect(reports).toEqual([]);
    await server.restart();
    for (let i = 0; i < 100 && reports.length === 0; i++) {
      await store.health();
      await pause(20);
    }
    expect(reports).toEqual([{ checked: 2, resubmitted: 2 }]);
    const { tasks } = await store.claim(claimOf);
    expect(tasks.map(({ id }) => id)).toEqual([first.id, many[0].id]);
  });

  it("submits again what was written shortly before the loss, however long the server was away", async () => {
    const server = await redis();
    const reports: LossReport[] = [];
    const onLoss = (report: LossReport) => void reports.push(report);
    const store = open(server.url, { resubmitMs: 150, deadlineMs: 5000, onLoss });
    await store.health();
    await store.enqueue({ task });
    await pause(300);
    const { id } = await store.enqueue({ task });
    await server.kill();
    await pause(400);
    await server.restart();
    for (let i = 0; i < 100 && reports.length === 0; i++) {
      await store.health();
      await pause(20);
    }
    expect(reports).toEqual([{ checked: 1, resubmitted: 1 }]);
    expect(await store.get({ id })).toMatchObject({ status: "pending" });
  });

  it("leaves no connection and no timer behind", async () => {
    const server = await redis();
    const store = open(server.url);
    await store.enqueue({ task, notify: true });
    await store.waitForWork({ context, idle: EMPTY, timeoutMs: 5 });
    await store.waitForWork({ context, idle: EMPTY, timeoutMs: 5 });
    await store.readEvents({ context, after: "$", waitMs: 5 });
    const clients = async () =>
      String(await server.raw.client("LIST"))
        .trim()
        .split("\n").length;
    expect(await clients()).toBeGreaterThan(2);
    await store.close();
    await pause(50);
    expect(await clients()).toBe(1);
  });
});
