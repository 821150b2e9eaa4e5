// What holds for the Redis store alone: its keys and scripts, tasks of foreign clients, garbage in them, repair.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { QUEUE_SCRIPTS } from "../../scripts/redis-scripts.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { TaskStore, Verdict } from "../../src/queue/store.ts";
import { luaScripts, testLuaFiles } from "../support/lua-scripts.ts";
import { redisVersion } from "../support/redis.ts";
import { onRedis } from "./suite/redis-harness.ts";

describe("the scripts", () => {
  testLuaFiles(QUEUE_SCRIPTS);

  it("work on a bounded number of items", () => {
    for (const { name, code } of luaScripts(QUEUE_SCRIPTS)) {
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

  describe("racing workers", () => {
    it("keep the order of a key's tasks while one of them is being woken", async () => {
      const { context, store, server } = redis;
      const submit = (id: string) => store.enqueue({ task: { context, script: "1", id, callerId: id[0] } });
      for (const id of ["a1", "b1", "b2"]) await submit(id);
      // Between the wake-up and the claim the queue's list is empty, though tasks are ready.
      await server.raw.lmove(`rhai:queue:${context}`, `rhai:taken:${context}`, "RIGHT", "LEFT");
      await submit("b3");
      expect((await claim()).tasks.map(({ id }) => id)).toEqual(["a1", "b1", "b2", "b3"]);
      expect(await fsck(false)).toEqual([]);
    });

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
});
