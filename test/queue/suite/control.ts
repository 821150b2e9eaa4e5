// Suite: cancel, rerun, remove, dead letters, drain.

import { describe, expect, it } from "vitest";
import { expectCode, LEASE, leaseOf, Probe, type StoreSetup } from "./harness.ts";

export function control(setup: StoreSetup): void {
  describe("cancel", () => {
    it("ends waiting and scheduled tasks, with and without priority", async () => {
      const probe = new Probe(setup);
      const ids = [
        await probe.submit(),
        await probe.submit({ priority: 4 }),
        await probe.submit({ callerId: "other" }),
        await probe.submit({ delayMs: 1000 }),
      ];
      const last = await probe.submit();
      for (const id of ids)
        expect(await probe.store.cancel({ id, reason: "no longer needed" })).toBe("cancelled");
      for (const id of ids) expect(await probe.status(id)).toBe("cancelled");
      expect(await probe.counts()).toMatchObject({
        waiting: 1,
        scheduled: 0,
        finished: 4,
        totals: { cancelled: 4 },
      });
      await probe.clock.advance(2000);
      expect(await probe.ids()).toEqual([last]);
      await probe.verify();
    });

    it("asks the worker of a running task, and is not forgotten", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit({ maxAttempts: 3 });
      const task = await probe.take();
      expect(await probe.store.cancel({ id })).toBe("requested");
      const { context, workerId } = probe;
      const [state] = await probe.store.extend({
        context,
        workerId,
        leaseMs: LEASE,
        leases: [leaseOf(task)],
      });
      expect(state).toMatchObject({ held: true, cancelRequested: true });
      expect(await probe.settle({ kind: "cancelled", ...leaseOf(task) })).toEqual(["cancelled"]);
      expect(await probe.store.cancel({ id })).toBe("finished");
    });

    it("turns a failure, a hand-back or a crash of a task to be cancelled into its end", async () => {
      for (const how of ["fail", "release", "lost"] as const) {
        const probe = new Probe(setup);
        const id = await probe.submit({ maxAttempts: 3 });
        const task = await probe.take();
        await probe.store.cancel({ id });
        if (how === "fail") expect(await probe.fail(task, 1000)).toBe("cancelled");
        else if (how === "release")
          expect(await probe.settle({ kind: "released", ...leaseOf(task) })).toEqual(["cancelled"]);
        else {
          await probe.clock.advance(LEASE);
          await probe.sweep();
        }
        expect(await probe.status(id)).toBe("cancelled");
      }
    });

    it("keeps a result that came before the worker heard of it", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      const task = await probe.take();
      await probe.store.cancel({ id });
      await probe.done(task);
      expect(await probe.status(id)).toBe("completed");
    });

    it("knows finished and unknown tasks", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      await probe.done(await probe.take());
      expect(await probe.store.cancel({ id })).toBe("finished");
      expect(await probe.store.cancel({ id: "unknown", context: probe.context })).toBe("notFound");
    });
  });

  describe("rerun and remove", () => {
    it("runs a finished task again with fresh attempts and a higher token", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit({ maxAttempts: 1, idempotencyKey: "k" });
      const first = await probe.take();
      await probe.fail(first);
      await probe.store.rerun({ id });
      expect(await probe.store.get({ id })).toMatchObject({
        status: "pending",
        attempts: 0,
        error: null,
        deadReason: null,
        finishedAt: null,
      });
      expect(await probe.submit({ idempotencyKey: "k" })).toBe(id);
      expect(await probe.counts()).toMatchObject({ dead: 0, waiting: 1 });
      const second = await probe.take();
      expect(second.token).toBeGreaterThan(first.token);
      await probe.done(second);
      await probe.store.rerun({ id, delayMs: 500 });
      expect(await probe.status(id)).toBe("scheduled");
      await probe.clock.advance(500);
      expect(await probe.ids()).toEqual([id]);
      await probe.verify();
    });

    it("runs a task once that was cancelled and rerun while it waited", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      const other = await probe.submit();
      await probe.store.cancel({ id });
      await probe.store.rerun({ id });
      expect((await probe.counts()).waiting).toBe(2);
      expect((await probe.ids()).sort()).toEqual([id, other].sort());
      expect(await probe.ids()).toEqual([]);
      await probe.verify();
    });

    it("lets go of an idempotency key that another task has", async () => {
      const probe = new Probe(setup);
      const first = await probe.submit({ idempotencyKey: "k" });
      await probe.done(await probe.take());
      const second = await probe.submit({ idempotencyKey: "k" });
      await probe.store.rerun({ id: first });
      for (const task of (await probe.claim(2)).tasks) if (task.id === first) await probe.done(task);
      expect(await probe.submit({ idempotencyKey: "k" })).toBe(second);
    });

    it("runs a task once, in one place, however often it was cancelled and rerun", async () => {
      const probe = new Probe(setup);
      const [id, other] = [await probe.submit(), await probe.submit()];
      for (let i = 0; i < 3; i++) {
        await probe.store.cancel({ id });
        await probe.store.rerun({ id, delayMs: 100 });
        await probe.clock.advance(100);
        await probe.sweep();
      }
      expect(await probe.counts()).toMatchObject({ waiting: 2, scheduled: 0 });
      expect((await probe.ids()).sort()).toEqual([id, other].sort());
      expect((await probe.counts()).waiting).toBe(0);
      await probe.verify();
    });

    it.each([Number.NaN, -5, 2.5, 1e15])("refuses a rerun after %s ms", async (delayMs) => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      await probe.done(await probe.take());
      await expectCode(probe.store.rerun({ id, delayMs }), "invalid");
      expect(await probe.status(id)).toBe("completed");
    });

    it("runs what failed again, not what has succeeded since", async () => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      const ids = await Promise.all(Array.from({ length: 20 }, () => probe.submit()));
      for (const task of (await probe.claim(20)).tasks) await probe.fail(task);
      const moved = await Promise.all([1, 2, 3].map(() => store.retryDead({ context, limit: 15 })));
      expect(moved.reduce((sum, { count }) => sum + count, 0)).toBe((await probe.counts()).waiting);
      await store.retryDead({ context });
      for (const task of (await probe.claim(20)).tasks) await probe.done(task);
      expect(await store.retryDead({ context, ids })).toEqual({ count: 0, more: false });
      expect(await store.dropDead({ context, ids })).toEqual({ count: 0, more: false });
      expect(await probe.counts()).toMatchObject({ finished: 20, dead: 0, waiting: 0 });
    });

    it("refuses tasks that are not finished, or unknown", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      await expectCode(probe.store.rerun({ id }), "wrongState");
      await expectCode(probe.store.remove({ id }), "wrongState");
      await expectCode(probe.store.rerun({ id: "unknown", context: probe.context }), "notFound");
      await expectCode(probe.store.remove({ id: "unknown", context: probe.context }), "notFound");
    });

    it("removes a finished task with its log", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      const task = await probe.take();
      const lines = [{ level: "print", text: "x" }];
      await probe.store.log({ context: probe.context, ...leaseOf(task), lines });
      await probe.done(task);
      await probe.store.remove({ id });
      expect(await probe.store.get({ id })).toBeNull();
      expect((await probe.store.logs({ id })).lines).toEqual([]);
      expect(await probe.counts()).toMatchObject({ finished: 0, keptBytes: 0 });
    });
  });

  describe("dead letters", () => {
    async function withDead(count: number): Promise<{ probe: Probe; ids: string[] }> {
      const probe = new Probe(setup);
      const ids: string[] = [];
      for (let i = 0; i < count; i++) {
        ids.push(await probe.submit());
        await probe.fail(await probe.take());
        await probe.clock.advance(1);
      }
      return { probe, ids };
    }

    it("are listed, oldest first, with their errors", async () => {
      const { probe, ids } = await withDead(3);
      const page = await probe.store.list({ context: probe.context, state: "dead" });
      expect(page.tasks.map(({ id }) => id)).toEqual(ids);
      expect(page.tasks[0]).toMatchObject({ deadReason: "notRetryable", error: { message: "broken" } });
    });

    it("are retried or dropped by id, or the oldest", async () => {
      const { probe, ids } = await withDead(4);
      const { context, store } = probe;
      const done = await probe.submit();
      await probe.done(await probe.take());
      expect(await store.retryDead({ context, ids: [ids[1], "unknown", done] })).toEqual({
        count: 1,
        more: false,
      });
      expect(await store.retryDead({ context, limit: 1 })).toEqual({ count: 1, more: true });
      expect(await probe.ids()).toEqual([ids[1], ids[0]]);
      expect(await store.dropDead({ context, ids: [ids[3], done, ids[3]] })).toEqual({
        count: 1,
        more: false,
      });
      expect(await store.dropDead({ context })).toEqual({ count: 1, more: false });
      expect(await probe.status(ids[2])).toBeUndefined();
      expect(await probe.status(done)).toBe("completed");
      expect((await probe.counts()).dead).toBe(0);
      await probe.verify();
    });
  });

  describe("steps", () => {
    it.each([0, -3, 0.5, Number.NaN])("of a size of %s are no step over everything", async (limit) => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      for (let i = 0; i < 3; i++) await probe.submit();
      await probe.fail(await probe.take());
      await probe.fail(await probe.take());
      expect((await store.retryDead({ context, limit })).count).toBeLessThan(2);
      expect((await store.dropDead({ context, limit })).count).toBeLessThan(2);
      expect((await store.drain({ context, limit })).count).toBeLessThan(2);
      await store.sweep({ context, limit });
      expect((await store.list({ context, state: "waiting", limit })).tasks.length).toBeLessThan(2);
      await store.readEvents({ context, limit });
      await probe.verify();
    });
  });

  describe("drain", () => {
    it("cancels what waits, in steps, and leaves running ones alone", async () => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      const running = await probe.submit();
      const task = await probe.take();
      for (const callerId of ["a", "b", "a", "c"]) await probe.submit({ callerId });
      await probe.submit({ priority: 9 });
      const cancelled = await probe.submit();
      await store.cancel({ id: cancelled });
      const later = await probe.submit({ delayMs: 1000 });
      expect(await store.drain({ context, limit: 2 })).toEqual({ count: 2, more: true });
      expect(await store.drain({ context })).toEqual({ count: 3, more: false });
      expect(await probe.counts()).toMatchObject({ waiting: 0, scheduled: 1, processing: 1 });
      expect(await store.drain({ context, scheduled: true })).toEqual({ count: 1, more: false });
      expect(await probe.status(later)).toBe("cancelled");
      await probe.done(task);
      expect(await probe.status(running)).toBe("completed");
      expect(await probe.ids()).toEqual([]);
      await probe.verify();
    });
  });
}
