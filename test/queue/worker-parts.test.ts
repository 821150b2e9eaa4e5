// Parts of the worker by themselves: slots among contexts, the shared table of a thread, the breaker, redaction, durations.

import { describe, expect, it } from "vitest";
import { type Duration, milliseconds } from "../../src/queue/dispatcher/duration.ts";
import { createMemoryStore } from "../../src/queue/memory/store.ts";
import { Redaction } from "../../src/queue/redaction.ts";
import { ScriptBreaker } from "../../src/queue/worker/script-breaker.ts";
import { Shares } from "../../src/queue/worker/shares.ts";
import { SlotTable } from "../../src/queue/worker/slots.ts";
import { workerSettings } from "../../src/queue/worker/worker-options.ts";

/** A claim that brings so many of what it may. */
function take(shares: Shares, context: string, waiting: number): number {
  const limit = shares.limit(context);
  if (limit === 0) return 0;
  shares.reserve(context, limit);
  const taken = Math.min(limit, waiting);
  shares.settle(context, limit, taken, taken === limit);
  return taken;
}

describe("slots among contexts", () => {
  it("go to whoever asks, but for one for each of the others", () => {
    const shares = new Shares(10, ["a", "b", "c"], () => 100);
    expect(take(shares, "a", 100)).toBe(8);
    expect(take(shares, "b", 100)).toBe(1);
    expect(take(shares, "c", 100)).toBe(1);
    expect([shares.limit("a"), shares.limit("b"), shares.limit("c")]).toEqual([0, 0, 0]);
  });

  it("come to equal shares as long as several have a backlog", () => {
    const shares = new Shares(10, ["a", "b"], () => 100);
    take(shares, "a", 100);
    take(shares, "b", 100);
    for (let i = 0; i < 20; i++) {
      const ending = shares.runningIn("a") >= shares.runningIn("b") ? "a" : "b";
      shares.release(ending, 1);
      // The greedy one is always the first to ask.
      take(shares, "a", 100);
      take(shares, "b", 100);
    }
    expect([shares.runningIn("a"), shares.runningIn("b")]).toEqual([5, 5]);
  });

  it("are all for one when the others have nothing", () => {
    const shares = new Shares(10, ["a", "b"], () => 100);
    take(shares, "a", 100);
    shares.release("a", 9);
    expect(take(shares, "b", 3)).toBe(3);
    shares.release("b", 3);
    expect(take(shares, "b", 0)).toBe(0);
    expect(take(shares, "a", 100)).toBe(9);
  });

  it("are taken in turns when there are too few", async () => {
    const shares = new Shares(1, ["a", "b", "c"], () => 100);
    const order: string[] = [];
    const serve = async (context: string) => {
      for (let rounds = 0; rounds < 3; ) {
        if (take(shares, context, 1) === 0) {
          await shares.wait(context);
          continue;
        }
        rounds++;
        order.push(context);
        await undefined;
        shares.release(context, 1);
      }
    };
    await Promise.all(["a", "b", "c"].map(serve));
    expect(order.join("")).toBe("abcabcabc");
  });

  it("are all for one, also when there are too few, as long as no other waits for one", async () => {
    const shares = new Shares(2, ["a", "b", "c"], () => 100);
    expect(take(shares, "a", 100)).toBe(2);
    expect(take(shares, "b", 100)).toBe(0);
    const waiting = shares.wait("b");
    shares.release("a", 1);
    await waiting;
    expect(take(shares, "a", 100)).toBe(0);
    expect(take(shares, "b", 100)).toBe(1);
  });

  it("are not given when the threads have no room", () => {
    let room = 0;
    const shares = new Shares(10, ["a", "b"], () => room);
    expect(shares.limit("a")).toBe(0);
    room = 3;
    expect(take(shares, "a", 100)).toBe(3);
    expect(take(shares, "a", 100)).toBe(3);
    // What others have reserved does not keep a context from its first one.
    shares.reserve("a", 3);
    expect(shares.limit("b")).toBe(1);
  });
});

