// Proving and repairing the rules of the Redis store.

import { describe, expect, it } from "vitest";
import { redisVersion } from "../support/redis.ts";
import { onRedis } from "./suite/redis-harness.ts";

describe.skipIf(redisVersion() === null)("fsck", () => {
  const redis = onRedis();
  const { claim, fsck } = redis;

  it("finds what was broken by hand, and repairs it", async () => {
    const make = async (count: number, spec = {}) => {
      const tasks = Array.from({ length: count }, () => ({ context: redis.context, script: "1", ...spec }));
      return (await redis.store.enqueueMany({ tasks })).map(({ id }) => id);
    };
    const [running] = await make(1);
    await claim(1);
    const [lostEntry] = await make(1);
    await redis.server.raw.lrem(`rhai:queue:${redis.context}`, 0, lostEntry);
    await redis.server.raw.hset(`rhai:task:${lostEntry}`, "createdAt", "1000");
    const [scheduled] = await make(1, { delayMs: 60_000 });
    await make(1, { callerId: "owner" });
    const [inLane] = await make(1, { callerId: "guest" });
    await redis.server.raw.zrem(`rhai:leases:${redis.context}`, running);
    await redis.server.raw.zrem(`rhai:scheduled:${redis.context}`, scheduled);
    await redis.server.raw.del(`rhai:ring:${redis.context}`);
    await redis.server.raw.zadd(`rhai:dead:${redis.context}`, 1, "ghost");
    await redis.server.raw.hset(`rhai:idempotency:${redis.context}`, "key", "ghost");
    await redis.server.raw.hset(`rhai:state:${redis.context}`, "deadBytes", "77");
    await redis.server.raw.zadd(`rhai:leases:${redis.context}`, 1, inLane);
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
    expect((await redis.store.sweep({ context: redis.context })).recovered).toBe(1);
    const { tasks } = await claim();
    expect(tasks.map(({ id }) => id)).toEqual(expect.arrayContaining([lostEntry, inLane]));
    expect(await redis.store.get({ id: scheduled })).toMatchObject({ status: "scheduled" });
    expect(await redis.server.raw.zscore(`rhai:scheduled:${redis.context}`, scheduled)).not.toBeNull();
  });

  it("finds nothing on a busy context", async () => {
    const stop = new AbortController();
    const busy = (async () => {
      while (!stop.signal.aborted) {
        await redis.store.enqueueMany({
          tasks: Array.from({ length: 40 }, (_, i) => ({
            context: redis.context,
            script: "1",
            callerId: String(i % 5),
            priority: i % 3,
          })),
        });
        const { tasks } = await claim(30);
        await redis.store.settle({
          context: redis.context,
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
    await expect(redis.store.fsck({ context: redis.context, cursor: "99;lists;0" })).rejects.toMatchObject({
      code: "invalid",
    });
  });

  it("takes no waiting task for lost while workers take others from the same list", async () => {
    const { context, store, server } = redis;
    for (let i = 0; i < 4; i++)
      await store.enqueueMany({ tasks: Array.from({ length: 1000 }, () => ({ context, script: "1" })) });
    // They wait for long: nothing excuses a missing entry.
    const ids = await server.raw.lrange(`rhai:queue:${context}`, 0, -1);
    const old = server.raw.pipeline();
    for (const id of ids) old.hset(`rhai:task:${id}`, "createdAt", "1000");
    await old.exec();
    const problems = [];
    let cursor: string | null = null;
    do {
      const slice = await store.fsck({ context, cursor });
      problems.push(...slice.problems);
      cursor = slice.cursor;
      await store.claim({ context, workerId: "w", leaseMs: 60_000, limit: 40 });
    } while (cursor !== null);
    expect(problems).toEqual([]);
  });

  it("takes no waiting task for lost that came from a lane to the queue meanwhile", async () => {
    const { context, store, server } = redis;
    const two = ["a", "b"].flatMap((callerId) =>
      Array.from({ length: 700 }, () => ({ context, script: "1", callerId })),
    );
    await store.enqueueMany({ tasks: two });
    const ids = await server.raw.keys("rhai:task:*");
    const old = server.raw.pipeline();
    for (const key of ids) old.hset(key, "createdAt", "1000");
    await old.exec();
    const problems = [];
    let cursor: string | null = null;
    let slices = 0;
    do {
      const slice = await store.fsck({ context, cursor });
      problems.push(...slice.problems);
      cursor = slice.cursor;
      // The first of the two lists gets empty while the second was not looked at yet: that one becomes the first.
      if (cursor?.includes(";lists;0 ") && slices++ === 0) {
        await server.raw.del(`rhai:queue:${context}`);
        await store.claim({ context, workerId: "w", leaseMs: 60_000, limit: 3 });
      }
    } while (cursor !== null);
    expect(slices).toBeGreaterThan(0);
    const deleted = problems.filter(({ rule }) => rule === "pendingWithoutEntry");
    expect(deleted.length).toBeLessThanOrEqual(700);
    const callers = await Promise.all(
      deleted.map(({ subject }) => server.raw.hget(`rhai:task:${subject}`, "callerId")),
    );
    expect(callers.filter((caller) => caller === "b")).toEqual([]);
  });

  it("knows the turns of more keys than it looks at", async () => {
    const { context, store } = redis;
    for (let i = 0; i < 12; i++) {
      await store.enqueueMany({
        tasks: Array.from({ length: 1000 }, (_, n) => ({ context, script: "1", callerId: `${i}-${n}` })),
      });
    }
    expect(await fsck(true)).toEqual([]);
    expect(await redis.server.raw.llen(`rhai:ring:${context}`)).toBe(12_000);
  });

  it("takes urgent tasks whose records are gone for what they are", async () => {
    const { context, store, server } = redis;
    await store.enqueue({ task: { context, script: "1" } });
    const { id } = await store.enqueue({ task: { context, script: "1", priority: 5 } });
    await server.raw.lmove(`rhai:queue:${context}`, `rhai:taken:${context}`, "RIGHT", "LEFT");
    await server.raw.del(`rhai:task:${id}`);
    expect(await fsck(true)).toMatchObject([{ rule: "urgentEntryWithoutTask", subject: id }]);
    expect(await fsck(false)).toEqual([]);
  });

  it("tells of keys that hold another type of data", async () => {
    await redis.server.raw.set(`rhai:urgent:${redis.context}`, "text");
    expect(await fsck(true)).toEqual([
      {
        rule: "wrongType",
        subject: `rhai:urgent:${redis.context}`,
        detail: expect.stringContaining("string"),
        repaired: false,
      },
    ]);
  });
});
