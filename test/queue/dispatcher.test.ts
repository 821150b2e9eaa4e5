// The dispatcher: requests in all their forms, results and errors, schedules, dead letters, streams.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { RhaiDispatcherBuilder } from "../../src/queue/dispatcher/builder.ts";
import { RhaiDispatcher } from "../../src/queue/dispatcher/dispatcher.ts";
import { TaskCancelledError, TaskFailedError } from "../../src/queue/dispatcher/failure.ts";
import type { TaskRequest } from "../../src/queue/dispatcher/request.ts";
import { comingSlots } from "../../src/queue/dispatcher/schedule-book.ts";
import { createMemoryStore } from "../../src/queue/memory/store.ts";
import { openStore } from "../../src/queue/open-store.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { QueueEvent, TaskStore } from "../../src/queue/store.ts";
import { Workshop } from "../support/queue-worker.ts";
import { type RedisServer, redisVersion, startRedis } from "../support/redis.ts";
import { expectCode, freshContext } from "./suite/harness.ts";

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return await promise.then(
    (value) => {
      throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
    },
    (error: Error) => error,
  );
}

function testDispatcher(name: string, open: () => Promise<TaskStore>): void {
  describe(`dispatcher without workers: ${name}`, () => {
    let store: TaskStore;
    let dispatcher: RhaiDispatcher;
    let context: string;
    beforeAll(async () => {
      store = await open();
    });
    beforeEach(() => {
      context = freshContext();
      dispatcher = new RhaiDispatcher({ store, context, callerId: "web" });
    });
    afterAll(() => store.close());

    it("hands over everything that a request says", async () => {
      const handle = await dispatcher
        .newPlayRequest()
        .script("a + b")
        .args({ a: 1, b: [2n ** 60n, new Date(5), new Uint8Array([1, 2]), null, undefined, 1.5, { x: "y" }] })
        .timeout("30s")
        .priority(7)
        .retries(2)
        .backoff("5s")
        .idempotencyKey("once")
        .fairKey("tenant")
        .resultTtl("1h")
        .limits({ operations: 100 })
        .meta({ order: 1 })
        .trace("00-1-2-01")
        .requestId(`r-${context}`)
        .submit();
      expect(`${handle}`).toBe(`r-${context}`);
      expect(handle.outcome).toBe("created");
      expect(await handle.read()).toMatchObject({
        status: "pending",
        context,
        callerId: "web",
        fairKey: "tenant",
        script: "a + b",
        args: '{"a":1,"b":[1152921504606846976,5,[1,2],null,null,1.5,{"x":"y"}]}',
        timeoutMs: 30_000,
        priority: 7,
        maxAttempts: 3,
        backoff: { kind: "exponential", baseMs: 5000, jitter: 0.2 },
        idempotencyKey: "once",
        resultTtlMs: 3_600_000,
        limits: { operations: 100 },
        meta: '{"order":1}',
        trace: "00-1-2-01",
      });
    });

    it("takes plain options as well", async () => {
      const late = await dispatcher.submit({ script: "1", delay: "1h" });
      expect((await late.read()).status).toBe("scheduled");
      const moment = new Date(Date.now() + 60_000);
      const timed = await dispatcher.submit({ scriptPath: "a/b.rhai", runAt: moment, callerId: "cron" });
      expect(await timed.read()).toMatchObject({
        status: "scheduled",
        scriptPath: "a/b.rhai",
        callerId: "cron",
        runAt: moment.getTime(),
      });
      const fixed = { kind: "fixed", baseMs: 1 } as const;
      const elsewhere = await dispatcher.submit({ script: "1", context: `${context}-b`, backoff: fixed });
      expect(await elsewhere.read()).toMatchObject({ context: `${context}-b`, backoff: fixed });
    });

    it.each([
      [{ args: { f: () => 1 } }, "args: a function cannot be converted to a script value (at $.f)"],
      [{ args: { a: [Number.NaN] } }, "NaN has no JSON form (at $.a[0])"],
      [{ args: { a: 2n ** 64n } }, "does not fit into 64 bits (at $.a)"],
      [{ args: { "a-b": 1 } }, 'args: "a-b" is no name of a variable'],
      [{ args: { a: new Map([[1, 2]]) } }, "a map key of type number is no string"],
      [{ args: { a: new (class Point {})() } }, "an object of class Point"],
      [{ timeout: "5 minutes" }, 'timeout "5 minutes" (milliseconds are needed'],
      [{ timeout: 0 }, "timeoutMs"],
      [{ delay: -1 }, "delay"],
      [{ priority: 1001 }, "priority"],
      [{ retries: -1 }, "maxAttempts"],
      [{ script: undefined }, "a task needs either script or scriptPath"],
      [{ script: "x".repeat(1_048_577) }, "script of 1048577 bytes"],
      [{ context: "no blanks" }, 'context "no blanks"'],
      [{ id: "a b" }, 'task id "a b"'],
    ] as readonly (readonly [Record<string, unknown>, string])[])(
      "refuses what makes no sense: $1",
      async (request, message) => {
        const error = await rejection(dispatcher.submit({ script: "1", ...request } as TaskRequest));
        expect(error.message).toContain(message);
        await expectCode(Promise.reject(error), "invalid");
      },
    );

    it("submits many at once, and tells of each what became of it", async () => {
      await store.configure({ context, settings: { maxLength: 3 } });
      const requests = [0, 1, 2, 3, 4].map((n) => ({ script: `${n}`, id: `${context}-${n % 4}` }));
      const handles = await dispatcher.submitMany(requests);
      expect(handles.map(({ id, outcome }) => [id.at(-1), outcome])).toEqual([
        ["0", "created"],
        ["1", "created"],
        ["2", "created"],
        ["3", "queueFull"],
        ["0", "existing"],
      ]);
      await expectCode(handles[3].result(), "queueFull");
      await expectCode(dispatcher.submit({ script: "1" }), "queueFull");
    });

    it("returns the first task for a key that is in use", async () => {
      const first = await dispatcher.submit({ script: "1", idempotencyKey: "k" });
      const second = await dispatcher.submit({ script: "2", idempotencyKey: "k" });
      expect([second.id, second.outcome]).toEqual([first.id, "existing"]);
    });

    it("says what the task waits for when a wait runs out", async () => {
      const error = await rejection(dispatcher.newPlayRequest().script("1").waitTimeout(20).awaitResponse());
      await expectCode(Promise.reject(error), "timeout");
      expect(error.message).toContain(`no worker serves its context ${context}`);
    });

    it("ends a wait by a signal", async () => {
      const waiting = dispatcher.run({ script: "1" }, { wait: "1m", signal: AbortSignal.timeout(20) });
      await expectCode(waiting, "timeout");
    });

    it("cancels, explains, removes", async () => {
      const handle = await dispatcher.submit({ script: "1", delay: "1h" });
      expect(await dispatcher.explain(handle.id)).toContain("It waits for its time");
      expect(await handle.cancel("changed my mind")).toBe("cancelled");
      const error = await rejection(handle.result());
      expect(error).toBeInstanceOf(TaskCancelledError);
      expect(await dispatcher.explain(handle.id)).toContain("cancelled");
      await dispatcher.rerun(handle.id);
      expect((await dispatcher.get(handle.id))?.status).toBe("pending");
      await dispatcher.cancel(handle.id);
      await dispatcher.remove(handle.id);
      expect(await dispatcher.get(handle.id)).toBeNull();
      await expectCode(dispatcher.explain(handle.id), "notFound");
      await expectCode(handle.result(), "notFound");
    });

    it("keeps schedules", async () => {
      const put = await dispatcher.schedules.put({
        name: "nightly",
        cron: "0 3 * * *",
        timeZone: "Europe/Berlin",
        script: "clean(days)",
        args: { days: 7 },
        retries: 1,
        timeout: "10m",
      });
      expect(put.nextAt).toBeGreaterThan(Date.now());
      const [schedule] = await dispatcher.schedules.list();
      expect(schedule).toMatchObject({
        name: "nightly",
        task: {
          script: "clean(days)",
          args: '{"days":7}',
          maxAttempts: 2,
          timeoutMs: 600_000,
          callerId: "web",
        },
      });
      expect(await dispatcher.schedules.remove("nightly")).toBe(true);
      expect(await dispatcher.schedules.remove("nightly")).toBe(false);
      await expectCode(dispatcher.schedules.put({ name: "x", cron: "nonsense", script: "1" }), "invalid");
    });

    it("pauses and resumes schedules, and keeps all else of them", async () => {
      const { schedules } = dispatcher;
      const name = `pulse-${context}`;
      const before = await schedules.put({
        name,
        every: "1h",
        catchUp: "all",
        script: "beat",
        args: { n: 1 },
      });
      const paused = await schedules.pause(name);
      expect(paused).toEqual({ ...before, paused: true, nextAt: null });
      expect(await schedules.pause(name)).toEqual(paused);
      expect(await schedules.get(name)).toEqual(paused);
      expect(comingSlots(paused!, 2, 0)).toEqual([3_600_000, 7_200_000]);
      expect(await schedules.resume(name)).toEqual(before);
      expect(await schedules.resume(name)).toEqual(before);
      await schedules.remove(name);
      for (const verb of ["get", "pause", "resume"] as const) expect(await schedules[verb](name)).toBeNull();
    });

    it("needs a context from somewhere", async () => {
      await expectCode(new RhaiDispatcher({ store }).submit({ script: "1" }), "invalid");
      expect(() => new RhaiDispatcher({})).toThrow("url or store");
    });
  });

  describe(`dispatcher with a worker: ${name}`, () => {
    let store: TaskStore;
    let shop: Workshop;
    let dispatcher: RhaiDispatcher;
    beforeAll(async () => {
      store = await open();
      shop = await Workshop.open(store);
      dispatcher = new RhaiDispatcher({ store, context: shop.context, callerId: "web" });
    });
    afterAll(async () => {
      await shop.close();
      await store.close();
    });

    it("waits for results", async () => {
      const request = dispatcher.newPlayRequest().script("a + b").args({ a: 40, b: 2 }).timeout("5s");
      expect(await request.awaitResponse()).toBe(42);
      expect(await dispatcher.run({ script: "()" })).toBeNull();
      expect(await dispatcher.run({ script: "[1.5, 9007199254740993, 'x']" })).toEqual([
        1.5,
        9007199254740993n,
        "x",
      ]);
      expect(await dispatcher.run({ script: '#{"__proto__": 9007199254740993}' })).toHaveProperty(
        "__proto__",
        9007199254740993n,
      );
    });

    it("checks results with a schema", async () => {
      const task = await dispatcher.submit({ script: "#{ total: 42 }" });
      const { total } = await task.resultAs(z.object({ total: z.number() }));
      expect(total).toBe(42);
      expect((await rejection(task.resultAs(z.object({ total: z.string() })))).name).toBe("SchemaError");
    });

    it("throws what the script threw", async () => {
      const error = await rejection(
        dispatcher.run({ script: "let x = 1;\nx.nothing()", retries: 1, backoff: 1 }),
      );
      expect(error).toBeInstanceOf(TaskFailedError);
      expect(error).toMatchObject({
        name: "TaskFailedError",
        kind: "ErrorFunctionNotFound",
        message: expect.stringContaining("Function not found: nothing (i64)"),
        position: { line: 2, column: 3 },
        attempts: 2,
        scriptStack: [],
      });
    });

    it("has dead letters to look at, run again and drop", async () => {
      const failing = await dispatcher.submit({ script: 'throw "no"' });
      await rejection(failing.result());
      const dead = async () => (await dispatcher.deadLetters({ limit: 100 })).tasks.map(({ id }) => id);
      expect(await dead()).toContain(failing.id);
      expect((await dispatcher.retryDead({ ids: [failing.id] })).count).toBe(1);
      await rejection(failing.result());
      expect((await failing.read()).attempts).toBe(1);
      expect((await dispatcher.dropDead({ ids: [failing.id] })).count).toBe(1);
      expect(await dead()).not.toContain(failing.id);
    });

    it("follows what a script prints", async () => {
      const task = await dispatcher.submit({ script: 'for i in 0..3 { print("line " + i); sleep(0.15); }' });
      const texts: string[] = [];
      for await (const { text } of task.followLogs()) texts.push(text);
      expect(texts).toEqual(["line 0", "line 1", "line 2"]);
      expect((await task.logs()).lines).toHaveLength(3);
    });

    it("streams what happens", async () => {
      const over = new AbortController();
      const seen: QueueEvent[] = [];
      const reading = (async () => {
        for await (const event of dispatcher.events({ after: "0", signal: over.signal })) seen.push(event);
      })();
      const task = await dispatcher.submit({ script: 'report_progress(0.5, "half"); 1' });
      await task.result();
      const types = () => seen.filter(({ taskId }) => taskId === task.id).map(({ type }) => type);
      await expect.poll(types).toEqual(["submitted", "started", "progress", "completed"]);
      over.abort();
      await reading;
    });

    it("fires schedules", async () => {
      await dispatcher.schedules.put({ name: "often", every: "1s", script: "task_id()" });
      const fired = async () => {
        const [{ lastTaskId }] = await dispatcher.schedules.list();
        return lastTaskId;
      };
      await expect.poll(fired, { timeout: 5000 }).not.toBeNull();
      await dispatcher.schedules.remove("often");
    });
  });
}

