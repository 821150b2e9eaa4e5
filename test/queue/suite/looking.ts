// Suite: numbers, pages, events, explanations, workers.

import { describe, expect, it } from "vitest";
import { explainLine } from "../../../src/queue/explain.ts";
import type { ListedState, TaskStore } from "../../../src/queue/store.ts";
import { LEASE, leaseOf, Probe, pause, type StoreSetup } from "./harness.ts";

async function listed(
  store: TaskStore,
  context: string,
  state: ListedState,
  limit: number,
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list({ context, state, limit, cursor });
    expect(page.tasks.length).toBeLessThanOrEqual(limit);
    ids.push(...page.tasks.map(({ id }) => id));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

export function looking(setup: StoreSetup): void {
  describe("looking", () => {
    it("pages through each state", async () => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      const running = [await probe.submit(), await probe.submit(), await probe.submit()];
      const { tasks } = await probe.claim(3);
      await probe.done(tasks[0]);
      await probe.fail(tasks[1]);
      const waiting = [];
      for (let i = 0; i < 7; i++) waiting.push(await probe.submit({ callerId: i < 5 ? "a" : "b" }));
      const later = [await probe.submit({ delayMs: 2000 }), await probe.submit({ delayMs: 1000 })];
      expect(await listed(store, context, "waiting", 3)).toEqual(waiting);
      expect(await listed(store, context, "scheduled", 1)).toEqual([later[1], later[0]]);
      expect(await listed(store, context, "processing", 5)).toEqual([running[2]]);
      expect(await listed(store, context, "finished", 5)).toEqual([running[0]]);
      expect(await listed(store, context, "dead", 5)).toEqual([running[1]]);
    });

    it("holds its place while entries go", async () => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      const ids: string[] = [];
      for (let i = 0; i < 9; i++) {
        ids.push(await probe.submit());
        await probe.done(await probe.take());
        await probe.clock.advance(1);
      }
      const first = await store.list({ context, state: "finished", limit: 3 });
      await store.remove({ id: ids[0] });
      await store.remove({ id: ids[1] });
      const second = await store.list({ context, state: "finished", limit: 3, cursor: first.cursor! });
      expect(second.tasks.map(({ id }) => id)).toEqual(ids.slice(3, 6));
      await store.remove({ id: ids[5] });
      const third = await store.list({ context, state: "finished", limit: 3, cursor: second.cursor! });
      expect(third.tasks.map(({ id }) => id)).toEqual(ids.slice(6, 9));
    });

    it("leaves out cancelled tasks that still stand in the queue", async () => {
      const probe = new Probe(setup);
      const [a, b] = [await probe.submit(), await probe.submit()];
      await probe.store.cancel({ id: a });
      expect(await listed(probe.store, probe.context, "waiting", 1)).toEqual([b]);
    });

    it("tells what happened, in order", async () => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      const id = await probe.submit({ maxAttempts: 2 });
      const start = await store.readEvents({ context });
      expect(start.events).toMatchObject([{ type: "submitted", taskId: id }]);
      const task = await probe.take();
      await store.progress({ context, ...leaseOf(task), fraction: 0.25, message: "a b" });
      await probe.fail(task, 10);
      await probe.clock.advance(10);
      await probe.done(await probe.take());
      const rest = await store.readEvents({ context, after: start.cursor });
      expect(rest.events.map(({ type, taskId, detail }) => [type, taskId, detail])).toEqual([
        ["started", id, "worker-1"],
        ["progress", id, "0.25 a b"],
        ["retrying", id, "10"],
        ["started", id, "worker-1"],
        ["completed", id, null],
      ]);
      expect((await store.readEvents({ context, after: rest.cursor })).events).toEqual([]);
      const other = await probe.submit();
      await store.cancel({ id: other });
      await probe.submit();
      const lost = await probe.take();
      await probe.clock.advance(LEASE);
      await probe.sweep();
      const last = await store.readEvents({ context, after: rest.cursor });
      expect(last.events.map(({ type, taskId }) => [type, taskId])).toEqual([
        ["submitted", other],
        ["cancelled", other],
        ["submitted", lost.id],
        ["started", lost.id],
        ["stalled", lost.id],
      ]);
    });

    it("waits for the next event", async () => {
      const probe = new Probe(setup, { realTime: true });
      const { context, store } = probe;
      await probe.submit();
      const start = performance.now();
      expect((await store.readEvents({ context, after: "$", waitMs: 50 })).events).toEqual([]);
      expect(performance.now() - start).toBeGreaterThan(40);
      const waiting = store.readEvents({ context, after: "$", waitMs: 5000 });
      await pause(30);
      const id = await probe.submit();
      expect((await waiting).events).toMatchObject([{ type: "submitted", taskId: id }]);
      const stop = new AbortController();
      const aborted = store.readEvents({ context, after: "$", waitMs: 5000, signal: stop.signal });
      await pause(20);
      stop.abort();
      expect((await aborted).events).toEqual([]);
    });

    it("writes no events when told so", async () => {
      const probe = new Probe(setup);
      await probe.configure({ maxEvents: 0 });
      await probe.submit();
      expect((await probe.store.readEvents({ context: probe.context })).events).toEqual([]);
    });

    it("explains why a task does not run", async () => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      const ids = [await probe.submit(), await probe.submit(), await probe.submit()];
      await probe.configure({ concurrency: 1, rate: { max: 1, perMs: 1000 } });
      await probe.take();
      expect(await store.explain({ id: ids[2] })).toMatchObject({
        task: { id: ids[2], status: "pending" },
        ahead: 1,
        liveLeases: 1,
        rateWaitMs: 1000,
        settings: { concurrency: 1 },
        workers: 0,
        leaseUntil: null,
        parked: false,
        now: probe.clock.now(),
      });
      await store.announceWorker({ workerId: "w", contexts: [context], ttlMs: 1000 });
      expect(await store.explain({ id: ids[0] })).toMatchObject({
        workers: 1,
        leaseUntil: probe.clock.now() + LEASE,
        counts: { processing: 1, waiting: 2 },
      });
      expect(await store.explain({ id: "unknown", context })).toBeNull();
    });

    it("says it in a line", async () => {
      const probe = new Probe(setup);
      const { context, store, clock } = probe;
      const line = async (id: string) => explainLine((await store.explain({ id }))!);
      const first = await probe.submit({ maxAttempts: 2 });
      expect(await line(first)).toBe(`It waits: no worker serves its context ${context}.`);
      await store.announceWorker({ workerId: "w", contexts: [context], ttlMs: 1e9 });
      expect(await line(first)).toBe("It is the next to run.");
      const second = await probe.submit();
      expect(await line(second)).toBe("It waits for its turn: 1 task ahead, 0 running now on 1 worker.");
      await store.pause({ context });
      expect(await line(second)).toContain("is paused");
      await store.resume({ context });
      const task = await probe.take();
      await clock.advance(3000);
      expect(await line(first)).toBe("It runs on worker-1 since 3 s (attempt 1 of 2).");
      await probe.configure({ concurrency: 1 });
      expect(await line(second)).toBe("It waits: 1 of 1 allowed tasks of its context run.");
      await store.cancel({ id: first });
      expect(await line(first)).toContain("asked to stop");
      await clock.advance(LEASE);
      expect(await line(first)).toContain("ran out 3 s ago");
      await probe.done(task);
      await clock.advance(60_000 * 5);
      expect(await line(first)).toBe("It is done: completed 5 min ago.");
      await probe.configure({ concurrency: null });
      await probe.fail(await probe.take());
      expect(await line(second)).toBe(
        'It failed 0 ms ago: a retry would not help (ErrorRuntime: broken). Retry it with "rhai queue retry".',
      );
      const later = await probe.submit({ delayMs: 7_200_000, maxAttempts: 3 });
      expect(await line(later)).toMatch(/^It waits for its time, in 2 h \(at 20.*Z\)\.$/);
      await clock.advance(7_200_000);
      await probe.fail(await probe.take(), 150_000);
      expect(await line(later)).toMatch(/^Attempt 1 of 3 failed; the next one is in 3 min/);
      await store.cancel({ id: later });
      expect(await line(later)).toBe("It was cancelled 0 ms ago.");
    });

    it("knows its workers for as long as they announce themselves", async () => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      await store.announceWorker({
        workerId: `w1-${context}`,
        contexts: [context],
        ttlMs: 1000,
        info: { host: "h", pid: 7 },
      });
      await store.announceWorker({ workerId: `w2-${context}`, contexts: [context], ttlMs: 3000 });
      const own = async () => (await store.workers()).filter(({ contexts }) => contexts.includes(context));
      expect(await own()).toEqual([
        {
          workerId: `w1-${context}`,
          contexts: [context],
          seenAt: probe.clock.now(),
          info: { host: "h", pid: 7 },
        },
        { workerId: `w2-${context}`, contexts: [context], seenAt: probe.clock.now(), info: {} },
      ]);
      await probe.clock.advance(1001);
      expect((await own()).map(({ workerId }) => workerId)).toEqual([`w2-${context}`]);
    });

    it("lists its contexts and answers health checks", async () => {
      const probe = new Probe(setup, { realTime: true });
      await probe.submit();
      await pause(20);
      expect(await probe.store.contexts()).toContain(probe.context);
      expect(await probe.store.health()).toMatchObject({ ok: true, error: null });
    });
  });
}
