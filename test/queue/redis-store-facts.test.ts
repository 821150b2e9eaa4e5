// What holds for the Redis store alone: its keys and scripts, tasks of foreign clients, garbage in them, repair.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GENERATED, generate } from "../../scripts/redis-scripts.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { TaskStore, Verdict } from "../../src/queue/store.ts";
import type { ClaimedTask, TaskSpec } from "../../src/queue/task.ts";
import { redisVersion } from "../support/redis.ts";
import { onRedis } from "./suite/redis-harness.ts";

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
      expect(code, name).not.toMatch(/'(SMEMBERS|HKEYS|HVALS|KEYS|SCAN|SORT|ZRANGEBYSCORE)'/);
      for (const [call] of code.matchAll(/redis\.p?call\('ZRANGE',[^\n]*/g)) {
        expect(call, name).toMatch(/LIMIT|, 0, 0|limit - 1|limit - cancelled - 1/);
      }
      for (const [call] of code.matchAll(/redis\.p?call\('HGETALL',[^\n]*/g))
        expect(call, name).toContain("taskKey");
      for (const [call] of code.matchAll(/redis\.p?call\('LRANGE',[^\n]*/g))
        expect(call, name).toMatch(/, 0, 999\)/);
      for (const [call] of code.matchAll(/redis\.p?call\('LPOS',[^\n]*/g))
        expect(call, name).toContain("MAXLEN");
      // A removal walks no further than the search that found the entry.
      for (const [call] of code.matchAll(/[^\n]*\n[^\n]*redis\.p?call\('LREM',[^\n]*/g))
        expect(call, name).toMatch(
          /'LPOS', list, id, 'RANK', from, 'MAXLEN', 1000\) then\n *return redis.call\('LREM', list, from, id\)/,
        );
    }
  });
});