testDispatcher("memory", async () => createMemoryStore());

if (redisVersion() === null) {
  describe("dispatcher: Redis", () => {
    it.skip("needs redis-server, which is not installed", () => undefined);
  });
} else {
  let server: Promise<RedisServer> | null = null;
  const url = async () => {
    server ??= startRedis();
    return (await server).url;
  };
  afterAll(async () => (await server)?.stop());
  testDispatcher("Redis", async () => createRedisStore({ url: await url() }));

  it("is built in words", async () => {
    const dispatcher = new RhaiDispatcherBuilder()
      .callerId("web")
      .contextId("c")
      .redisUrl(await url())
      .build();
    const handle = await dispatcher.newPlayRequest().script("1").submit();
    expect(await handle.read()).toMatchObject({ callerId: "web", context: "c" });
    await dispatcher.close();
    await expectCode(dispatcher.submit({ script: "1" }), "closed");
  });
}

describe("stores by URL", () => {
  const opened: TaskStore[] = [];
  const open = (url: string): TaskStore => {
    const store = openStore(url);
    opened.push(store);
    return store;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });

  it("share memory by name while somebody has it open", async () => {
    const [one, two, other] = [open("memory://a"), open("memory://a"), open("memory://b")];
    const { id } = await one.enqueue({ task: { context: "c", script: "1" } });
    expect((await two.get({ id }))?.script).toBe("1");
    expect(await other.get({ id })).toBeNull();
    await one.close();
    await expectCode(one.get({ id }), "closed");
    expect(await one.health()).toMatchObject({ ok: false });
    expect((await two.get({ id }))?.script).toBe("1");
    await two.close();
    expect(await open("memory://a").get({ id })).toBeNull();
  });

  it("end the waits of the view that is closed", async () => {
    const [one, two] = [open("memory://w"), open("memory://w")];
    const { id } = await one.enqueue({ task: { context: "c", script: "1" } });
    const waiting = one.waitForResult({ id, timeoutMs: 60_000 });
    await one.close();
    await expectCode(waiting, "closed");
    expect((await two.health()).ok).toBe(true);
  });

  it.each(["http://x", "redis", "", "memory", "redis+sentinel://x", "redis://:se cret@ho st"])(
    "refuses %j without showing it",
    (url) => {
      const error = (() => {
        try {
          return openStore(url);
        } catch (error) {
          return error;
        }
      })() as Error;
      expect(error.message).toContain("URL");
      expect(error.message).not.toContain("cret");
    },
  );
});