describe("the table of a thread's jobs", () => {
  it("lets either side have a job, never both", () => {
    const ours = new SlotTable(2);
    const theirs = new SlotTable(ours.buffer);
    const first = ours.post(0, 0);
    expect(theirs.begin(first)).toBe(true);
    expect(ours.withdraw(first)).toBe(false);
    expect(ours.state(first)).toBe("busy");
    theirs.wait(first);
    expect(ours.state(first)).toBe("waiting");
    theirs.finish(first);
    expect(ours.state(first)).toBe("done");
    const second = ours.post(1, 0);
    expect(ours.withdraw(second)).toBe(true);
    expect(theirs.begin(second)).toBe(false);
  });

  it("does not mistake an old message for the job that is in its slot now", () => {
    const table = new SlotTable(1);
    const old = table.post(0, 0);
    table.withdraw(old);
    const next = table.post(0, old.sequence);
    expect(table.begin(old)).toBe(false);
    expect(table.begin(next)).toBe(true);
    expect(table.age(next)).toBeLessThan(1000);
  });

  it("can put a job back into the line", () => {
    const table = new SlotTable(1);
    const ref = table.post(0, 0);
    table.begin(ref);
    table.defer(ref);
    expect(table.withdraw(ref)).toBe(true);
  });

  it("carries the wish to stop, which ends with the job", () => {
    const table = new SlotTable(1);
    const ref = table.post(0, 0);
    expect([table.isStopAsked(ref), table.isStopAnnounced]).toEqual([false, false]);
    table.askToStop(ref);
    table.announceStop();
    expect([table.isStopAsked(ref), table.isStopAnnounced]).toEqual([true, true]);
    table.free(ref);
    expect(table.isStopAsked(table.post(0, ref.sequence))).toBe(false);
  });

  it("numbers jobs without end", () => {
    const table = new SlotTable(1);
    const last = table.post(0, 2 ** 28 - 2);
    expect(table.begin(last)).toBe(true);
    table.free(last);
    const around = table.post(0, last.sequence);
    expect(around.sequence).toBe(0);
    expect(table.begin(around)).toBe(true);
  });
});

describe("the breaker for scripts", () => {
  it("opens after several deaths in a row, and tries again later", () => {
    let now = 0;
    const breaker = new ScriptBreaker(() => now);
    for (let i = 0; i < 4; i++) breaker.died("bad");
    expect(breaker.isOpen("bad")).toBe(false);
    breaker.died("bad");
    expect([breaker.isOpen("bad"), breaker.isOpen("good")]).toEqual([true, false]);
    now = 31_000;
    expect(breaker.isOpen("bad")).toBe(false);
    breaker.died("bad");
    expect(breaker.isOpen("bad")).toBe(true);
    now = 62_000;
    breaker.ended("bad");
    breaker.died("bad");
    expect(breaker.isOpen("bad")).toBe(false);
  });
});

describe("redaction", () => {
  it("blanks out every occurrence, and refuses secrets that are none", () => {
    const redaction = new Redaction(["s3cret", "token-1"]);
    redaction.add("$&$1");
    expect(redaction.apply("a s3cret, s3crets, token-1, token-2, $&$1")).toBe(
      "a ***, ***s, ***, token-2, ***",
    );
    expect(() => redaction.add("abc")).toThrow("at least 4");
    expect(() => redaction.add(undefined as never)).toThrow(TypeError);
  });
});

describe("durations", () => {
  it.each([
    [0, 0],
    [1500, 1500],
    ["500ms", 500],
    ["1.5s", 1500],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
  ] as readonly (readonly [Duration, number])[])("%s", (duration, ms) => {
    expect(milliseconds("x", duration)).toBe(ms);
  });

  it.each(["", "5", "5 m", "-1s", "1e3s", -1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined])(
    "not %s",
    (duration) => {
      expect(() => milliseconds("timeout", duration as Duration)).toThrow("timeout");
    },
  );
});

describe("options of a worker", () => {
  const store = createMemoryStore();
  it.each([
    [{ contexts: [] }, "at least one context"],
    [{ contexts: "reports" as never }, "at least one context"],
    [{ contexts: ["a b"] }, "context"],
    [{ threads: 0 }, "threads (allowed: whole numbers from 1 to 256)"],
    [{ concurrency: 1.5 }, "concurrency"],
    [{ leaseMs: 1 }, "leaseMs"],
    [{ limits: { heapMb: -1 } }, "limits.heapMb"],
    [{ limits: { heap: 1 } as never }, "limits: there is no heap"],
    [{ store: undefined }, "url or store"],
    [{ store: undefined, url: "http://x" }, "URL"],
    [{ workerId: "" }, "worker id"],
  ])("are checked: %j", (options, message) => {
    expect(() => workerSettings({ store, contexts: ["c"], ...options })).toThrow(message);
  });

  it("have defaults", () => {
    const settings = workerSettings({ store, contexts: ["b", "a", "b"], threads: 3 });
    expect(settings).toMatchObject({
      contexts: ["b", "a"],
      threads: 3,
      concurrency: 30,
      perThread: 10,
      interleave: 10,
    });
    expect(settings.workerId).toContain(`-${process.pid}-`);
  });
});
