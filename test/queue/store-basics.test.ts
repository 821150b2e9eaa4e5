// The pure parts beneath the stores: transitions, retry arithmetic, clock, names, records, orders, errors.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure, retryDelay } from "../../src/queue/backoff.ts";
import { ManualClock, systemClock } from "../../src/queue/clock.ts";
import { isQueueError, QueueError } from "../../src/queue/errors.ts";
import { SortedIndex } from "../../src/queue/memory/sorted-index.ts";
import { createMemoryStore } from "../../src/queue/memory/store.ts";
import { checkContext, checkTaskId, isContext, isTaskId, newTaskId } from "../../src/queue/names.ts";
import { decodeError, decodeTask, encodeSpec, recordFrom } from "../../src/queue/record.ts";
import { connectionText, toQueueError } from "../../src/queue/redis/connection/errors.ts";
import { keySlot } from "../../src/queue/redis/connection/key-slot.ts";
import { isFinal, nextStatus, TASK_STATUSES, type Task } from "../../src/queue/task.ts";
import { findGarbage } from "../../src/queue/task-limits.ts";

describe("transitions", () => {
  it("lead from every status to an end, and from an end only by a rerun", () => {
    const events = [
      "promote",
      "claim",
      "complete",
      "fail",
      "retry",
      "release",
      "cancel",
      "reject",
      "rerun",
    ] as const;
    for (const status of TASK_STATUSES) {
      const next = events.flatMap((event) => nextStatus(status, event) ?? []);
      if (isFinal(status)) expect(next).toEqual(["pending"]);
      else expect(next).toContain("cancelled");
    }
    expect(nextStatus("pending", "complete")).toBeNull();
    expect(nextStatus("completed", "cancel")).toBeNull();
    expect(nextStatus("processing", "retry")).toBe("scheduled");
  });
});

describe("backoff", () => {
  it("grows as its kind says, up to its ceiling", () => {
    const delays = (backoff: Parameters<typeof retryDelay>[0]) =>
      [1, 2, 3, 10].map((n) => retryDelay(backoff, n));
    expect(delays({ kind: "fixed", baseMs: 100 })).toEqual([100, 100, 100, 100]);
    expect(delays({ kind: "linear", baseMs: 100 })).toEqual([100, 200, 300, 1000]);
    expect(delays({ kind: "exponential", baseMs: 100, maxMs: 1000 })).toEqual([100, 200, 400, 1000]);
    expect(retryDelay({ kind: "exponential", baseMs: 1000 }, 5000)).toBe(86_400_000);
  });

  it("is spread by its jitter", () => {
    const backoff = { kind: "fixed", baseMs: 1000, jitter: 0.4 } as const;
    expect(retryDelay(backoff, 1, () => 0)).toBe(600);
    expect(retryDelay(backoff, 1, () => 1)).toBe(1000);
  });

  it("makes the verdict of a failed run", () => {
    const task = {
      id: "t",
      token: 7,
      attempts: 2,
      backoff: { kind: "linear", baseMs: 10 },
    } as unknown as Task;
    const error = { kind: "E", message: "m" };
    expect(failure(task, error)).toEqual({ kind: "failed", id: "t", token: 7, error, retryDelayMs: 20 });
    expect(failure(task, error, { retryable: false }).retryDelayMs).toBeNull();
    expect(failure({ ...task, backoff: null }, error, { random: () => 1 }).retryDelayMs).toBe(2000);
  });
});

describe("clocks", () => {
  it("moved by hand wake sleepers at their moments, in order", async () => {
    const clock = new ManualClock(1000);
    const woken: string[] = [];
    const sleep = (ms: number) => clock.sleep(ms).then(() => woken.push(`${ms}@${clock.now()}`));
    void sleep(300);
    void sleep(100).then(() => sleep(50));
    await clock.advance(200);
    expect(woken).toEqual(["100@1100", "50@1150"]);
    await clock.advance(1000);
    expect(woken).toEqual(["100@1100", "50@1150", "300@1300"]);
    expect(clock.now()).toBe(2200);
  });

  it("end a sleep early with its signal", async () => {
    for (const clock of [new ManualClock(), systemClock]) {
      const stop = new AbortController();
      const sleeping = clock.sleep(60_000, stop.signal);
      stop.abort();
      await sleeping;
      await clock.sleep(60_000, stop.signal);
    }
  });

  it("let the memory store wait for days in no time", async () => {
    const clock = new ManualClock();
    const store = createMemoryStore({ clock });
    const { id } = await store.enqueue({ task: { context: "c", script: "1", delayMs: 3 * 86_400_000 } });
    const waiting = store.waitForResult({ id, timeoutMs: 4 * 86_400_000 });
    await clock.advance(3 * 86_400_000);
    const { tasks } = await store.claim({ context: "c", workerId: "w", leaseMs: 1000, limit: 1 });
    await store.complete({ context: "c", workerId: "w", id, token: tasks[0].token, output: "1" });
    expect(await waiting).toMatchObject({ status: "completed" });
    const other = await store.enqueue({ task: { context: "c", script: "1" } });
    const late = store.waitForResult({ id: other.id, timeoutMs: 1000 }).catch((error) => error.code);
    await clock.advance(1000);
    expect(await late).toBe("timeout");
  });
});