describe.skipIf(redisVersion() === null)("on Redis", () => {
  const redis = onRedis();
  const { claim, fsck } = redis;

  describe("keys", () => {
    it("are those that the documentation lists", async () => {
      const documented = readFileSync(join(import.meta.dirname, "../../docs/wire-protocol.md"), "utf8");
      await redis.store.configure({
        context: redis.context,
        settings: { keyConcurrency: 1, weights: { a: 2 } },
      });
      for (const callerId of ["a", "b", "a", "c", "b"])
        await redis.store.enqueue({ task: { context: redis.context, script: "1", callerId } });
      const task = { context: redis.context, script: "1", idempotencyKey: "k", resultTtlMs: 5000 };
      await redis.store.enqueue({ task: { ...task, priority: 5 } });
      await redis.store.enqueue({ task: { context: redis.context, script: "1", delayMs: 1000 } });
      await redis.store.putSchedule({
        schedule: { context: redis.context, name: "s", everyMs: 1000, task: { script: "1" } },
      });
      await redis.store.announceWorker({ workerId: "w", contexts: [redis.context], ttlMs: 1000 });
      const { tasks } = await claim(4);
      await redis.store.log({ ...tasks[0], lines: [{ level: "print", text: "x" }] });
      const settle = (i: number, kind: "completed" | "failed") => {
        const { id, token } = tasks[i];
        const base = { context: redis.context, workerId: "w", id, token };
        return kind === "completed"
          ? redis.store.complete({ ...base, output: "1" })
          : redis.store.fail({ ...base, error: { kind: "E", message: "m" }, retryDelayMs: null });
      };
      await settle(0, "completed");
      await settle(1, "failed");
      await redis.server.raw.lpush(`rhai:queue:${redis.context}`, "orphan");
      await claim(1);
      const { id } = await redis.store.enqueue({
        task: { context: redis.context, script: "1", callerId: "z" },
      });
      await redis.store.cancel({ id });
      const kinds = (await redis.server.raw.keys("*")).map((key) => /^rhai:([a-z-]+)/.exec(key)![1]);
      expect(new Set(kinds).size).toBeGreaterThan(15);
      for (const kind of new Set(kinds)) expect(documented, kind).toContain(`rhai:${kind}`);
      const records = await redis.server.raw.keys("rhai:task:*");
      const fields = (await Promise.all(records.map((key) => redis.server.raw.hkeys(key)))).flat();
      expect(new Set(fields).size).toBeGreaterThan(20);
      for (const field of new Set(fields)) expect(documented, field).toContain(`\`${field}\``);
    });

    it("have the prefix that was asked for, and no other", async () => {
      const own = createRedisStore({ url: redis.server.url, prefix: "other:app:" });
      await own.enqueue({ task: { context: redis.context, script: "1" } });
      await own.claim({ context: redis.context, workerId: "w", leaseMs: 1000, limit: 1 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await redis.server.raw.keys("*")).filter((key) => !key.startsWith("other:app:"))).toEqual([]);
      await own.close();
      expect(() => createRedisStore({ url: redis.server.url, prefix: "a b" })).toThrow("prefix");
    });
  });

  describe("databases", () => {
    it("of one server keep their tasks apart, for every kind of call", async () => {
      const { context, server } = redis;
      const store = createRedisStore({ url: `${server.url}/3` });
      const claiming = { workerId: "w", leaseMs: 10_000, limit: 1 };
      const idle = { reason: "empty", waitMs: null } as const;
      await store.waitForWork({ context, idle, timeoutMs: 5 });
      const waiting = store.waitForWork({ context, idle, timeoutMs: 5000, claim: claiming });
      const first = await redis.store.enqueue({ task: { context, script: "first" } });
      const { id } = await store.enqueue({ task: { context, script: "third" }, notify: true });
      const [task] = (await waiting)!.tasks;
      expect(task).toMatchObject({ id, script: "third" });
      const result = store.waitForResult({ id, timeoutMs: 5000 });
      await store.complete({ context, workerId: "w", id, token: task.token, output: "3" });
      expect((await result).output).toBe("3");
      expect(await store.get({ id: first.id })).toBeNull();
      expect((await claim()).tasks.map((each) => each.id)).toEqual([first.id]);
      expect(await server.raw.dbsize()).toBeGreaterThan(0);
      await store.close();
    });
  });

  describe("large tasks", () => {
    const large = (count: number): TaskSpec[] => {
      const meta = "m".repeat(1_000_000);
      return Array.from({ length: count }, () => ({ context: redis.context, script: "1", meta }));
    };

    it("are claimed, settled and listed in answers of a bounded size", async () => {
      const { context, store, server } = redis;
      await store.enqueueMany({ tasks: large(60) });
      const pages: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list({ context, state: "waiting", limit: 200, cursor });
        pages.push(page.tasks.length);
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      expect(Math.max(...pages)).toBeLessThanOrEqual(20);
      expect(pages.reduce((sum, n) => sum + n, 0)).toBe(60);

      const claimed: ClaimedTask[] = [];
      for (let idle: unknown = null; idle === null; ) {
        const some = await claim(200);
        expect(some.tasks.length).toBeLessThan(40);
        claimed.push(...some.tasks);
        idle = some.idle;
      }
      expect(new Set(claimed.map(({ id }) => id)).size).toBe(60);

      const calls = async () =>
        Number(/cmdstat_evalsha:calls=(\d+)/.exec(await server.raw.info("commandstats"))![1]);
      const before = await calls();
      const output = JSON.stringify("o".repeat(3_000_000));
      const verdicts = claimed
        .slice(0, 10)
        .map(({ id, token }) => ({ kind: "completed", id, token, output }) as const);
      const settled = await store.settle({ context, workerId: "w", verdicts });
      expect(settled.verdicts.map(({ status }) => status)).toEqual(verdicts.map(({ kind }) => kind));
      expect((await calls()) - before).toBeGreaterThanOrEqual(5);
    });

    it("have results that reach those who wait, though the server limits what it keeps for listeners", async () => {
      const { context, store, server } = redis;
      await server.raw.config("SET", "client-output-buffer-limit", "pubsub 2mb 1mb 1");
      const listening = createRedisStore({ url: server.url });
      const tasks = Array.from({ length: 20 }, () => ({ context, script: "1" }));
      const ids = await listening.enqueueMany({ tasks, notify: true });
      const early = await listening.enqueue({ task: tasks[0], notify: true });
      const output = JSON.stringify("o".repeat(1_500_000));
      const results = Promise.all(ids.map(({ id }) => listening.waitForResult({ id, timeoutMs: 5000 })));
      const { tasks: claimed } = await claim(30);
      const listeners = async () =>
        /^id=\d+/gm.exec(String(await server.raw.call("CLIENT", "LIST", "TYPE", "pubsub")))?.[0];
      const before = await listeners();
      const verdicts = claimed.map(({ id, token }) => ({ kind: "completed", id, token, output }) as const);
      await store.settle({ context, workerId: "w", verdicts });
      for (const result of await results) expect(result.output).toBe(output);
      expect(before).toBeDefined();
      expect(await listeners()).toBe(before);
      expect((await listening.waitForResult({ id: early.id, timeoutMs: 5000 })).output).toBe(output);
      await listening.close();
    });
  });

  describe("auxiliary keys", () => {
    const many = (count: number, spec: Partial<TaskSpec> = {}) => {
      return Array.from({ length: count }, () => ({ context: redis.context, script: "1", ...spec }));
    };

    it("hold nothing of tasks that were cancelled while nobody worked", async () => {
      const { context, store, server } = redis;
      const keep = await store.enqueue({ task: { context, script: "1", callerId: "a" } });
      const before = await server.raw.dbsize();
      for (const spec of [{ callerId: "a" }, { callerId: "b" }, { priority: 5 }, { delayMs: 1000 }]) {
        for (const { id } of await store.enqueueMany({ tasks: many(30, { ...spec, resultTtlMs: 0 }) }))
          expect(await store.cancel({ id })).toBe("cancelled");
      }
      expect(await server.raw.lrange(`rhai:queue:${context}`, 0, -1)).toEqual([keep.id]);
      expect(await server.raw.dbsize()).toBe(before);
      expect(await fsck(false)).toEqual([]);
    });

    it("are gone when all tasks are done, whatever the limits were", async () => {
      const { context, store, server } = redis;
      await store.configure({
        context,
        settings: { keyConcurrency: 1, retention: { maxAgeMs: 0, maxCount: 0, maxBytes: 0 } },
      });
      for (const callerId of ["a", "b", "c"])
        await store.enqueueMany({ tasks: many(5, { callerId, idempotencyKey: undefined }) });
      await store.enqueueMany({ tasks: many(3, { priority: 3, idempotencyKey: "k" }) });
      for (let done = 0; done < 16; ) {
        const { tasks } = await claim(7);
        const verdicts = tasks.map(
          ({ id, token }) => ({ kind: "completed", id, token, output: "1" }) as const,
        );
        await store.settle({ context, workerId: "w", verdicts });
        done += tasks.length;
      }
      await store.sweep({ context });
      const left = (await server.raw.keys("*")).map((key) => key.split(":")[1]).sort();
      expect(left).toEqual(["claimed", "contexts", "events", "state"]);
    });

    it("keep a key's leases for as long as the longest", async () => {
      const { context, store, server } = redis;
      await store.configure({ context, settings: { keyConcurrency: 5 } });
      await store.enqueueMany({ tasks: many(2, { callerId: "a" }) });
      const long = { context, workerId: "w", leaseMs: 3_600_000, limit: 1 };
      await store.claim(long);
      await store.claim({ ...long, leaseMs: 1000 });
      expect(await server.raw.pttl(`rhai:keyleases:${context}|a`)).toBeGreaterThan(3_600_000);
    });

    it("are looked through again when a worker died between wake-up and claim", async () => {
      const { context, store, server } = redis;
      const idle = { reason: "empty", waitMs: null } as const;
      await store.waitForWork({ context, idle, timeoutMs: 5 });
      const claiming = { workerId: "w", leaseMs: 10_000, limit: 1 };
      const waiting = store.waitForWork({ context, idle, timeoutMs: 5000, claim: claiming });
      await new Promise((resolve) => setTimeout(resolve, 30));
      const { id } = await store.enqueue({ task: { context: "elsewhere", script: "1" } });
      await server.raw.hset(`rhai:task:${id}`, "context", context);
      await server.raw.lpush(`rhai:taken:${context}`, id);
      const start = performance.now();
      await store.sweep({ context });
      expect((await waiting)?.tasks).toMatchObject([{ id }]);
      expect(performance.now() - start).toBeLessThan(2000);
    });

    it("of workers are removed when they are gone, and garbage among them is passed over", async () => {
      const { context, store, server } = redis;
      await server.raw.hset("rhai:workers", {
        garbage: "{",
        other: "[]",
        dead: JSON.stringify({ until: 1, contexts: [], seenAt: 1, info: {} }),
      });
      await store.announceWorker({ workerId: "alive", contexts: [context], ttlMs: 5000 });
      expect((await store.workers()).map(({ workerId }) => workerId)).toEqual(["alive"]);
      await server.raw.hset(
        "rhai:workers",
        "dead",
        JSON.stringify({ until: 1, contexts: [], seenAt: 1, info: {} }),
      );
      await store.announceWorker({ workerId: "second", contexts: [context], ttlMs: 5000 });
      expect((await server.raw.hkeys("rhai:workers")).sort()).toEqual(["alive", "second"]);
      await server.raw.del("rhai:contexts");
      await store.announceWorker({ workerId: "second", contexts: [context], ttlMs: 5000 });
      expect(await store.contexts()).toEqual([context]);
    });

    it("of events may hold anything: tasks do not depend on them", async () => {
      const { context, store, server } = redis;
      await server.raw.set(`rhai:events:${context}`, "text");
      const { id } = await store.enqueue({ task: { context, script: "1" } });
      const [task] = (await claim()).tasks;
      await store.complete({ context, workerId: "w", id, token: task.token, output: "1" });
      expect(await store.counts({ context })).toMatchObject({ finished: 1, processing: 0 });
      expect(await fsck(false)).toMatchObject([{ rule: "wrongType" }]);
    });

    it("of a schedule that cannot be worked out keep no other from firing", async () => {
      const { context, store, server } = redis;
      for (const name of ["a", "b", "c"])
        await store.putSchedule({ schedule: { context, name, everyMs: 100, task: { script: "1" } } });
      await server.raw.hset(`rhai:schedules:${context}`, "a", "garbage");
      await new Promise((resolve) => setTimeout(resolve, 120));
      await expect(store.fireSchedules({ context })).rejects.toMatchObject({ code: "invalid" });
      expect((await store.counts({ context })).waiting).toBe(2);
      expect((await store.schedules({ context })).map(({ name }) => name)).toEqual(["b", "c"]);
    });
  });

  describe("racing workers", () => {
    it("complete every task exactly once, whoever stops in the middle", async () => {
      const count = 1500;
      const stores = Array.from({ length: 4 }, () => createRedisStore({ url: redis.server.url }));
      await redis.store.configure({
        context: redis.context,
        settings: { crashDelayMs: 1, maxCrashes: 1000 },
      });
      const specs = Array.from({ length: count }, (_, i) => {
        return { context: redis.context, script: "1", callerId: String(i % 7), maxAttempts: 99 };
      });
      const ids = (await redis.store.enqueueMany({ tasks: specs })).map(({ id }) => id);
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
          const { tasks } = await own.claim({ context: redis.context, workerId, leaseMs: 25, limit });
          // Dead for a while: its leases run out, others take over, and then it writes after all.
          if (random() < 0.15) await new Promise((resolve) => setTimeout(resolve, 60));
          const verdicts = tasks.map(verdictOn);
          const settled = await own.settle({ context: redis.context, workerId, verdicts });
          const ended = settled.verdicts.filter(({ status }) => status === "completed");
          completed.push(...ended.map(({ id }) => id));
          await own.sweep({ context: redis.context });
        }
      };
      await Promise.all(stores.map((own, i) => worker(own, `w${i}`)));
      expect([...completed].sort()).toEqual([...ids].sort());
      expect(await redis.store.counts({ context: redis.context })).toMatchObject({
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
      await redis.store.configure({ context: redis.context, settings: { retention, maxEvents: 200 } });
      const used = async () => Number(/used_memory:(\d+)/.exec(await redis.server.raw.info("memory"))![1]);
      const pass = async (count: number) => {
        for (let i = 0; i < count; i += 250) {
          await redis.store.enqueueMany({
            tasks: Array.from({ length: 250 }, () => ({ context: redis.context, script: "40 + 2" })),
          });
          const { tasks } = await claim(250);
          const verdicts = tasks.map(
            ({ id, token }) => ({ kind: "completed", id, token, output: "42" }) as const,
          );
          await redis.store.settle({ context: redis.context, workerId: "w", verdicts });
        }
      };
      await pass(2000);
      const before = await used();
      await pass(8000);
      expect((await used()) - before).toBeLessThan(200_000);
      expect(await redis.server.raw.xlen(`rhai:events:${redis.context}`)).toBeLessThan(400);
      expect((await redis.server.raw.keys("rhai:task:*")).length).toBe(100);
    });
  });
});
