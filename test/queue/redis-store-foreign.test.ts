// Tasks of foreign clients, who write with plain Redis commands whatever they like.

import { describe, expect, it } from "vitest";
import { redisVersion } from "../support/redis.ts";
import { freshContext } from "./suite/harness.ts";
import { onRedis } from "./suite/redis-harness.ts";

describe.skipIf(redisVersion() === null)("foreign clients", () => {
  const redis = onRedis();
  const { claim, fsck, push } = redis;

  it("submit with HSET and LPUSH, and read the result with HGETALL", async () => {
    await push("foreign-1", { script: "40 + 2" });
    const { tasks } = await claim();
    expect(tasks).toMatchObject([
      { id: "foreign-1", context: redis.context, script: "40 + 2", attempts: 1, maxAttempts: 1 },
    ]);
    expect(tasks[0].createdAt).toBeGreaterThan(1.6e12);
    const [{ id, token }] = tasks;
    expect(await redis.server.raw.hget("rhai:task:foreign-1", "status")).toBe("processing");
    await redis.store.complete({ context: redis.context, workerId: "w", id, token, output: "42" });
    expect(await redis.server.raw.hgetall("rhai:task:foreign-1")).toMatchObject({
      script: "40 + 2",
      status: "completed",
      output: "42",
      workerId: "w",
      attempts: "1",
      context: redis.context,
    });
    expect(await redis.store.counts({ context: redis.context })).toMatchObject({
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
    expect(await redis.server.raw.hget("rhai:task:f", "own")).toBe("kept");
  });

  it("see our tasks in the list, and how they fail", async () => {
    const { id } = await redis.store.enqueue({
      task: { context: redis.context, script: "throw 1", callerId: "someone" },
    });
    expect(await redis.server.raw.lrange(`rhai:queue:${redis.context}`, 0, -1)).toEqual([id]);
    expect(await redis.server.raw.hgetall(`rhai:task:${id}`)).toMatchObject({
      status: "pending",
      callerId: "someone",
      context: redis.context,
    });
    const { tasks } = await claim();
    const error = { kind: "ErrorRuntime", message: "Runtime error: 1", position: { line: 1, column: 1 } };
    await redis.store.fail({
      context: redis.context,
      workerId: "w",
      id,
      token: tasks[0].token,
      error,
      retryDelayMs: null,
    });
    const record = await redis.server.raw.hgetall(`rhai:task:${id}`);
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
    ["the status of a running task", { script: "1", status: "processing" }, "only the queue can give"],
    ["the status of a delayed task", { script: "1", status: "scheduled" }, "only the queue can give"],
    ["too large arguments", { script: "1", args: `{"a":"${"x".repeat(4_200_000)}"}` }, "args is larger"],
    ["too long a name", { script: "1", callerId: "x".repeat(300) }, "callerId is longer"],
    ["a backoff of nothing", { script: "1", backoff: "{}" }, "backoff is not one"],
    ["a number of another notation", { script: "1", priority: "0x1g" }, "priority is not a number"],
    ["too large a script", { script: "x".repeat(1_100_000) }, "script is larger"],
  ])("that wrote %s get a clear error, and the worker goes on", async (_, fields, reason) => {
    await push("bad", fields);
    const { id: good } = await redis.store.enqueue({ task: { context: redis.context, script: "1" } });
    const { tasks, rejected } = await claim();
    expect(tasks.map(({ id }) => id)).toEqual([good]);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ id: "bad", reason: expect.stringContaining(reason) });
    const record = await redis.server.raw.hgetall("rhai:task:bad");
    expect(record).toMatchObject({ status: "failed", deadReason: "malformed" });
    expect(JSON.parse(record.error).message).toContain(reason);
    expect(await redis.store.counts({ context: redis.context })).toMatchObject({
      dead: 1,
      totals: { rejected: 1, failed: 1 },
    });
    expect(await fsck(false)).toEqual([]);
  });

  it.each(["inf", "-inf", "nan", "1e400", "1.5", "-3", "0x10", "x", "", "99999999999999999999"])(
    "may write %j for what the queue counts: it begins at 0",
    async (garbage) => {
      const { context, store, server } = redis;
      await push("odd", {
        script: "1",
        maxAttempts: "2",
        attempts: garbage,
        bytes: garbage,
        crashes: garbage,
      });
      await push("good", { script: "1" });
      const { tasks, rejected } = await claim();
      expect(rejected).toEqual([]);
      expect(tasks).toMatchObject([
        { id: "odd", attempts: 1 },
        { id: "good", attempts: 1 },
      ]);
      const error = { kind: "ThreadLost", message: "m" };
      await store.settle({
        context,
        workerId: "w",
        verdicts: [
          { kind: "crashed", id: "odd", token: tasks[0].token, error },
          { kind: "completed", id: "good", token: tasks[1].token, output: "1" },
        ],
      });
      expect(await store.get({ id: "odd" })).toMatchObject({ status: "scheduled", attempts: 0, crashes: 1 });
      expect(await store.cancel({ id: "odd" })).toBe("cancelled");
      const { openBytes, keptBytes } = await store.counts({ context });
      expect(openBytes).toBe(0);
      expect(keptBytes).toBeGreaterThan(600);
      expect(keptBytes).toBeLessThan(1000);
      expect(await server.raw.hget(`rhai:state:${context}`, "openBytes")).toBe("0");
      expect(await fsck(false)).toEqual([]);
    },
  );

  it("may write garbage for the time that the result is kept: what is cancelled ends all the same", async () => {
    const { context, store } = redis;
    await push("odd", { script: "1", resultTtlMs: "nan" });
    expect(await store.cancel({ id: "odd", context })).toBe("cancelled");
    expect(await fsck(false)).toEqual([]);
  });

  it("may give fields the names of what every object has", async () => {
    await push("names", {
      script: "1",
      constructor: "a",
      toString: "b",
      ["__proto__"]: "c",
      hasOwnProperty: "d",
    });
    const { tasks, rejected } = await claim();
    expect(rejected).toEqual([]);
    expect(tasks).toMatchObject([{ id: "names", script: "1", args: null }]);
  });

  it("may write any bytes: a claim hands on what a look at the task shows", async () => {
    const { context, store, server } = redis;
    const control = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join("");
    const meta = Buffer.from([0xff, 0xfe, 0x22, 0xe2, 0x82, 0x5c, 0xf0, 0x9f, 0x98]);
    await server.raw.hset("rhai:task:bytes", {
      script: `1 // ${control}\x7f\u2028"\\/é€😀`,
      meta,
      args: '{"a":"\\u0000"}',
      trace: "",
    });
    await push("large", { script: `1 // ${"\x01".repeat(1_000_000)}` });
    await server.raw.lpush(`rhai:queue:${context}`, "bytes");
    const { tasks } = await claim();
    expect(tasks.map(({ id }) => id)).toEqual(["large", "bytes"]);
    for (const { leaseUntil: _, ...task } of tasks) expect(await store.get({ id: task.id })).toEqual(task);
    expect(tasks[1].script).toContain(control);
  });

  it("that pushed the id before the record are waited for", async () => {
    await redis.server.raw.lpush(`rhai:queue:${redis.context}`, "early");
    const first = await claim();
    expect(first).toMatchObject({ tasks: [], rejected: [] });
    expect(first.idle!.waitMs).toBeLessThanOrEqual(500);
    await redis.server.raw.hset("rhai:task:early", "script", "1");
    await new Promise((resolve) => setTimeout(resolve, first.idle!.waitMs! + 5));
    expect((await claim()).tasks).toMatchObject([{ id: "early" }]);
  });

  it("that never wrote the record find one that says so", async () => {
    await redis.server.raw.lpush(`rhai:queue:${redis.context}`, "nothing");
    const { idle } = await claim();
    await new Promise((resolve) => setTimeout(resolve, idle!.waitMs! + 5));
    expect((await claim()).rejected).toEqual([{ id: "nothing", reason: "there is no task with this id" }]);
    const record = await redis.server.raw.hgetall("rhai:task:nothing");
    expect(record).toMatchObject({ status: "failed", deadReason: "malformed" });
    const { events } = await redis.store.readEvents({ context: redis.context });
    expect(events.at(-1)).toMatchObject({ type: "rejected", taskId: "nothing" });
  });

  it("that put another type of data at the task's key are told of, and stop nobody", async () => {
    await redis.server.raw.set("rhai:task:text", "hello");
    await redis.server.raw.lpush(`rhai:queue:${redis.context}`, "text");
    await push("good", { script: "1" });
    const { tasks, rejected } = await claim();
    expect(tasks.map(({ id }) => id)).toEqual(["good"]);
    expect(rejected).toEqual([{ id: "text", reason: "the key of the task holds another type of data" }]);
    expect(await redis.server.raw.get("rhai:task:text")).toBe("hello");
  });

  it("that pushed an id twice, or of a finished task, start nothing twice", async () => {
    await push("twice", { script: "1" });
    await redis.server.raw.lpush(`rhai:queue:${redis.context}`, "twice");
    const { tasks } = await claim();
    expect(tasks).toHaveLength(1);
    await redis.store.complete({
      context: redis.context,
      workerId: "w",
      id: "twice",
      token: tasks[0].token,
      output: "1",
    });
    await redis.server.raw.lpush(`rhai:queue:${redis.context}`, "twice");
    expect(await claim()).toMatchObject({ tasks: [], rejected: [], idle: { reason: "empty" } });
  });

  it("can have their tasks cancelled before a worker saw them", async () => {
    await push("c", { script: "1" });
    expect(await redis.store.cancel({ id: "c" })).toBe("notFound");
    expect(await redis.store.cancel({ id: "c", context: redis.context })).toBe("cancelled");
    await push("path", { scriptPath: "a.rhai", callerId: "me" });
    expect(await redis.store.cancel({ id: "path", context: redis.context })).toBe("cancelled");
    expect((await claim()).tasks).toEqual([]);
    expect(await fsck(false)).toEqual([]);
  });

  it("wake a worker that blocks on the list", async () => {
    const idle = { reason: "empty", waitMs: null } as const;
    await redis.store.waitForWork({ context: redis.context, idle, timeoutMs: 5 });
    const claiming = { workerId: "w", leaseMs: 10_000, limit: 3 };
    const waiting = redis.store.waitForWork({
      context: redis.context,
      idle,
      timeoutMs: 5000,
      claim: claiming,
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await push("wake", { script: "1" });
    expect((await waiting)?.tasks).toMatchObject([{ id: "wake" }]);
  });

  it("are told of a list that is none, and it harms no other context", async () => {
    await redis.server.raw.set(`rhai:queue:${redis.context}`, "text");
    await expect(claim()).rejects.toMatchObject({ code: "wrongType" });
    const other = freshContext();
    await redis.store.enqueue({ task: { context: other, script: "1" } });
    const idle = { reason: "empty", waitMs: null } as const;
    await redis.store.waitForWork({ context: redis.context, idle, timeoutMs: 5 });
    const start = performance.now();
    await redis.store.waitForWork({ context: redis.context, idle, timeoutMs: 100 });
    expect(performance.now() - start).toBeGreaterThan(80);
    expect(
      (await redis.store.claim({ context: other, workerId: "w", leaseMs: 1000, limit: 1 })).tasks,
    ).toHaveLength(1);
  });

  it("whose ids are none get the same answer as for other garbage", async () => {
    const bad = ["with blank", "with\nline", "br{ace}", "nb\u00a0sp", "x".repeat(301), "y".repeat(5000), ""];
    for (const id of bad) await push(id, { script: "1" });
    const { tasks, rejected } = await claim(20);
    expect(tasks).toEqual([]);
    expect(rejected).toHaveLength(bad.length);
    expect(rejected.map(({ id }) => id.slice(0, 300)).sort()).toEqual(
      bad.map((id) => id.slice(0, 300)).sort(),
    );
    expect(await redis.server.raw.hget("rhai:task:with blank", "status")).toBe("failed");
    expect((await claim()).tasks).toEqual([]);
    expect(await redis.store.dropDead({ context: redis.context })).toMatchObject({ more: false });
    expect(await fsck(false)).toEqual([]);
  });

  it("that push another context's id do it no harm", async () => {
    const other = freshContext();
    const { id } = await redis.store.enqueue({ task: { context: other, script: "secret" } });
    await redis.server.raw.lpush(`rhai:queue:${redis.context}`, id);
    const { tasks, rejected } = await claim();
    expect(tasks).toEqual([]);
    expect(rejected).toEqual([{ id, reason: "the task belongs to another context" }]);
    await redis.server.raw.lpush(`rhai:queue:${redis.context}`, id);
    expect(await redis.store.drain({ context: redis.context })).toEqual({ count: 0, more: false });
    expect(await redis.store.get({ id })).toMatchObject({ context: other, status: "pending" });
    expect(await redis.store.counts({ context: other })).toMatchObject({ waiting: 1 });
    const own = { context: other, workerId: "w", leaseMs: 1000, limit: 1 };
    expect((await redis.store.claim(own)).tasks.map((task) => task.id)).toEqual([id]);
  });

  it("whose records were checked once are checked at each further claim", async () => {
    await push("turncoat", { script: "1", maxAttempts: "5" });
    const [task] = (await claim()).tasks;
    await redis.server.raw.hset("rhai:task:turncoat", "args", "{");
    const error = { kind: "E", message: "m" };
    const { context } = redis;
    await redis.store.fail({
      context,
      workerId: "w",
      id: task.id,
      token: task.token,
      error,
      retryDelayMs: 0,
    });
    const { tasks, rejected } = await claim();
    expect(tasks).toEqual([]);
    expect(rejected).toMatchObject([{ id: "turncoat" }]);
  });

  it("may ask to be told on many channels, within reason", async () => {
    const heard: string[] = [];
    const listener = redis.server.raw.duplicate();
    await listener.psubscribe("told:*");
    listener.on("pmessage", (_pattern, channel) => heard.push(channel));
    const channels = Array.from({ length: 1000 }, (_, i) => `told:${i}`);
    await push("loud", { script: "1", notify: channels.join(" ") });
    const [{ id, token }] = (await claim()).tasks;
    await redis.store.complete({ context: redis.context, workerId: "w", id, token, output: "1" });
    await listener.ping();
    expect(heard).toEqual(channels.slice(0, 32));
    listener.disconnect();
  });

  it("that delete records leave no trace in the numbers", async () => {
    const { context, store, server } = redis;
    await store.configure({
      context,
      settings: { retention: { maxAgeMs: 1e9, maxCount: 1000, maxBytes: 20_000 } },
    });
    const pass = async (count: number) => {
      await store.enqueueMany({ tasks: Array.from({ length: count }, () => ({ context, script: "1" })) });
      const { tasks } = await claim(count);
      const verdicts = tasks.map(({ id, token }) => ({ kind: "completed", id, token, output: "1" }) as const);
      await store.settle({ context, workerId: "w", verdicts });
      return tasks.map(({ id }) => id);
    };
    // Read, and deleted: again and again more than what may be kept.
    for (let i = 0; i < 10; i++) await server.raw.del((await pass(50)).map((id) => `rhai:task:${id}`));
    const kept = await pass(20);
    for (const id of kept) expect(await store.get({ id })).toMatchObject({ status: "completed" });
    expect((await store.counts({ context })).keptBytes).toBeLessThanOrEqual(20_000);

    await store.enqueueMany({ tasks: Array.from({ length: 6 }, () => ({ context, script: "1" })) });
    await claim(3);
    const open = await store.list({ context, state: "processing" });
    const waiting = await store.list({ context, state: "waiting" });
    for (const { id } of [...open.tasks, ...waiting.tasks]) await server.raw.del(`rhai:task:${id}`);
    await server.raw.del(`rhai:queue:${context}`, `rhai:leases:${context}`);
    await store.sweep({ context });
    expect(await store.counts({ context })).toMatchObject({ waiting: 0, processing: 0, openBytes: 0 });
    for (const { rule } of await fsck(true)) expect(rule).toBe("finishedEntryWithoutTask");
    expect(await fsck(false)).toEqual([]);
    for (const id of kept) await store.remove({ id });
    expect((await store.counts({ context })).keptBytes).toBe(0);
  });

  it("that are cancelled before they push count for nothing", async () => {
    const { context, store, server } = redis;
    await server.raw.hset("rhai:task:never", { script: "1" });
    expect(await store.cancel({ id: "never", context })).toBe("cancelled");
    await store.sweep({ context });
    await store.enqueue({ task: { context, script: "1" } });
    expect(await store.counts({ context })).toMatchObject({ waiting: 1 });
    expect(await server.raw.exists(`rhai:gone:${context}`)).toBe(0);
    await server.raw.lpush(`rhai:queue:${context}`, "early");
    await claim(1);
    await claim(1);
    await server.raw.hset("rhai:task:early", { script: "1" });
    expect(await store.cancel({ id: "early", context })).toBe("cancelled");
    expect(await store.counts({ context })).toMatchObject({ waiting: 0, scheduled: 0 });
    expect(await server.raw.exists(`rhai:gone:${context}`)).toBe(0);
  });

  it("share one turn among our callers", async () => {
    const { context, store } = redis;
    await push("f1", { script: "1", callerId: "x" });
    const tasks = Array.from({ length: 3 }, (_, i) => ({ context, script: "1", callerId: "a", id: `a${i}` }));
    await store.enqueueMany({ tasks });
    for (const [i, callerId] of ["x", "y", "z"].entries()) await push(`f${i + 2}`, { script: "1", callerId });
    const order: string[] = [];
    for (let i = 0; i < 7; i++) order.push((await claim(1)).tasks[0].id);
    expect(
      order
        .map((id) => id[0])
        .slice(0, 6)
        .join(""),
    ).toMatch(/^(fa){3}$|^(af){3}$/);
    expect(order.filter((id) => id.startsWith("f"))).toEqual(["f1", "f2", "f3", "f4"]);
  });

  it("that delete a record end the wait for its result", async () => {
    const { id } = await redis.store.enqueue({ task: { context: redis.context, script: "1" } });
    const waiting = redis.store.waitForResult({ id, timeoutMs: 10_000 });
    await redis.server.raw.del(`rhai:task:${id}`);
    await expect(waiting).rejects.toMatchObject({ code: expect.stringMatching(/removed|notFound/) });
  });
});
