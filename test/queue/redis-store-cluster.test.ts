// The suite on a Redis Cluster of three masters, started here; and what is particular there.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keySlot } from "../../src/queue/redis/connection/key-slot.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import { type RedisCluster, redisVersion, startCluster, startProxy } from "../support/redis.ts";
import { testTaskStore } from "./store.suite.ts";

if (redisVersion() === null) {
  describe("task store: Redis Cluster", () => {
    it.skip("needs redis-server, which is not installed", () => undefined);
  });
} else {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  testTaskStore({
    name: "Redis Cluster",
    setup: ({ clock }) => createRedisStore({ url: cluster.url, cluster: true, prefix: "my.app/", clock }),
  });

  describe("Redis Cluster", () => {
    it("keeps a context in one slot, and contexts on different nodes", async () => {
      const store = createRedisStore({ url: cluster.url, cluster: true });
      const contexts = Array.from({ length: 12 }, (_, i) => `spread-${i}`);
      for (const context of contexts) {
        const { id } = await store.enqueue({ task: { context, script: "1", id: `own-${context}` } });
        expect(id).toBe(`{${context}}own-${context}`);
        expect(await store.get({ id: `own-${context}`, context })).toMatchObject({ id, status: "pending" });
      }
      const keys = await Promise.all(cluster.nodes.map(({ raw }) => raw.keys("rhai:queue:{spread-*")));
      for (const [i, { raw }] of cluster.nodes.entries()) {
        expect(keys[i].length).toBeGreaterThan(0);
        for (const key of keys[i]) {
          const context = /\{(.*)\}/.exec(key)![1];
          expect(await raw.exists(`rhai:task:{${context}}own-${context}`)).toBe(1);
        }
      }
      await store.close();
    });

    it("notices a node that went silent, and connects to it anew", async () => {
      const [node] = cluster.nodes;
      const proxy = await startProxy(node.port);
      await node.raw.config("SET", "cluster-announce-port", String(proxy.port));
      const contexts = Array.from({ length: 30 }, (_, i) => `silent-${i}`);
      const context = contexts.find((name) => keySlot(`{${name}}`) < 5000)!;
      const store = createRedisStore({ url: proxy.url, cluster: true, deadlineMs: 400 });
      const task = { context, script: "1" };
      const { id } = await store.enqueue({ task });
      proxy.silence();
      await expect(store.enqueue({ task })).rejects.toMatchObject({ retryable: true });
      proxy.heal();
      const claim = () => store.claim({ context, workerId: "w", leaseMs: 1000, limit: 1 });
      const start = performance.now();
      let claimed = await claim().catch(() => null);
      while (claimed === null && performance.now() - start < 5000) claimed = await claim().catch(() => null);
      expect(claimed?.tasks).toMatchObject([{ id }]);
      await store.close();
      await node.raw.config("SET", "cluster-announce-port", "0");
      await proxy.stop();
    });

    it("refuses ids of another context, and goes on with the rest", async () => {
      const store = createRedisStore({ url: cluster.url, cluster: true });
      const task = { context: "one", script: "1" };
      const outcomes = await Promise.allSettled([
        store.enqueue({ task: { ...task, id: "a" } }),
        store.enqueue({ task: { ...task, id: "{two}b" } }),
        store.enqueue({ task: { ...task, id: "{one}c" } }),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(outcomes[1]).toMatchObject({ reason: { code: "invalid" } });
      const { tasks } = await store.claim({ context: "one", workerId: "w{x}", leaseMs: 1000, limit: 5 });
      expect(tasks.map(({ id }) => id)).toEqual(["{one}a", "{one}c"]);
      const long = {
        context: "x".repeat(128),
        script: "1",
        id: "ü".repeat(300),
        callerId: "{other}",
        fairKey: "}{",
      };
      const { id } = await store.enqueue({ task: long });
      const claimed = await store.claim({ context: long.context, workerId: "w", leaseMs: 1000, limit: 5 });
      expect(claimed.tasks.map((each) => each.id)).toEqual([id]);
      await store.close();
    });

    it("takes tasks of foreign clients, and rejects ids of another slot", async () => {
      const store = createRedisStore({ url: cluster.url, cluster: true });
      const context = "foreign";
      await store.enqueue({ task: { context, script: "0" } });
      const holder = await Promise.all(cluster.nodes.map(({ raw }) => raw.keys("rhai:queue:{foreign}")));
      const { raw } = cluster.nodes[holder.findIndex((keys) => keys.length > 0)];
      await raw.hset("rhai:task:{foreign}f1", "script", "1");
      await raw.lpush("rhai:queue:{foreign}", "{foreign}f1", "stray");
      const { tasks, rejected } = await store.claim({ context, workerId: "w", leaseMs: 1000, limit: 5 });
      expect(tasks.map(({ script }) => script)).toEqual(["0", "1"]);
      expect(rejected).toEqual([{ id: "stray", reason: "the id does not belong to this context" }]);
      await store.close();
    });
  });
}