describe("names", () => {
  it("are what keys can hold", () => {
    for (const name of ["a", "reports", "circle:abc/def.g_h-i@j+k", "x".repeat(128)])
      expect(isContext(name)).toBe(true);
    for (const name of ["", "a b", "a|b", "{a}", "ü", "x".repeat(129), 7])
      expect(isContext(name)).toBe(false);
    for (const id of ["1", "ü-7", "{reports}abc", newTaskId()]) expect(isTaskId(id)).toBe(true);
    for (const id of ["", "a b", "a\n", "a{b}", "{}a", "x".repeat(301)]) expect(isTaskId(id)).toBe(false);
    expect(() => checkContext("bad name")).toThrow('context "bad name"');
    expect(() => checkTaskId("x y")).toThrow("task id");
  });

  it("of new tasks are unique and sort by time", () => {
    const ids = Array.from({ length: 5000 }, () => newTaskId(1_700_000_000_000));
    expect(new Set(ids).size).toBe(5000);
    expect(newTaskId(1_700_000_000_001) > ids[0]).toBe(true);
    expect(ids.every((id) => /^[0-9a-v]{25}$/.test(id))).toBe(true);
  });
});

describe("records", () => {
  it("hold what a spec says, both ways", () => {
    const spec = {
      context: "c",
      script: "1",
      args: "{}",
      priority: 2,
      maxAttempts: 3,
      backoff: { kind: "fixed", baseMs: 1 },
      limits: { operations: 5 },
    } as const;
    const task = decodeTask("id", recordFrom(encodeSpec(spec, "nightly")), "c");
    expect(task).toMatchObject({ ...spec, schedule: "nightly", status: "pending", attempts: 0 });
  });

  it("are read whatever they hold", () => {
    const anything = fc.dictionary(
      fc.constantFrom(
        "script",
        "args",
        "priority",
        "limits",
        "status",
        "attempts",
        "error",
        "createdAt",
        "__proto__",
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(anything, (fields) => {
        const record = recordFrom(Object.entries(fields).flat());
        const task = decodeTask("id", record, "c");
        expect(TASK_STATUSES).toContain(task.status);
        for (const value of [task.priority, task.attempts, task.createdAt])
          expect(Number.isFinite(value)).toBe(true);
        findGarbage(record, { script: 1000, text: 1000 });
      }),
    );
  });

  it("keep errors of other clients as messages", () => {
    expect(decodeError("boom")).toEqual({ kind: "Unknown", message: "boom" });
    expect(decodeError('{"message":"m"}')).toEqual({ kind: "Unknown", message: "m" });
    expect(decodeError('["x"]')).toEqual({ kind: "Unknown", message: '["x"]' });
    expect(decodeError('{"kind":"K","message":"m"}')).toEqual({ kind: "K", message: "m" });
  });
});

describe("the sorted index", () => {
  it("orders as Redis' sorted sets do", () => {
    const operations = fc.array(
      fc.tuple(fc.constantFrom("a", "b", "c", "d", "e"), fc.integer({ min: -2, max: 2 }), fc.boolean()),
    );
    fc.assert(
      fc.property(operations, (list) => {
        const index = new SortedIndex();
        const plain = new Map<string, number>();
        for (const [id, score, keep] of list) {
          if (keep) {
            index.set(id, score);
            plain.set(id, score);
          } else {
            expect(index.delete(id)).toBe(plain.delete(id));
          }
        }
        const sorted = [...plain]
          .sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
          .map(([id, score]) => ({ id, score }));
        expect(index.slice(0, 100)).toEqual(sorted);
        expect(index.upTo(0, 100)).toEqual(sorted.filter(({ score }) => score <= 0).map(({ id }) => id));
        expect(index.countAbove(0)).toBe(sorted.filter(({ score }) => score > 0).length);
      }),
    );
  });
});

describe("errors", () => {
  it("have codes, and say whether trying again helps", () => {
    const error = new QueueError("queueFull", "context c");
    expect(error.message).toBe("the queue is full: context c");
    expect([error.retryable, new QueueError("invalid").retryable]).toEqual([true, false]);
    expect(isQueueError(error, "queueFull")).toBe(true);
    expect(isQueueError(error, "closed")).toBe(false);
    expect(isQueueError(new Error("x"))).toBe(false);
  });

  it("of the driver and the server get the right code, and no secret", () => {
    const reply = (message: string) => Object.assign(new Error(message), { name: "ReplyError" });
    const codes = [
      reply("OOM command not allowed when used memory > 'maxmemory'."),
      reply("WRONGTYPE Operation against a key"),
      reply("NOAUTH Authentication required."),
      reply("READONLY You can't write against a read only replica."),
      reply("LOADING Redis is loading the dataset in memory"),
      reply("ERR unknown command 'WAITAOF'"),
      reply("ERR whatever"),
      new Error("Connection is closed."),
      new Error("connect ECONNREFUSED 127.0.0.1:1"),
      new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    ].map((error) => toQueueError(error).code);
    expect(codes).toEqual([
      "outOfMemory",
      "wrongType",
      "denied",
      "unavailable",
      "unavailable",
      "unsupported",
      "server",
      "unknownOutcome",
      "unavailable",
      "unavailable",
    ]);
    expect(connectionText("bad redis://u:geheim@host:1/0 here")).toBe("bad redis://… here");
  });
});

describe("key slots", () => {
  it("are those of the cluster specification", () => {
    expect(keySlot("123456789")).toBe(0x31c3 % 16_384);
    expect(keySlot("foo")).toBe(12_182);
    expect(keySlot("rhai:queue:{foo}")).toBe(12_182);
    expect(keySlot("{}foo")).not.toBe(12_182);
  });
});
