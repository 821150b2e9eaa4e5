// The suite on a real Redis server, and what holds for this store alone: its scripts and keys.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FLOW_SCRIPTS } from "../../../scripts/redis-scripts.ts";
import { createRedisFlowStore } from "../../../src/flow/redis/store.ts";
import { luaScripts, testLuaFiles } from "../../support/lua-scripts.ts";
import {
  type RedisCluster,
  type RedisServer,
  redisVersion,
  startCluster,
  startRedis,
} from "../../support/redis.ts";
import { Probe } from "./harness.ts";
import { testFlowStore } from "./suite.ts";

describe("the scripts", () => {
  testLuaFiles(FLOW_SCRIPTS);

  it("work on a bounded number of items", () => {
    for (const { name, code } of luaScripts(FLOW_SCRIPTS)) {
      expect(code, name).not.toMatch(/'(SMEMBERS|HKEYS|HVALS|KEYS|SCAN|LREM|SORT|ZRANGEBYSCORE)'/);
      for (const [call] of code.matchAll(/redis\.p?call\('ZRANGE',[^\n]*/g))
        expect(call, name).toMatch(/LIMIT|, 0, 0|surplus - 1/);
      for (const [call] of code.matchAll(/redis\.p?call\('HGETALL',[^\n]*/g))
        expect(call, name).toMatch(/(flow|step)Key/);
      for (const [call] of code.matchAll(/redis\.p?call\('LRANGE',[^\n]*/g))
        expect(call, name).toMatch(/, 0, 999\)/);
    }
  });
});

if (redisVersion() === null) {
  describe("flow store: Redis", () => {
    it.skip("needs redis-server, which is not installed", () => undefined);
  });
} else {
  describe("on one server", () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.stop());
    testFlowStore({
      name: "Redis",
      setup: ({ context, clock }) => createRedisFlowStore({ url: server.url, context, clock }),
    });

    it("keeps runs and steps in hashes that any client can read", async () => {
      const probe = new Probe({
        open: (context, clock) => createRedisFlowStore({ url: server.url, context, clock }),
      });
      const id = await probe.start();
      expect(await server.raw.hgetall(`flow:${id}`)).toMatchObject({
        flow_id: id,
        status: "Created",
        completed_steps: "[]",
        steps: '["pay","ship"]',
        input: '{"order":7}',
      });
      expect(await server.raw.hgetall(`step:${id}:pay`)).toEqual({
        step_id: "pay",
        flow_id: id,
        status: "Pending",
        attempt_count: "0",
      });
      await probe.store.close();
    });

    it("leaves nothing behind of removed runs", async () => {
      await server.raw.flushall();
      const probe = new Probe({
        open: (context, clock) => createRedisFlowStore({ url: server.url, context, clock }),
      });
      const run = await probe.started("e1", { key: "k", waits: [{ event: "go", key: null }] });
      await probe.store.send({ id: run.id, entry: "a", dedupId: "1" });
      await probe.commit(run, { consumed: 1, waits: { begun: [], over: [{ event: "go", key: null }] } });
      await probe.finish(run);
      await probe.store.remove(run);
      const keys = await server.raw.keys("*");
      expect(keys.sort()).toEqual([`rhai:flow-events:${probe.context}`, `rhai:flow-token:${probe.context}`]);
      await probe.store.close();
    });
  });

  describe("on a cluster", () => {
    let cluster: RedisCluster;
    beforeAll(async () => {
      cluster = await startCluster();
    });
    afterAll(() => cluster.stop());
    testFlowStore({
      name: "Redis Cluster",
      setup: ({ context, clock }) =>
        createRedisFlowStore({ url: cluster.url, context, clock, cluster: true }),
    });
  });
}
