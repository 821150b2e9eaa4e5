// Suite: submitting, ids, idempotency keys, delays, limits of length and bytes.

import { describe, expect, it } from "vitest";
import type { TaskSpec } from "../../../src/queue/task.ts";
import { expectCode, Probe, type StoreSetup } from "./harness.ts";

export function submitting(setup: StoreSetup): void {
  describe("submitting", () => {
    it("stores what was submitted and gives it back", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit({
        callerId: "me",
        fairKey: "team",
        script: "print(a); ü + 'x'",
        args: '{"a":1}',
        priority: 3,
        maxAttempts: 5,
        backoff: { kind: "fixed", baseMs: 10 },
        timeoutMs: 2000,
        limits: { operations: 1000 },
        resultTtlMs: 60_000,
        trace: "00-abc-def-01",
        meta: "any\nthing",
        signature: "sig",
        signedBy: "key",
      });
      expect(await probe.store.get({ id })).toEqual({
        id,
        context: probe.context,
        status: "pending",
        callerId: "me",
        fairKey: "team",
        script: "print(a); ü + 'x'",
        scriptPath: null,
        args: '{"a":1}',
        priority: 3,
        maxAttempts: 5,
        backoff: { kind: "fixed", baseMs: 10 },
        timeoutMs: 2000,
        limits: { operations: 1000 },
        idempotencyKey: null,
        resultTtlMs: 60_000,
        trace: "00-abc-def-01",
        meta: "any\nthing",
        signature: "sig",
        signedBy: "key",
        schedule: null,
        createdAt: probe.clock.now(),
        updatedAt: probe.clock.now(),
        runAt: null,
        startedAt: null,
        finishedAt: null,
        attempts: 0,
        crashes: 0,
        token: 0,
        workerId: null,
        output: null,
        error: null,
        deadReason: null,
        progress: null,
        progressMessage: null,
        cancelRequestedAt: null,
      });
      expect(await probe.store.get({ id: "unknown", context: probe.context })).toBeNull();
    });

    it("leaves a task alone whose id exists", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit({ script: "1" });
      const again = await probe.store.enqueue({ task: { id, context: probe.context, script: "2" } });
      expect(again).toEqual({ id, outcome: "existing" });
      expect((await probe.store.get({ id }))?.script).toBe("1");
      expect(await probe.ids()).toEqual([id]);
    });

    it.each([
      ["long", "ü€😀".repeat(100)],
      ["with the characters of patterns", "a*b?[c]^d-e%f.g\\h"],
      ["with quotes", `'"\`$(x)`],
      ["that looks like a flag or a number", "-1"],
    ])("runs a task with an id %s", async (_, tail) => {
      const probe = new Probe(setup);
      const id = await probe.submit({
        id: tail.length < 50 ? `${tail}${probe.context}` : tail,
        callerId: tail.slice(0, 200),
      });
      const task = await probe.take();
      expect(task.id).toBe(id);
      expect(await probe.store.cancel({ id })).toBe("requested");
      await probe.done(task);
      expect(await probe.status(id)).toBe("completed");
      await probe.store.rerun({ id });
      expect(await probe.ids()).toEqual([id]);
      await probe.verify();
    });

    it("takes many at once, in order, and tells of each", async () => {
      const probe = new Probe(setup);
      const tasks = Array.from({ length: 450 }, (_, i) => ({ context: probe.context, script: String(i) }));
      const results = await probe.store.enqueueMany({ tasks });
      expect(results.every(({ outcome }) => outcome === "created")).toBe(true);
      expect((await probe.counts()).waiting).toBe(450);
      const first = await probe.claim(3);
      expect(first.tasks.map(({ script }) => script)).toEqual(["0", "1", "2"]);
      expect(first.tasks.map(({ id }) => id)).toEqual(results.slice(0, 3).map(({ id }) => id));
      const again = await probe.store.enqueueMany({
        tasks: [{ id: results[0].id, context: probe.context, script: "x" }, ...tasks.slice(0, 1)],
      });
      expect(again.map(({ outcome }) => outcome)).toEqual(["existing", "created"]);
      expect(await probe.store.enqueueMany({ tasks: [] })).toEqual([]);
    });

    it("keeps the order of submits of one moment", async () => {
      const probe = new Probe(setup);
      const ids = await Promise.all(Array.from({ length: 300 }, () => probe.submit()));
      expect(await probe.ids(200)).toEqual(ids.slice(0, 200));
      expect(await probe.ids(200)).toEqual(ids.slice(200));
    });

    it("returns the unfinished task with the same idempotency key", async () => {
      const probe = new Probe(setup);
      const first = await probe.submit({ idempotencyKey: "order 7" });
      expect(await probe.submit({ idempotencyKey: "order 7" })).toBe(first);
      expect(await probe.submit({ idempotencyKey: "order 8" })).not.toBe(first);
      const task = await probe.take();
      expect(await probe.submit({ idempotencyKey: "order 7" })).toBe(first);
      await probe.done(task);
      expect(await probe.submit({ idempotencyKey: "order 7" })).not.toBe(first);
    });

    it.each(["completed", "failed", "cancelled while waiting", "cancelled while running", "removed at once"])(
      "frees an idempotency key when its task is %s",
      async (end) => {
        const probe = new Probe(setup);
        const spec = { idempotencyKey: "key", ...(end === "removed at once" && { resultTtlMs: 0 }) };
        const id = await probe.submit(spec);
        if (end === "cancelled while waiting") await probe.store.cancel({ id });
        else {
          const task = await probe.take();
          if (end === "failed") await probe.fail(task);
          else if (end === "cancelled while running") {
            await probe.store.cancel({ id });
            await probe.settle({ kind: "cancelled", id, token: task.token });
          } else await probe.done(task);
        }
        expect(await probe.submit(spec)).not.toBe(id);
        await probe.verify();
      },
    );

    it("holds a task back until its time", async () => {
      const probe = new Probe(setup);
      const later = await probe.submit({ delayMs: 5000 });
      const sooner = await probe.submit({ runAt: probe.clock.now() + 1000 });
      const now = await probe.submit({ runAt: probe.clock.now() - 1000 });
      expect(await probe.status(later)).toBe("scheduled");
      expect((await probe.counts()).scheduled).toBe(2);
      const first = await probe.claim(10);
      expect(first.tasks.map(({ id }) => id)).toEqual([now]);
      expect(first.idle).toEqual({ reason: "empty", waitMs: 1000 });
      await probe.clock.advance(999);
      expect(await probe.ids()).toEqual([]);
      await probe.clock.advance(1);
      expect(await probe.ids()).toEqual([sooner]);
      await probe.clock.advance(4000);
      expect(await probe.ids()).toEqual([later]);
    });

    it("refuses tasks beyond the maximum length, and takes them again later", async () => {
      const probe = new Probe(setup);
      await probe.configure({ maxLength: 2 });
      await probe.submit();
      await probe.submit({ delayMs: 1000 });
      await expectCode(probe.submit(), "queueFull");
      const tasks = [{ context: probe.context, script: "1" }];
      expect((await probe.store.enqueueMany({ tasks }))[0].outcome).toBe("queueFull");
      const task = await probe.take();
      await probe.submit();
      await expectCode(probe.submit(), "queueFull");
      await probe.done(task);
      await expectCode(probe.submit(), "queueFull");
    });

    it("counts a cancelled task no longer towards the length", async () => {
      const probe = new Probe(setup);
      await probe.configure({ maxLength: 1 });
      for (let i = 0; i < 5; i++) await probe.store.cancel({ id: await probe.submit() });
      expect((await probe.counts()).waiting).toBe(0);
      const last = await probe.submit();
      expect(await probe.ids()).toEqual([last]);
      await probe.verify();
    });

    it("refuses tasks beyond the maximum size of unfinished ones", async () => {
      const probe = new Probe(setup);
      await probe.configure({ maxBytes: 3000 });
      const script = "x".repeat(2000);
      await probe.submit({ script });
      await expectCode(probe.submit({ script }), "queueFull");
      const task = await probe.take();
      await expectCode(probe.submit({ script }), "queueFull");
      await probe.done(task);
      expect((await probe.counts()).openBytes).toBe(0);
      await probe.submit({ script });
    });

    it.each<readonly [string, Partial<TaskSpec>]>([
      ["context", { context: "a b" }],
      ["context", { context: "a|b" }],
      ["context", { context: "" }],
      ["id", { id: "a b" }],
      ["id", { id: "x".repeat(500) }],
      ["id", { id: "a\ud800" }],
      ["trace", { trace: "x".repeat(5000) }],
      ["signature", { signature: "x".repeat(10_000) }],
      ["text", { args: '{"a":"\udc00"}' }],
      ["backoff", { backoff: { kind: "fixed", baseMs: Number.NaN } }],
      ["backoff", { backoff: { kind: "other" as "fixed", baseMs: 1 } }],
      ["script", { script: undefined }],
      ["script", { script: "1", scriptPath: "a.rhai" }],
      ["script", { script: "x".repeat(2_000_000) }],
      ["priority", { priority: -1 }],
      ["maxAttempts", { maxAttempts: 0 }],
      ["delayMs", { delayMs: Number.NaN }],
      ["caller", { callerId: "a\nb" }],
    ])("refuses a bad %s", async (_, spec) => {
      const probe = new Probe(setup);
      await expectCode(probe.submit(spec), "invalid");
    });
  });
}
