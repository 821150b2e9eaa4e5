// Suite: waiting for work, for results, for cancels; closing. In real time, briefly.

import { describe, expect, it } from "vitest";
import type { LeaseRef } from "../../../src/queue/store.ts";
import { expectCode, LEASE, leaseOf, Probe, pause, type StoreSetup } from "./harness.ts";

const EMPTY = { reason: "empty", waitMs: null } as const;

export function waiting(setup: StoreSetup): void {
  async function idleProbe(): Promise<Probe> {
    const probe = new Probe(setup, { realTime: true });
    // The first wait of a context may return at once.
    await probe.store.waitForWork({ context: probe.context, idle: EMPTY, timeoutMs: 5 });
    return probe;
  }

  describe("waiting for work", () => {
    it("returns after its time, or when told to stop", async () => {
      const { store, context } = await idleProbe();
      const start = performance.now();
      await store.waitForWork({ context, idle: EMPTY, timeoutMs: 60 });
      await store.waitForWork({ context, idle: { reason: "busy", waitMs: 60 }, timeoutMs: 5000 });
      expect(performance.now() - start).toBeGreaterThan(100);
      expect(performance.now() - start).toBeLessThan(1500);
      const stop = new AbortController();
      const waiting = store.waitForWork({ context, idle: EMPTY, timeoutMs: 10_000, signal: stop.signal });
      await pause(30);
      stop.abort();
      expect(await waiting).toBeNull();
    });

    it.each([
      ["submitted", {}],
      ["submitted with a priority", { priority: 3 }],
      ["due", { delayMs: 40 }],
    ])("wakes when a task is %s, with the task when asked for it", async (_, spec) => {
      const probe = await idleProbe();
      const { store, context } = probe;
      const claim = { workerId: "w", leaseMs: LEASE, limit: 5 };
      const work = (async () => {
        let { idle } = await probe.claim(1);
        for (;;) {
          const claimed = await store.waitForWork({ context, idle: idle!, timeoutMs: 3000, claim });
          if (claimed !== null && claimed.tasks.length > 0) return claimed.tasks;
          if (claimed !== null) idle = claimed.idle;
        }
      })();
      await pause(30);
      const start = performance.now();
      const id = await probe.submit(spec);
      const tasks = await work;
      expect(tasks.map((task) => task.id)).toEqual([id]);
      expect(performance.now() - start).toBeLessThan(500);
      expect(tasks[0]).toMatchObject({ status: "processing", workerId: "w", attempts: 1 });
      await probe.done(tasks[0]);
    });

    it("waits for months if it must", async () => {
      const probe = await idleProbe();
      const { store, context } = probe;
      const claim = { workerId: "w", leaseMs: LEASE, limit: 1 };
      for (const timeoutMs of [1e10, Number.POSITIVE_INFINITY]) {
        const waiting = store.waitForWork({ context, idle: EMPTY, timeoutMs, claim });
        await pause(30);
        const id = await probe.submit();
        expect((await waiting)?.tasks).toMatchObject([{ id }]);
      }
    });

    it("wakes one of many for each task, and none waits in vain", async () => {
      const probe = await idleProbe();
      const { store, context } = probe;
      const claim = { workerId: "w", leaseMs: LEASE, limit: 1 };
      const got: string[] = [];
      const worker = async () => {
        const end = Date.now() + 400;
        while (Date.now() < end && got.length < 6) {
          const claimed = await store.waitForWork({
            context,
            idle: EMPTY,
            timeoutMs: end - Date.now(),
            claim,
          });
          got.push(...(claimed?.tasks.map(({ id }) => id) ?? []));
        }
      };
      const workers = Array.from({ length: 4 }, worker);
      await pause(40);
      const tasks = ["a", "b", "c", "a", "b", "c"].map((callerId) => ({ context, script: "1", callerId }));
      const ids = (await store.enqueueMany({ tasks })).map(({ id }) => id);
      await Promise.all(workers);
      expect(got.sort()).toEqual([...ids].sort());
    });

    it("keeps nothing claimed for somebody who stopped waiting", async () => {
      const probe = await idleProbe();
      const { store, context } = probe;
      for (let i = 0; i < 10; i++) {
        const stop = new AbortController();
        const claim = { workerId: "w", leaseMs: LEASE, limit: 5 };
        const waiting = store.waitForWork({
          context,
          idle: EMPTY,
          timeoutMs: 5000,
          signal: stop.signal,
          claim,
        });
        await pause(i);
        const submitting = probe.submit();
        stop.abort();
        const claimed = await waiting;
        await submitting;
        for (const task of claimed?.tasks ?? []) await probe.done(task);
      }
      for (let left = await probe.claim(20); left.tasks.length > 0; left = await probe.claim(20)) {
        for (const task of left.tasks) await probe.done(task);
      }
      expect(await probe.counts()).toMatchObject({
        waiting: 0,
        processing: 0,
        totals: { completed: 10, crashed: 0 },
      });
    });

    it("wakes workers when a pause ends or a slot gets free", async () => {
      const probe = await idleProbe();
      const { store, context } = probe;
      await store.pause({ context });
      const id = await probe.submit();
      const { idle } = await probe.claim();
      const start = performance.now();
      const waiting = store.waitForWork({ context, idle: idle!, timeoutMs: 5000 });
      await pause(20);
      await store.resume({ context });
      await waiting;
      await probe.configure({ concurrency: 1 });
      const task = await probe.take();
      await probe.submit();
      const busy = (await probe.claim()).idle;
      expect(busy).toMatchObject({ reason: "busy" });
      const next = store.waitForWork({ context, idle: busy!, timeoutMs: 5000 });
      await pause(20);
      await probe.done(task);
      await next;
      expect(performance.now() - start).toBeLessThan(2500);
      expect(task.id).toBe(id);
    });
  });

  describe("waiting for results", () => {
    it("is told of the end, whoever asks and however early", async () => {
      const probe = new Probe(setup, { realTime: true });
      const { store, context } = probe;
      const ids = [await probe.submit(), await probe.submit({ maxAttempts: 1 }), await probe.submit()];
      const early = ids.map((id) => store.waitForResult({ id, timeoutMs: 5000 }));
      const twice = store.waitForResult({ id: ids[0], timeoutMs: 5000 });
      await pause(20);
      const [ok, bad, gone] = (await probe.claim(3)).tasks;
      await probe.done(ok, '"line 1\\nline 2"');
      await probe.fail(bad);
      await store.cancel({ id: gone.id });
      await probe.settle({ kind: "cancelled", ...leaseOf(gone) });
      const results = await Promise.all(early);
      expect(results[0]).toMatchObject({
        id: ids[0],
        status: "completed",
        output: '"line 1\\nline 2"',
        attempts: 1,
      });
      expect(results[1]).toMatchObject({
        status: "failed",
        output: null,
        error: { kind: "ErrorRuntime", message: "broken" },
      });
      expect(results[2]).toMatchObject({ status: "cancelled", output: null, error: null });
      expect(await twice).toEqual(results[0]);
      expect(await store.waitForResult({ id: ids[0], timeoutMs: 5000 })).toEqual(results[0]);
      expect(context).toBe(probe.context);
    });

    it("needs no second question after a submit that asked for it", async () => {
      const probe = new Probe(setup, { realTime: true });
      const { store, context } = probe;
      const { id } = await store.enqueue({ task: { context, script: "1", resultTtlMs: 0 }, notify: true });
      const many = await store.enqueueMany({
        tasks: [{ context, script: "2", resultTtlMs: 0 }],
        notify: true,
      });
      const waiting = store.waitForResult({ id, timeoutMs: 5000 });
      for (const task of (await probe.claim(2)).tasks) await probe.done(task, task.script!);
      expect(await waiting).toMatchObject({ status: "completed", output: "1" });
      const second = await store
        .waitForResult({ id: many[0].id, timeoutMs: 5000 })
        .catch((error) => error.code);
      // In memory nothing is kept for a task that is gone; over Redis the answer is here already.
      expect([second.output, second]).toContain(second.output ?? "notFound");
    });

    it("waits for months if it must", async () => {
      const probe = new Probe(setup, { realTime: true });
      const id = await probe.submit();
      const waiting = [1e10, 1e15, Number.POSITIVE_INFINITY].map((timeoutMs) =>
        probe.store.waitForResult({ id, timeoutMs }),
      );
      await pause(20);
      await probe.done(await probe.take());
      for (const result of await Promise.all(waiting)) expect(result.status).toBe("completed");
    });

    it("waits for the result of a rerun, not for that of the run before", async () => {
      const probe = new Probe(setup, { realTime: true });
      const { store, context } = probe;
      const { id } = await store.enqueue({ task: { context, script: "1" }, notify: true });
      await probe.done(await probe.take(), "first");
      await pause(30);
      await store.rerun({ id });
      const waiting = store.waitForResult({ id, timeoutMs: 5000 });
      await pause(20);
      await probe.done(await probe.take(), "second");
      expect(await waiting).toMatchObject({ output: "second" });
    });

    it("ends with its time, with a signal, or for an unknown task", async () => {
      const probe = new Probe(setup, { realTime: true });
      const { store } = probe;
      const id = await probe.submit();
      await expectCode(store.waitForResult({ id, timeoutMs: 40 }), "timeout");
      const stop = new AbortController();
      const waiting = store.waitForResult({ id, timeoutMs: 5000, signal: stop.signal });
      await pause(20);
      stop.abort();
      await expectCode(waiting, "timeout");
      await expectCode(
        store.waitForResult({ id: "unknown", context: probe.context, timeoutMs: 500 }),
        "notFound",
      );
    });
  });

  describe("waiting for results without any time", () => {
    it("looks once", async () => {
      const probe = new Probe(setup, { realTime: true });
      const { store, context, workerId } = probe;
      const { id } = await store.enqueue({ task: { context, script: "1" }, notify: true });
      await expectCode(store.waitForResult({ id, timeoutMs: 0 }), "timeout");
      const { token } = await probe.take();
      await store.complete({ context, workerId, id, token, output: "2" });
      expect(await store.waitForResult({ id, timeoutMs: 0 })).toMatchObject({ output: "2" });
      expect(await store.waitForResult({ id, timeoutMs: 0 })).toMatchObject({ output: "2" });
      await expectCode(store.waitForResult({ id: "unknown", context, timeoutMs: 0 }), "notFound");
    });

    it("gives no result of a task that was removed", async () => {
      const probe = new Probe(setup, { realTime: true });
      const { store, context, workerId } = probe;
      const { id } = await store.enqueue({ task: { context, script: "1" }, notify: true });
      const { token } = await probe.take();
      await store.complete({ context, workerId, id, token, output: "2" });
      await pause(30);
      await store.remove({ id });
      await expectCode(store.waitForResult({ id, timeoutMs: 1000 }), "notFound");
    });
  });

  describe("waiting for cancels", () => {
    it("hears of them also when somebody else has just stopped listening", async () => {
      const probe = new Probe(setup, { realTime: true });
      const { store, context } = probe;
      const id = await probe.submit();
      const task = await probe.take();
      const heard: LeaseRef[] = [];
      const stop = await store.watchCancels({ contexts: [context], onCancel: () => undefined });
      const [, again] = await Promise.all([
        stop(),
        store.watchCancels({ contexts: [context], onCancel: (lease) => heard.push(lease) }),
      ]);
      await pause(20);
      await store.cancel({ id });
      for (let i = 0; i < 50 && heard.length === 0; i++) await pause(10);
      expect(heard).toEqual([leaseOf(task)]);
      await again();
    });

    it("hears of each running task that is cancelled", async () => {
      const probe = new Probe(setup, { realTime: true });
      const { store, context } = probe;
      const id = await probe.submit();
      const task = await probe.take();
      const heard: LeaseRef[] = [];
      const stop = await store.watchCancels({ contexts: [context], onCancel: (lease) => heard.push(lease) });
      await store.cancel({ id });
      for (let i = 0; i < 50 && heard.length === 0; i++) await pause(10);
      expect(heard).toEqual([leaseOf(task)]);
      await stop();
      await store.cancel({ id });
      await pause(20);
      expect(heard).toHaveLength(1);
    });
  });

  describe("closing", () => {
    it("ends every wait and refuses further calls", async () => {
      const probe = await idleProbe();
      const { store, context } = probe;
      const id = await probe.submit();
      await probe.take();
      const result = store.waitForResult({ id, timeoutMs: 10_000 });
      const work = store.waitForWork({ context, idle: EMPTY, timeoutMs: 10_000 });
      const events = store.readEvents({ context, after: "$", waitMs: 10_000 });
      const refused = expectCode(result, "closed");
      await pause(30);
      await store.close();
      await refused;
      await work;
      expect(await events).toMatchObject({ events: [] });
      await expectCode(store.get({ id }), "closed");
      await expectCode(probe.submit(), "closed");
      expect((await store.health()).ok).toBe(false);
      await store.close();
    });
  });
}
