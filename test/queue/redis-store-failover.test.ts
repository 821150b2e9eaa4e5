// The Redis store on a master that sentinels watch, when that master is killed.

import { afterAll, describe, expect, it } from "vitest";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import { redisVersion, startRedis, startSentinel } from "../support/redis.ts";
import { freshContext, pause } from "./suite/harness.ts";

const QUICK = { "repl-diskless-sync-delay": "0" };

describe.skipIf(redisVersion() === null)("Redis store with sentinels", () => {
  const running: { stop(): Promise<void> }[] = [];
  const started = <T extends { stop(): Promise<void> }>(server: T): T => {
    running.push(server);
    return server;
  };
  afterAll(() => Promise.all(running.map((server) => server.stop())));

  it("goes on with the new master, in every kind of call", async () => {
    const master = started(await startRedis({ config: QUICK }));
    const follow = { ...QUICK, replicaof: `127.0.0.1 ${master.port}` };
    const replica = started(await startRedis({ config: follow }));
    const sentinel = started(await startSentinel(master.port));
    while (!(await replica.raw.info("replication")).includes("master_link_status:up")) await pause(20);
    const replicas = async () => (await sentinel.raw.call("SENTINEL", "REPLICAS", "main")) as unknown[];
    while ((await replicas()).length === 0) await pause(50);

    const sentinels = { name: "main", nodes: [{ host: "127.0.0.1", port: sentinel.port }] };
    const store = createRedisStore({ url: "redis://127.0.0.1", sentinels, deadlineMs: 15_000 });
    const context = freshContext();
    const task = { context, script: "1" };
    const claim = { workerId: "w", leaseMs: 60_000, limit: 1 };
    const done: string[] = [];
    const end = new AbortController();
    const working = (async () => {
      const idle = { reason: "empty", waitMs: null } as const;
      while (!end.signal.aborted) {
        const claimed = await store.waitForWork({ context, idle, timeoutMs: 500, signal: end.signal, claim });
        for (const { id, token } of claimed?.tasks ?? []) {
          await store.complete({ context, workerId: "w", id, token, output: "1" });
          done.push(id);
        }
      }
    })();
    const before = await store.enqueue({ task, notify: true, durability: { replicas: 1 } });
    expect(await store.waitForResult({ id: before.id, timeoutMs: 5000 })).toMatchObject({
      status: "completed",
    });

    await master.kill();
    const after = await store.enqueue({ task, notify: true });
    expect(await store.waitForResult({ id: after.id, timeoutMs: 10_000 })).toMatchObject({
      status: "completed",
    });
    expect(done).toEqual([before.id, after.id]);
    expect(await replica.raw.hget(`rhai:task:${after.id}`, "status")).toBe("completed");
    end.abort();
    await working;
    await store.close();
  });
});
