// Suite: how runs end, retries, hand-backs, batches, progress, logs, retention.

import { describe, expect, it } from "vitest";
import { expectCode, LEASE, leaseOf, Probe, type StoreSetup } from "./harness.ts";

export function settling(setup: StoreSetup): void {
  describe("settling", () => {
    it("keeps the result of a completed run", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      const task = await probe.take();
      await probe.clock.advance(10);
      await probe.done(task, '{"ü":[1,"\\n"]}');
      expect(await probe.store.get({ id })).toMatchObject({
        status: "completed",
        output: '{"ü":[1,"\\n"]}',
        finishedAt: probe.clock.now(),
        error: null,
      });
      expect(await probe.counts()).toMatchObject({ processing: 0, finished: 1, totals: { completed: 1 } });
    });

    it("answers a repeated verdict as it was carried out, and never overwrites a result", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      const task = await probe.take();
      await probe.done(task, "1");
      await probe.done(task, "2");
      expect(await probe.fail(task)).toBe("completed");
      expect(await probe.store.get({ id })).toMatchObject({ status: "completed", output: "1" });
      expect((await probe.counts()).totals).toMatchObject({ completed: 1, failed: 0 });
    });

    it("retries a failed task after its delay, then gives up", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit({ maxAttempts: 2 });
      const first = await probe.take();
      expect(await probe.fail(first, 5000)).toBe("scheduled");
      expect(await probe.store.get({ id })).toMatchObject({
        status: "scheduled",
        attempts: 1,
        runAt: probe.clock.now() + 5000,
        error: { kind: "ErrorRuntime", message: "broken", position: { line: 1, column: 5 } },
      });
      await probe.clock.advance(4999);
      expect(await probe.ids()).toEqual([]);
      await probe.clock.advance(1);
      const second = await probe.take();
      expect(second.attempts).toBe(2);
      expect(await probe.fail(second, 5000)).toBe("failed");
      expect(await probe.store.get({ id })).toMatchObject({
        status: "failed",
        deadReason: "exhausted",
        attempts: 2,
      });
      expect(await probe.counts()).toMatchObject({ dead: 1, finished: 0, totals: { failed: 1, retried: 1 } });
      await probe.verify();
    });

    it("does not retry what a retry would not help", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit({ maxAttempts: 5 });
      expect(await probe.fail(await probe.take(), null)).toBe("failed");
      expect(await probe.store.get({ id })).toMatchObject({ deadReason: "notRetryable" });
    });

    it("retries at once without a delay, behind those that wait", async () => {
      const probe = new Probe(setup);
      const first = await probe.submit({ maxAttempts: 2 });
      const task = await probe.take();
      const second = await probe.submit();
      expect(await probe.fail(task, 0)).toBe("pending");
      expect(await probe.ids()).toEqual([second, first]);
    });

    it("forgets the error of an earlier attempt when a later one succeeds", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit({ maxAttempts: 2 });
      await probe.fail(await probe.take(), 0);
      await probe.done(await probe.take());
      expect(await probe.store.get({ id })).toMatchObject({ status: "completed", error: null, attempts: 2 });
    });

    it("takes a task back without charging an attempt, as the next to run", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit({ maxAttempts: 1 });
      const task = await probe.take();
      const other = await probe.submit();
      await probe.store.release({ context: probe.context, workerId: "worker-1", ...leaseOf(task) });
      expect(await probe.store.get({ id })).toMatchObject({ status: "pending", attempts: 0, crashes: 0 });
      expect((await probe.counts()).processing).toBe(0);
      await expectCode(probe.done({ ...task, token: task.token - 1 }), "staleToken");
      expect(await probe.ids()).toEqual([id, other]);
      expect(await probe.store.get({ id })).toMatchObject({ attempts: 1 });
      await probe.verify();
    });

    it("settles many runs and claims the next in one step", async () => {
      const probe = new Probe(setup);
      const ids = await Promise.all(Array.from({ length: 6 }, () => probe.submit({ maxAttempts: 2 })));
      const { tasks } = await probe.claim(4);
      const [a, b, c, d] = tasks.map(leaseOf);
      const error = { kind: "E", message: "m" };
      const settled = await probe.store.settle({
        context: probe.context,
        workerId: "worker-1",
        verdicts: [
          { kind: "completed", ...a, output: "1" },
          { kind: "failed", ...b, error, retryDelayMs: 1000 },
          { kind: "released", ...c },
          { kind: "failed", id: d.id, token: d.token - 1, error, retryDelayMs: null },
          { kind: "malformed", ...d, error },
        ],
        claim: { leaseMs: LEASE, limit: 10 },
      });
      expect(settled.verdicts.map(({ status }) => status)).toEqual([
        "completed",
        "scheduled",
        "pending",
        "lost",
        "failed",
      ]);
      expect(settled.claimed?.tasks.map(({ id }) => id)).toEqual([ids[2], ids[4], ids[5]]);
      expect(settled.claimed?.idle).toEqual({ reason: "empty", waitMs: 1000 });
      expect(await probe.store.get({ id: ids[3] })).toMatchObject({ deadReason: "malformed", error });
      await probe.verify();
    });

    it("fails a task whose output is too large, and no other of the batch", async () => {
      const probe = new Probe(setup);
      const ids = [await probe.submit(), await probe.submit()];
      const { tasks } = await probe.claim(2);
      const [a, b] = tasks.map(leaseOf);
      const output = "x".repeat(5_000_000);
      const stack = Array.from({ length: 500 }, () => "s".repeat(5000));
      const error = { kind: "E", message: "m".repeat(50_000), stack };
      await expectCode(probe.done(tasks[0], output), "invalid");
      const statuses = await probe.settle(
        { kind: "completed", ...a, output },
        { kind: "failed", ...b, error, retryDelayMs: null },
      );
      expect(statuses).toEqual(["failed", "failed"]);
      expect(await probe.store.get({ id: ids[0] })).toMatchObject({
        output: null,
        error: { kind: "OutputTooLarge" },
      });
      const stored = (await probe.store.get({ id: ids[1] }))?.error;
      expect(JSON.stringify(stored).length).toBeLessThan(150_000);
    });

    it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e15])(
      "does not wait for ever when asked to retry after %s ms",
      async (retryDelayMs) => {
        const probe = new Probe(setup);
        const id = await probe.submit({ maxAttempts: 2 });
        const status = await probe.fail(await probe.take(), retryDelayMs);
        const task = await probe.store.get({ id });
        expect(status).toBe(retryDelayMs > 0 ? "scheduled" : "pending");
        expect(task!.runAt! - probe.clock.now()).toBeLessThanOrEqual(366 * 86_400_000);
        await probe.clock.advance(366 * 86_400_000);
        expect(await probe.ids()).toEqual([id]);
      },
    );

    it("settles hundreds in one call", async () => {
      const probe = new Probe(setup);
      const tasks = Array.from({ length: 600 }, () => ({ context: probe.context, script: "1" }));
      await probe.store.enqueueMany({ tasks });
      const claimed = [];
      for (let i = 0; i < 3; i++) claimed.push(...(await probe.claim(256)).tasks);
      expect(claimed).toHaveLength(600);
      const verdicts = claimed.map((task) => ({ kind: "completed", ...leaseOf(task), output: "1" }) as const);
      expect(new Set(await probe.settle(...verdicts))).toEqual(new Set(["completed"]));
      expect(await probe.counts()).toMatchObject({ waiting: 0, processing: 0, finished: 600, openBytes: 0 });
    });

    it("records progress and log lines, the newest of them", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      const task = await probe.take();
      const { context, store } = probe;
      await store.progress({ context, ...leaseOf(task), fraction: 0.4, message: "half way" });
      expect(await store.get({ id })).toMatchObject({ progress: 0.4, progressMessage: "half way" });
      await store.progress({ context, ...leaseOf(task), fraction: 7 });
      expect(await store.get({ id })).toMatchObject({ progress: 1, progressMessage: null });
      await store.log({ context, ...leaseOf(task), lines: [{ level: "print", text: "a\tb\nc" }] });
      const many = Array.from({ length: 900 }, (_, i) => ({ level: "debug", text: String(i) }));
      await store.log({ context, ...leaseOf(task), lines: many });
      const first = await store.logs({ id, limit: 2 });
      expect(first).toEqual({
        dropped: 0,
        lines: [
          { number: 1, at: probe.clock.now(), level: "print", text: "a\tb\nc" },
          { number: 2, at: probe.clock.now(), level: "debug", text: "0" },
        ],
      });
      await store.log({ context, ...leaseOf(task), lines: many });
      const rest = await store.logs({ id, after: 1799 });
      expect(rest.dropped).toBe(801);
      expect(rest.lines.map(({ number, text }) => [number, text])).toEqual([
        [1800, "898"],
        [1801, "899"],
      ]);
      expect((await store.logs({ id: "unknown", context })).lines).toEqual([]);
    });
  });

  describe("logs", () => {
    it("are bounded in size, and count for retention", async () => {
      const probe = new Probe(setup);
      await probe.configure({ retention: { maxAgeMs: 1e9, maxCount: 100, maxBytes: 900_000 } });
      const { context, store } = probe;
      const lines = Array.from({ length: 500 }, () => ({ level: "print", text: "x".repeat(1000) }));
      const ids: string[] = [];
      for (let i = 0; i < 3; i++) {
        ids.push(await probe.submit());
        const task = await probe.take();
        for (let n = 0; n < 3; n++) await store.log({ context, ...leaseOf(task), lines });
        await probe.done(task);
        await probe.clock.advance(1);
      }
      const kept = await store.logs({ id: ids[2], limit: 1 });
      expect(kept.dropped).toBeGreaterThan(900);
      expect(kept.lines[0].number).toBe(kept.dropped + 1);
      const { finished, keptBytes } = await probe.counts();
      expect(finished).toBe(1);
      expect(keptBytes).toBeGreaterThan(300_000);
      expect(keptBytes).toBeLessThan(600_000);
      await probe.store.rerun({ id: ids[2] });
      expect(await probe.counts()).toMatchObject({ keptBytes: 0, finished: 0 });
      await probe.done(await probe.take());
      expect((await probe.counts()).keptBytes).toBe(keptBytes);
      await store.remove({ id: ids[2] });
      expect(await probe.counts()).toMatchObject({ keptBytes: 0 });
      await probe.verify();
    });
  });

  describe("retention", () => {
    it("keeps the newest by number", async () => {
      const probe = new Probe(setup);
      await probe.configure({ retention: { maxAgeMs: 1e9, maxCount: 2, maxBytes: 1e9 } });
      const ids = [];
      for (let i = 0; i < 4; i++) {
        ids.push(await probe.submit());
        await probe.done(await probe.take());
        await probe.clock.advance(1);
      }
      expect(await Promise.all(ids.map((id) => probe.status(id)))).toEqual([
        undefined,
        undefined,
        "completed",
        "completed",
      ]);
      expect(await probe.counts()).toMatchObject({ finished: 2, totals: { completed: 4 } });
    });

    it("keeps as many as fit by size", async () => {
      const probe = new Probe(setup);
      await probe.configure({ retention: { maxAgeMs: 1e9, maxCount: 1000, maxBytes: 5000 } });
      for (let i = 0; i < 5; i++) {
        await probe.submit();
        await probe.done(await probe.take(), "x".repeat(1500));
        await probe.clock.advance(1);
      }
      const { finished, keptBytes } = await probe.counts();
      expect(finished).toBe(2);
      expect(keptBytes).toBeLessThanOrEqual(5000);
      await probe.verify();
    });

    it("removes by age, also when nothing ends any more", async () => {
      const probe = new Probe(setup);
      const retention = { maxAgeMs: 1000, maxCount: 1000, maxBytes: 1e9 };
      await probe.configure({ retention, deadRetention: { ...retention, maxAgeMs: 5000 } });
      const ok = await probe.submit();
      await probe.done(await probe.take());
      const bad = await probe.submit();
      await probe.fail(await probe.take());
      await probe.clock.advance(1001);
      expect((await probe.sweep()).removed).toBe(1);
      expect(await probe.status(ok)).toBeUndefined();
      expect(await probe.status(bad)).toBe("failed");
      await probe.clock.advance(4000);
      expect((await probe.sweep()).removed).toBe(1);
      expect(await probe.counts()).toMatchObject({ finished: 0, dead: 0, keptBytes: 0 });
    });

    it("keeps dead letters whatever the result's time to live", async () => {
      const probe = new Probe(setup);
      const ids = [await probe.submit({ resultTtlMs: 0 }), await probe.submit({ resultTtlMs: 50 })];
      for (const task of (await probe.claim(2)).tasks) await probe.fail(task);
      await probe.clock.advance(1000);
      expect((await probe.sweep()).removed).toBe(0);
      for (const id of ids) expect(await probe.status(id)).toBe("failed");
      expect((await probe.counts()).dead).toBe(2);
      await probe.verify();
    });

    it("honours a result's own time to live", async () => {
      const probe = new Probe(setup);
      const short = await probe.submit({ resultTtlMs: 100 });
      const none = await probe.submit({ resultTtlMs: 0 });
      const plain = await probe.submit();
      const { tasks } = await probe.claim(3);
      for (const task of tasks) await probe.done(task);
      expect(await probe.status(none)).toBeUndefined();
      const gone = tasks.find(({ id }) => id === none)!;
      expect(await probe.settle({ kind: "completed", ...leaseOf(gone), output: "1" })).toEqual(["lost"]);
      await probe.clock.advance(100);
      await probe.sweep();
      expect(await probe.status(short)).toBeUndefined();
      expect(await probe.status(plain)).toBe("completed");
      expect((await probe.counts()).finished).toBe(1);
      await probe.verify();
    });
  });
}
