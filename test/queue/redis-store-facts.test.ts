// What holds for the Redis store alone: its keys and scripts, tasks of foreign clients, garbage in them, repair.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GENERATED, generate } from "../../scripts/redis-scripts.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { FsckProblem, TaskStore, Verdict } from "../../src/queue/store.ts";
import { type RedisServer, redisVersion, startRedis } from "../support/redis.ts";
import { freshContext } from "./suite/harness.ts";

const SCRIPTS = join(import.meta.dirname, "../../src/queue/redis/scripts");

describe("the scripts", () => {
  const names = readdirSync(SCRIPTS, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".lua"),
  );
  const text = (name: string) => readFileSync(join(SCRIPTS, name), "utf8");

  it("are in the generated module as they are in their files", () => {
    expect(readFileSync(GENERATED, "utf8")).toBe(generate());
  });

  it("open with their contracts", () => {
    for (const name of names) {
      if (name.startsWith("includes")) expect(text(name), name).toMatch(/^-- \S/);
      else
        expect(text(name), name).toMatch(/^#!lua( flags=\S+)?\n-- \S[\s\S]*?-- KEYS\[1\] [\s\S]*?-- Output/);
    }
  });

  it("work on a bounded number of items", () => {
    for (const name of names) {
      const code = text(name).replace(/--.*$/gm, "");
      // Whole collections are never read; ranges carry a limit. HGETALL is for one record, whose fields are few.
      expect(code, name).not.toMatch(/'(SMEMBERS|HKEYS|HVALS|KEYS|SCAN|LREM|SORT|ZRANGEBYSCORE)'/);
      for (const [call] of code.matchAll(/redis\.p?call\('ZRANGE',[^\n]*/g)) {
        expect(call, name).toMatch(/LIMIT|, 0, 0|limit - 1|limit - cancelled - 1/);
      }
      for (const [call] of code.matchAll(/redis\.p?call\('HGETALL',[^\n]*/g))
        expect(call, name).toContain("taskKey");
      for (const [call] of code.matchAll(/redis\.p?call\('LRANGE',[^\n]*/g))
        expect(call, name).toMatch(/, 0, 999\)/);
      for (const [call] of code.matchAll(/redis\.p?call\('LPOS',[^\n]*/g))
        expect(call, name).toContain("MAXLEN");
    }
  });
});

describe.skipIf(redisVersion() === null)("on Redis", () => {
  let server: RedisServer;
  let store: TaskStore;
  let context: string;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await server.raw.flushall();
    store = createRedisStore({ url: server.url });
    context = freshContext();
  });
  afterEach(() => store.close());

  const claim = (limit = 10) => store.claim({ context, workerId: "w", leaseMs: 10_000, limit });

  async function fsck(repair: boolean): Promise<FsckProblem[]> {
    const problems: FsckProblem[] = [];
    let cursor: string | null = null;
    do {
      const slice = await store.fsck({ context, cursor, repair });
      problems.push(...slice.problems);
      cursor = slice.cursor;
    } while (cursor !== null);
    return problems;
  }

  describe("foreign clients", () => {
    const push = async (id: string, fields: Record<string, string>) => {
      await server.raw.hset(`rhai:task:${id}`, fields);
      await server.raw.lpush(`rhai:queue:${context}`, id);
    };

    it("submit with HSET and LPUSH, and read the result with HGETALL", async () => {
      await push("foreign-1", { script: "40 + 2" });
      const { tasks } = await claim();
      expect(tasks).toMatchObject([
        { id: "foreign-1", context, script: "40 + 2", attempts: 1, maxAttempts: 1 },
      ]);
      expect(tasks[0].createdAt).toBeGreaterThan(1.6e12);
      const [{ id, token }] = tasks;
      expect(await server.raw.hget("rhai:task:foreign-1", "status")).toBe("processing");
      await store.complete({ context, workerId: "w", id, token, output: "42" });
      expect(await server.raw.hgetall("rhai:task:foreign-1")).toMatchObject({
        script: "40 + 2",
        status: "completed",
        output: "42",
        workerId: "w",
        attempts: "1",
        context,
      });
      expect(await store.counts({ context })).toMatchObject({
        waiting: 0,
        finished: 1,
        openBytes: 0,
        totals: { submitted: 1, completed: 1 },
      });
      expect(await fsck(false)).toEqual([]);
    });

    it("may give every field that we know", async () => {
      await push("f", {
        script: "x",
        args: '{"x":1}',
        status: "pending",
        callerId: "me",
        createdAt: "1700000000000",
        maxAttempts: "3",
        timeoutMs: "5000",
        priority: "7",
        limits: '{"operations":10}',
        backoff: '{"kind":"fixed","baseMs":5}',
        own: "kept",
      });
      const { tasks, rejected } = await claim();
      expect(rejected).toEqual([]);
      expect(tasks[0]).toMatchObject({
        args: '{"x":1}',
        callerId: "me",
        createdAt: 1700000000000,
        maxAttempts: 3,
        timeoutMs: 5000,
        limits: { operations: 10 },
        backoff: { kind: "fixed", baseMs: 5 },
      });
      expect(await server.raw.hget("rhai:task:f", "own")).toBe("kept");
    });

    it("see our tasks in the list, and how they fail", async () => {
      const { id } = await store.enqueue({ task: { context, script: "throw 1", callerId: "someone" } });
      expect(await server.raw.lrange(`rhai:queue:${context}`, 0, -1)).toEqual([id]);
      expect(await server.raw.hgetall(`rhai:task:${id}`)).toMatchObject({
        status: "pending",
        callerId: "someone",
        context,
      });
      const { tasks } = await claim();
      const error = { kind: "ErrorRuntime", message: "Runtime error: 1", position: { line: 1, column: 1 } };
      await store.fail({ context, workerId: "w", id, token: tasks[0].token, error, retryDelayMs: null });
      const record = await server.raw.hgetall(`rhai:task:${id}`);
      expect(record.status).toBe("failed");
      expect(JSON.parse(record.error)).toEqual(error);
    });

    it.each([
      ["no script", { args: "{}" }, "neither script nor scriptPath"],
      ["args that are no JSON", { script: "1", args: "{" }, "args is not a JSON object"],
      ["args that are no object", { script: "1", args: "[1]" }, "args is not a JSON object"],
      ["garbage for a number", { script: "1", timeoutMs: "soon" }, "timeoutMs is not a number"],
      ["a number out of range", { script: "1", maxAttempts: "0" }, "maxAttempts is not a number from 1"],
      ["an unknown status", { script: "1", status: "whatever" }, "the status is none"],
      ["too large a script", { script: "x".repeat(1_100_000) }, "script is larger"],
    ])("that wrote %s get a clear error, and the worker goes on", async (_, fields, reason) => {
      await push("bad", fields);
      const { id: good } = await store.enqueue({ task: { context, script: "1" } });
      const { tasks, rejected } = await claim();
      expect(tasks.map(({ id }) => id)).toEqual([good]);
      expect(rejected).toHaveLength(1);
      expect(rejected[0]).toMatchObject({ id: "bad", reason: expect.stringContaining(reason) });
      const record = await server.raw.hgetall("rhai:task:bad");
      expect(record).toMatchObject({ status: "failed", deadReason: "malformed" });
      expect(JSON.parse(record.error).message).toContain(reason);
      expect(await store.counts({ context })).toMatchObject({ dead: 1, totals: { rejected: 1, failed: 1 } });
      expect(await fsck(false)).toEqual([]);
    });

    it("that pushed the id before the record are waited for", async () => {
      await server.raw.lpush(`rhai:queue:${context}`, "early");
      const first = await claim();
      expect(first).toMatchObject({ tasks: [], rejected: [] });
      expect(first.idle!.waitMs).toBeLessThanOrEqual(500);
      await server.raw.hset("rhai:task:early", "script", "1");
      await new Promise((resolve) => setTimeout(resolve, first.idle!.waitMs! + 5));
      expect((await claim()).tasks).toMatchObject([{ id: "early" }]);
    });

    it("that never wrote the record find one that says so", async () => {
      await server.raw.lpush(`rhai:queue:${context}`, "nothing");
      const { idle } = await claim();
      await new Promise((resolve) => setTimeout(resolve, idle!.waitMs! + 5));
      expect((await claim()).rejected).toEqual([{ id: "nothing", reason: "there is no task with this id" }]);
      const record = await server.raw.hgetall("rhai:task:nothing");
      expect(record).toMatchObject({ status: "failed", deadReason: "malformed" });
      const { events } = await store.readEvents({ context });
      expect(events.at(-1)).toMatchObject({ type: "rejected", taskId: "nothing" });
    });

    it("that put another type of data at the task's key are told of, and stop nobody", async () => {
      await server.raw.set("rhai:task:text", "hello");
      await server.raw.lpush(`rhai:queue:${context}`, "text");
      await push("good", { script: "1" });
      const { tasks, rejected } = await claim();
      expect(tasks.map(({ id }) => id)).toEqual(["good"]);
      expect(rejected).toEqual([{ id: "text", reason: "the key of the task holds another type of data" }]);
      expect(await server.raw.get("rhai:task:text")).toBe("hello");
    });

    it("that pushed an id twice, or of a finished task, start nothing twice", async () => {
      await push("twice", { script: "1" });
      await server.raw.lpush(`rhai:queue:${context}`, "twice");
      const { tasks } = await claim();
      expect(tasks).toHaveLength(1);
      await store.complete({ context, workerId: "w", id: "twice", token: tasks[0].token, output: "1" });
      await server.raw.lpush(`rhai:queue:${context}`, "twice");
      expect(await claim()).toMatchObject({ tasks: [], rejected: [], idle: { reason: "empty" } });
    });

    it("can have their tasks cancelled before a worker saw them", async () => {
      await push("c", { script: "1" });
      expect(await store.cancel({ id: "c" })).toBe("notFound");
      expect(await store.cancel({ id: "c", context })).toBe("cancelled");
      expect((await claim()).tasks).toEqual([]);
      expect(await fsck(false)).toEqual([]);
    });

    it("wake a worker that blocks on the list", async () => {
      const idle = { reason: "empty", waitMs: null } as const;
      await store.waitForWork({ context, idle, timeoutMs: 5 });
      const claiming = { workerId: "w", leaseMs: 10_000, limit: 3 };
      const waiting = store.waitForWork({ context, idle, timeoutMs: 5000, claim: claiming });
      await new Promise((resolve) => setTimeout(resolve, 50));
      await push("wake", { script: "1" });
      expect((await waiting)?.tasks).toMatchObject([{ id: "wake" }]);
    });

    it("are told of a list that is none, and it harms no other context", async () => {
      await server.raw.set(`rhai:queue:${context}`, "text");
      await expect(claim()).rejects.toMatchObject({ code: "wrongType" });
      const other = freshContext();
      await store.enqueue({ task: { context: other, script: "1" } });
      const idle = { reason: "empty", waitMs: null } as const;
      await store.waitForWork({ context, idle, timeoutMs: 5 });
      const start = performance.now();
      await store.waitForWork({ context, idle, timeoutMs: 100 });
      expect(performance.now() - start).toBeGreaterThan(80);
      expect(
        (await store.claim({ context: other, workerId: "w", leaseMs: 1000, limit: 1 })).tasks,
      ).toHaveLength(1);
    });
  });

  describe("keys", () => {
    it("are those that the documentation lists", async () => {
      const documented = readFileSync(join(import.meta.dirname, "../../docs/wire-protocol.md"), "utf8");
      await store.configure({ context, settings: { keyConcurrency: 1, weights: { a: 2 } } });
      for (const callerId of ["a", "b", "a", "c", "b"])
        await store.enqueue({ task: { context, script: "1", callerId } });
      const task = { context, script: "1", idempotencyKey: "k", resultTtlMs: 5000 };
      await store.enqueue({ task: { ...task, priority: 5 } });
      await store.enqueue({ task: { context, script: "1", delayMs: 1000 } });
      await store.putSchedule({ schedule: { context, name: "s", everyMs: 1000, task: { script: "1" } } });
      await store.announceWorker({ workerId: "w", contexts: [context], ttlMs: 1000 });
      const { tasks } = await claim(4);
      await store.log({ ...tasks[0], lines: [{ level: "print", text: "x" }] });
      const settle = (i: number, kind: "completed" | "failed") => {
        const { id, token } = tasks[i];
        const base = { context, workerId: "w", id, token };
        return kind === "completed"
          ? store.complete({ ...base, output: "1" })
          : store.fail({ ...base, error: { kind: "E", message: "m" }, retryDelayMs: null });
      };
      await settle(0, "completed");
      await settle(1, "failed");
      await server.raw.lpush(`rhai:queue:${context}`, "orphan");
      await claim(1);
      const { id } = await store.enqueue({ task: { context, script: "1", callerId: "z" } });
      await store.cancel({ id });
      const kinds = (await server.raw.keys("*")).map((key) => /^rhai:([a-z-]+)/.exec(key)![1]);
      expect(new Set(kinds).size).toBeGreaterThan(15);
      for (const kind of new Set(kinds)) expect(documented, kind).toContain(`rhai:${kind}`);
    });

    it("have the prefix that was asked for, and no other", async () => {
      const own = createRedisStore({ url: server.url, prefix: "other:app:" });
      await own.enqueue({ task: { context, script: "1" } });
      await own.claim({ context, workerId: "w", leaseMs: 1000, limit: 1 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await server.raw.keys("*")).filter((key) => !key.startsWith("other:app:"))).toEqual([]);
      await own.close();
      expect(() => createRedisStore({ url: server.url, prefix: "a b" })).toThrow("prefix");
    });
  });

  describe("racing workers", () => {
    it("complete every task exactly once, whoever stops in the middle", async () => {
      const count = 1500;
      const stores = Array.from({ length: 4 }, () => createRedisStore({ url: server.url }));
      await store.configure({ context, settings: { crashDelayMs: 1, maxCrashes: 1000 } });
      const specs = Array.from({ length: count }, (_, i) => {
        return { context, script: "1", callerId: String(i % 7), maxAttempts: 99 };
      });
      const ids = (await store.enqueueMany({ tasks: specs })).map(({ id }) => id);
      let seed = 7;
      const random = () => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed / 2_147_483_647;
      };
      const verdictOn = ({ id, token }: { readonly id: string; readonly token: number }): Verdict => {
        const luck = random();
        const error = { kind: "E", message: "m" };
        if (luck < 0.1) return { kind: "failed", id, token, error, retryDelayMs: luck * 50 };
        if (luck < 0.15) return { kind: "released", id, token };
        return { kind: "completed", id, token, output: String(token) };
      };
      const completed: string[] = [];
      const worker = async (own: TaskStore, workerId: string) => {
        while (completed.length < count) {
          const limit = 1 + Math.floor(random() * 30);
          const { tasks } = await own.claim({ context, workerId, leaseMs: 25, limit });
          // Dead for a while: its leases run out, others take over, and then it writes after all.
          if (random() < 0.15) await new Promise((resolve) => setTimeout(resolve, 60));
          const verdicts = tasks.map(verdictOn);
          const settled = await own.settle({ context, workerId, verdicts });
          const ended = settled.verdicts.filter(({ status }) => status === "completed");
          completed.push(...ended.map(({ id }) => id));
          await own.sweep({ context });
        }
      };
      await Promise.all(stores.map((own, i) => worker(own, `w${i}`)));
      expect([...completed].sort()).toEqual([...ids].sort());
      expect(await store.counts({ context })).toMatchObject({
        waiting: 0,
        scheduled: 0,
        processing: 0,
        finished: count,
        dead: 0,
        openBytes: 0,
        totals: { submitted: count, completed: count, failed: 0 },
      });
      expect(await fsck(false)).toEqual([]);
      await Promise.all(stores.map((own) => own.close()));
    });
  });

  describe("memory", () => {
    it("stays flat however many tasks pass", async () => {
      const retention = { maxAgeMs: 1e9, maxCount: 100, maxBytes: 1e9 };
      await store.configure({ context, settings: { retention, maxEvents: 200 } });
      const used = async () => Number(/used_memory:(\d+)/.exec(await server.raw.info("memory"))![1]);
      const pass = async (count: number) => {
        for (let i = 0; i < count; i += 250) {
          await store.enqueueMany({
            tasks: Array.from({ length: 250 }, () => ({ context, script: "40 + 2" })),
          });
          const { tasks } = await claim(250);
          const verdicts = tasks.map(
            ({ id, token }) => ({ kind: "completed", id, token, output: "42" }) as const,
          );
          await store.settle({ context, workerId: "w", verdicts });
        }
      };
      await pass(2000);
      const before = await used();
      await pass(8000);
      expect((await used()) - before).toBeLessThan(200_000);
      expect(await server.raw.xlen(`rhai:events:${context}`)).toBeLessThan(400);
      expect((await server.raw.keys("rhai:task:*")).length).toBe(100);
    });
  });

  describe("fsck", () => {
    it("finds what was broken by hand, and repairs it", async () => {
      const make = async (count: number, spec = {}) => {
        const tasks = Array.from({ length: count }, () => ({ context, script: "1", ...spec }));
        return (await store.enqueueMany({ tasks })).map(({ id }) => id);
      };
      const [running] = await make(1);
      await claim(1);
      const [lostEntry] = await make(1);
      await server.raw.lrem(`rhai:queue:${context}`, 0, lostEntry);
      await server.raw.hset(`rhai:task:${lostEntry}`, "createdAt", "1000");
      const [scheduled] = await make(1, { delayMs: 60_000 });
      await make(1, { callerId: "owner" });
      const [inLane] = await make(1, { callerId: "guest" });
      await server.raw.zrem(`rhai:leases:${context}`, running);
      await server.raw.zrem(`rhai:scheduled:${context}`, scheduled);
      await server.raw.del(`rhai:ring:${context}`);
      await server.raw.zadd(`rhai:dead:${context}`, 1, "ghost");
      await server.raw.hset(`rhai:idempotency:${context}`, "key", "ghost");
      await server.raw.hset(`rhai:state:${context}`, "deadBytes", "77");
      await server.raw.zadd(`rhai:leases:${context}`, 1, inLane);
      const found = (await fsck(false)).map(({ rule }) => rule).sort();
      const expected = [
        "counterDrift",
        "counterDrift",
        "deadEntryWithoutTask",
        "idempotencyKeyOutlivesTask",
        "laneWithoutTurn",
        "leaseWithoutRun",
        "pendingWithoutEntry",
        "processingWithoutEntry",
        "scheduledWithoutEntry",
      ];
      expect(found.filter((rule) => rule !== "counterDrift")).toEqual(
        expected.filter((rule) => rule !== "counterDrift"),
      );
      expect((await fsck(true)).every(({ repaired }) => repaired)).toBe(true);
      expect(await fsck(true)).toEqual([]);
      expect((await store.sweep({ context })).recovered).toBe(1);
      const { tasks } = await claim();
      expect(tasks.map(({ id }) => id)).toEqual(expect.arrayContaining([lostEntry, inLane]));
      expect(await store.get({ id: scheduled })).toMatchObject({ status: "scheduled" });
      expect(await server.raw.zscore(`rhai:scheduled:${context}`, scheduled)).not.toBeNull();
    });

    it("finds nothing on a busy context", async () => {
      const stop = new AbortController();
      const busy = (async () => {
        while (!stop.signal.aborted) {
          await store.enqueueMany({
            tasks: Array.from({ length: 40 }, (_, i) => ({
              context,
              script: "1",
              callerId: String(i % 5),
              priority: i % 3,
            })),
          });
          const { tasks } = await claim(30);
          await store.settle({
            context,
            workerId: "w",
            verdicts: tasks.map(({ id, token }, i) =>
              i % 4 === 0
                ? { kind: "released", id, token }
                : i % 4 === 1
                  ? { kind: "failed", id, token, error: { kind: "E", message: "m" }, retryDelayMs: 5 }
                  : { kind: "completed", id, token, output: "1" },
            ),
          });
        }
      })();
      for (let i = 0; i < 3; i++) expect(await fsck(false)).toEqual([]);
      stop.abort();
      await busy;
      expect(await fsck(false)).toEqual([]);
    });

    it("goes on with its own cursors only", async () => {
      await expect(store.fsck({ context, cursor: "99;0;0" })).rejects.toMatchObject({ code: "invalid" });
    });
  });
});
