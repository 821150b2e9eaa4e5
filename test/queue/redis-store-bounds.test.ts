// How much the Redis store keeps and carries: large tasks, auxiliary keys, memory over time.

import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/queue/clock.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { ClaimedTask, TaskSpec } from "../../src/queue/task.ts";
import { redisVersion } from "../support/redis.ts";
import { onRedis } from "./suite/redis-harness.ts";

describe.skipIf(redisVersion() === null)("on Redis", () => {
  const redis = onRedis();
  const { claim, fsck } = redis;

  describe("large tasks", () => {
    const large = (count: number): TaskSpec[] => {
      const meta = "m".repeat(1_000_000);
      return Array.from({ length: count }, () => ({ context: redis.context, script: "1", meta }));
    };

    it("are claimed, settled and listed in answers of a bounded size", async () => {
      const { context, store, server } = redis;
      const ids = (await store.enqueueMany({ tasks: large(60) })).map(({ id }) => id);
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
        expect(some.tasks.length).toBeLessThanOrEqual(5);
        claimed.push(...some.tasks);
        idle = some.idle;
      }
      expect(claimed.map(({ id }) => id)).toEqual(ids);

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

  describe("connections", () => {
    it("are no more for many contexts than for some", async () => {
      const store = createRedisStore({ url: redis.server.url });
      const idle = { reason: "empty", waitMs: null } as const;
      const before = Number(/connected_clients:(\d+)/.exec(await redis.server.raw.info("clients"))![1]);
      for (let i = 0; i < 90; i++) {
        const context = `${redis.context}-${i}`;
        await store.enqueue({ task: { context, script: "1" }, durability: { replicas: 0 } });
        await store.waitForWork({ context, idle, timeoutMs: 1 });
        await store.waitForWork({ context, idle, timeoutMs: 1 });
      }
      const after = Number(/connected_clients:(\d+)/.exec(await redis.server.raw.info("clients"))![1]);
      expect(after - before).toBeLessThanOrEqual(64 + 16 + 4);
      expect(after - before).toBeGreaterThan(20);
      await store.close();
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

    it("tell which entries deep in a long list count no more", async () => {
      const { context, server } = redis;
      const clock = new ManualClock();
      const store = createRedisStore({ url: server.url, clock });
      const tasks = many(2600).map((task, i) => ({
        ...task,
        id: `deep-${i}`,
        ...(i === 1301 && { resultTtlMs: 0 }),
      }));
      await store.enqueueMany({ tasks });
      const id = "deep-1300";
      for (const delayMs of [100, 100, 0]) {
        expect(await store.cancel({ id })).toBe("cancelled");
        expect(await store.counts({ context })).toMatchObject({ waiting: 2599 });
        await store.rerun({ id, delayMs });
        await clock.advance(delayMs);
        await store.sweep({ context });
        expect(await store.counts({ context })).toMatchObject({ waiting: 2600 });
        expect(await server.raw.llen(`rhai:queue:${context}`)).toBe(2600);
      }
      expect(await store.cancel({ id: "deep-1301" })).toBe("cancelled");
      expect(await server.raw.smembers(`rhai:gone:${context}`)).toEqual(["deep-1301"]);
      const got: string[] = [];
      for (let more = true; more; ) {
        const claimed = await store.claim({ context, workerId: "w", leaseMs: 10_000, limit: 256 });
        expect(claimed.rejected).toEqual([]);
        got.push(...claimed.tasks.map((task) => task.id));
        more = claimed.idle === null;
      }
      expect(got).toEqual(tasks.map((task) => task.id).filter((each) => each !== "deep-1301"));
      expect(await server.raw.exists(`rhai:gone:${context}`)).toBe(0);
      await store.close();
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
