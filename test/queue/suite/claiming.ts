// Suite: claiming, leases, tokens, recovery of lost workers, quarantine.

import { describe, expect, it } from "vitest";
import { expectCode, LEASE, leaseOf, Probe, type StoreSetup } from "./harness.ts";

export function claiming(setup: StoreSetup): void {
  describe("claiming", () => {
    it("gives each task to one worker, first come, first served", async () => {
      const probe = new Probe(setup);
      const ids = [await probe.submit(), await probe.submit(), await probe.submit()];
      const one = await probe.claim(2, "a");
      const two = await probe.claim(2, "b");
      expect(one.tasks.map(({ id }) => id)).toEqual(ids.slice(0, 2));
      expect(two.tasks.map(({ id }) => id)).toEqual(ids.slice(2));
      expect(one.idle).toBeNull();
      expect(two.idle).toEqual({ reason: "empty", waitMs: null });
      const [task] = two.tasks;
      expect(task).toMatchObject({
        status: "processing",
        attempts: 1,
        workerId: "b",
        startedAt: probe.clock.now(),
        leaseUntil: probe.clock.now() + LEASE,
      });
      expect(await probe.store.get({ id: task.id })).toMatchObject({
        status: "processing",
        token: task.token,
        attempts: 1,
      });
      await probe.verify();
    });

    it("counts the delivery before the script can start", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      await probe.take();
      expect(await probe.store.get({ id })).toMatchObject({ attempts: 1, workerId: "worker-1" });
    });

    it("gives rising tokens, also across tasks", async () => {
      const probe = new Probe(setup);
      const tokens: number[] = [];
      for (let i = 0; i < 3; i++) {
        await probe.submit();
        await probe.submit();
        tokens.push(...(await probe.claim(2)).tasks.map(({ token }) => token));
      }
      expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
      expect(new Set(tokens).size).toBe(6);
      expect(tokens[0]).toBeGreaterThan(probe.clock.now());
      expect(tokens.every(Number.isSafeInteger)).toBe(true);
    });

    it("prolongs leases and tells of lost ones", async () => {
      const probe = new Probe(setup);
      await probe.submit();
      const task = await probe.take();
      await probe.clock.advance(LEASE - 1);
      const { context, workerId } = probe;
      const leases = [leaseOf(task), { id: task.id, token: task.token - 1 }, { id: "unknown", token: 1 }];
      const states = await probe.store.extend({ context, workerId, leaseMs: LEASE, leases });
      expect(states).toEqual([
        { ...leaseOf(task), held: true, cancelRequested: false },
        { id: task.id, token: task.token - 1, held: false, cancelRequested: false },
        { id: "unknown", token: 1, held: false, cancelRequested: false },
      ]);
      await probe.clock.advance(LEASE - 1);
      expect((await probe.sweep()).recovered).toBe(0);
      await probe.clock.advance(1);
      expect((await probe.sweep()).recovered).toBe(1);
      expect(
        (await probe.store.extend({ context, workerId, leaseMs: LEASE, leases: [leaseOf(task)] }))[0].held,
      ).toBe(false);
    });

    it("runs a lost worker's task again, and refuses what the old owner writes late", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      const old = await probe.take("old");
      await probe.clock.advance(LEASE);
      expect(await probe.sweep()).toMatchObject({ recovered: 1 });
      expect(await probe.store.get({ id })).toMatchObject({
        status: "scheduled",
        attempts: 0,
        crashes: 1,
        error: { kind: "WorkerLost" },
      });
      await probe.clock.advance(1000);
      const fresh = await probe.take("new");
      expect(fresh.token).toBeGreaterThan(old.token);
      await expectCode(probe.done(old, "late"), "staleToken");
      await expectCode(probe.fail(old), "staleToken");
      const { context } = probe;
      await expectCode(probe.store.progress({ context, ...leaseOf(old), fraction: 0.5 }), "staleToken");
      await expectCode(
        probe.store.log({ context, ...leaseOf(old), lines: [{ level: "print", text: "x" }] }),
        "staleToken",
      );
      expect(
        await probe.settle({ kind: "released", ...leaseOf(old) }, { kind: "cancelled", ...leaseOf(old) }),
      ).toEqual(["lost", "lost"]);
      await probe.done(fresh, "fresh");
      await expectCode(probe.done(old, "late"), "staleToken");
      expect(await probe.store.get({ id })).toMatchObject({
        status: "completed",
        output: "fresh",
        error: null,
      });
      await probe.verify();
    });

    it("says that a result came too late, also before anybody else took the task", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit({ maxAttempts: 3 });
      const lost = await probe.take();
      await probe.clock.advance(LEASE);
      await probe.sweep();
      await expectCode(probe.done(lost, "late"), "staleToken");
      expect(await probe.settle({ kind: "completed", ...leaseOf(lost), output: "late" })).toEqual(["lost"]);
      expect(
        await probe.settle({ kind: "malformed", ...leaseOf(lost), error: { kind: "E", message: "" } }),
      ).toEqual(["lost"]);
      const { context, workerId, store } = probe;
      await expectCode(store.release({ context, workerId, ...leaseOf(lost) }), "staleToken");
      await probe.clock.advance(1000);
      const released = await probe.take();
      await store.release({ context, workerId, ...leaseOf(released) });
      await store.release({ context, workerId, ...leaseOf(released) });
      await expectCode(probe.done(released), "staleToken");
      const failed = await probe.take();
      expect(await probe.fail(failed, 0)).toBe("pending");
      await expectCode(probe.done(failed), "staleToken");
      expect(await probe.store.get({ id })).toMatchObject({ status: "pending", output: null, attempts: 1 });
      await probe.verify();
    });

    it("takes a result that comes after the lease ran out, while nobody else has the task", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      const task = await probe.take();
      await probe.clock.advance(5 * LEASE);
      await probe.done(task);
      expect(await probe.status(id)).toBe("completed");
      expect((await probe.sweep()).recovered).toBe(0);
    });

    it("recovers in bounded steps, and only once", async () => {
      const probe = new Probe(setup);
      await probe.store.enqueueMany({
        tasks: Array.from({ length: 7 }, () => ({ context: probe.context, script: "1" })),
      });
      await probe.claim(7);
      await probe.clock.advance(LEASE);
      const { context } = probe;
      expect(await probe.store.sweep({ context, limit: 5 })).toMatchObject({ recovered: 5, more: true });
      const both = await Promise.all([probe.sweep(), probe.sweep()]);
      expect(both.map(({ recovered }) => recovered).sort()).toEqual([0, 2]);
      await probe.clock.advance(1000);
      expect(await probe.ids()).toHaveLength(7);
    });

    it("waits longer after each crash and quarantines a poison task", async () => {
      const probe = new Probe(setup);
      await probe.configure({ maxCrashes: 4, crashDelayMs: 1000 });
      const id = await probe.submit({ maxAttempts: 1 });
      for (const wait of [1000, 2000, 4000]) {
        await probe.take();
        await probe.clock.advance(LEASE);
        expect((await probe.sweep()).recovered).toBe(1);
        await probe.clock.advance(wait - 1);
        expect(await probe.ids()).toEqual([]);
        await probe.clock.advance(1);
      }
      await probe.take();
      await probe.clock.advance(LEASE);
      await probe.sweep();
      expect(await probe.store.get({ id })).toMatchObject({
        status: "failed",
        deadReason: "quarantined",
        crashes: 4,
      });
      expect((await probe.counts()).dead).toBe(1);
      expect(await probe.ids()).toEqual([]);
    });

    it("counts a thread that died in a living worker as a crash", async () => {
      const probe = new Probe(setup);
      await probe.configure({ maxCrashes: 2 });
      const id = await probe.submit({ maxAttempts: 3 });
      const error = { kind: "ThreadDied", message: "out of heap" };
      const first = await probe.take();
      expect(await probe.settle({ kind: "crashed", ...leaseOf(first), error })).toEqual(["scheduled"]);
      expect(await probe.store.get({ id })).toMatchObject({ attempts: 0, crashes: 1, error });
      await probe.clock.advance(1000);
      const second = await probe.take();
      expect(await probe.settle({ kind: "crashed", ...leaseOf(second), error })).toEqual(["failed"]);
      expect(await probe.store.get({ id })).toMatchObject({ deadReason: "quarantined", error });
    });

    it("tells when the next lease or task is due", async () => {
      const probe = new Probe(setup);
      expect((await probe.sweep()).waitMs).toBeNull();
      await probe.submit({ delayMs: 3000 });
      expect((await probe.sweep()).waitMs).toBe(3000);
      await probe.submit();
      await probe.take();
      await probe.clock.advance(1000);
      expect((await probe.sweep()).waitMs).toBe(2000);
      await probe.clock.advance(2000);
      expect(await probe.sweep()).toMatchObject({ promoted: 1, waitMs: LEASE - 3000 });
    });

    it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -5])("refuses a lease of %s ms", async (leaseMs) => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      const { context, workerId, store } = probe;
      await expectCode(store.claim({ context, workerId, leaseMs, limit: 1 }), "invalid");
      const claim = { leaseMs, limit: 1 };
      await expectCode(store.settle({ context, workerId, verdicts: [], claim }), "invalid");
      const task = await probe.take();
      await expectCode(store.extend({ context, workerId, leaseMs, leases: [leaseOf(task)] }), "invalid");
      expect(task.id).toBe(id);
      await probe.verify();
    });

    it("takes fractions of ms, and any number of free slots", async () => {
      const probe = new Probe(setup);
      await probe.submit();
      const { context, workerId, store } = probe;
      for (const limit of [-1, 0, Number.NaN, 0.5]) {
        expect((await store.claim({ context, workerId, leaseMs: 1000.25, limit })).tasks).toEqual([]);
      }
      const { tasks } = await store.claim({ context, workerId, leaseMs: 1000.25, limit: 1e9 });
      expect(tasks).toHaveLength(1);
      expect(Number.isInteger(tasks[0].leaseUntil)).toBe(true);
      expect(await store.sweep({ context, limit: 0 })).toMatchObject({ recovered: 0, removed: 0 });
    });

    it("refuses bad names of workers and contexts", async () => {
      const probe = new Probe(setup);
      await expectCode(probe.claim(1, ""), "invalid");
      const params = { context: "bad name", workerId: "w", leaseMs: LEASE, limit: 1 };
      await expectCode(probe.store.claim(params), "invalid");
    });
  });
}
