// Suite: who goes first and who has to wait: priority, turns of fair keys, concurrency, rate, pause.

import { describe, expect, it } from "vitest";
import { expectCode, LEASE, leaseOf, Probe, type StoreSetup } from "./harness.ts";

export function sharing(setup: StoreSetup): void {
  describe("priority", () => {
    it("runs higher ones earlier, equal ones in order", async () => {
      const probe = new Probe(setup);
      const ids: string[] = [];
      for (const priority of [0, 1, 5, 1, 5, 0]) {
        ids.push(await probe.submit({ priority }));
        await probe.clock.advance(1);
      }
      const order = await probe.ids();
      expect(order.map((id) => ids.indexOf(id))).toEqual([2, 4, 1, 3, 0, 5]);
      await probe.verify();
    });

    it("ages, so that nothing starves", async () => {
      const probe = new Probe(setup);
      await probe.configure({ priorityStepMs: 1000 });
      const old = await probe.submit();
      await probe.submit();
      await probe.clock.advance(4999);
      const urgent = await probe.submit({ priority: 5 });
      expect(await probe.ids(1)).toEqual([urgent]);
      await probe.clock.advance(2);
      await probe.submit({ priority: 5 });
      expect(await probe.ids(1)).toEqual([old]);
    });

    it("counts for tasks that come due, too", async () => {
      const probe = new Probe(setup);
      const plain = await probe.submit();
      await probe.submit();
      const urgent = await probe.submit({ priority: 2, delayMs: 100 });
      await probe.clock.advance(100);
      expect((await probe.ids()).slice(0, 2)).toEqual([urgent, plain]);
    });
  });

  describe("fairness", () => {
    it("serves callers in turns, whoever came first with however many", async () => {
      const probe = new Probe(setup);
      const owners = new Map<string, string>();
      for (const [callerId, count] of Object.entries({ a: 30, b: 10, c: 3 })) {
        for (let i = 0; i < count; i++) owners.set(await probe.submit({ callerId }), callerId);
      }
      const served: string[] = [];
      for (let i = 0; i < 43; i++) served.push(owners.get((await probe.ids(1))[0])!);
      expect(served.filter((owner) => owner === "a")).toHaveLength(30);
      const early = served.slice(0, 9);
      for (const owner of ["a", "b", "c"]) expect(early.filter((other) => other === owner)).toHaveLength(3);
      const later = served.slice(9, 23);
      expect(later.filter((owner) => owner === "b")).toHaveLength(7);
      expect(await probe.ids(1)).toEqual([]);
      await probe.verify();
    });

    it("keeps each caller's own order", async () => {
      const probe = new Probe(setup);
      const submitted: Record<string, string[]> = { a: [], b: [], c: [] };
      for (let i = 0; i < 40; i++) {
        const callerId = "abc"[(i % 7) % 3];
        submitted[callerId].push(await probe.submit({ callerId }));
      }
      const served: string[] = [];
      for (let got = await probe.ids(3); got.length > 0; got = await probe.ids(3)) served.push(...got);
      for (const ids of Object.values(submitted))
        expect(served.filter((id) => ids.includes(id))).toEqual(ids);
    });

    it("gives a key as many turns as its weight", async () => {
      const probe = new Probe(setup);
      await probe.configure({ weights: { big: 3 } });
      const owners = new Map<string, string>();
      for (const callerId of ["big", "small"]) {
        for (let i = 0; i < 40; i++) owners.set(await probe.submit({ callerId }), callerId);
      }
      const served = (await probe.ids(40)).map((id) => owners.get(id));
      const big = served.filter((owner) => owner === "big").length;
      expect(big).toBeGreaterThanOrEqual(28);
      expect(big).toBeLessThanOrEqual(32);
    });

    it("lets a priority go before turns", async () => {
      const probe = new Probe(setup);
      const plain = [await probe.submit({ callerId: "a" })];
      const urgent: string[] = [];
      for (let i = 0; i < 3; i++) {
        plain.push(await probe.submit({ callerId: "b" }));
        urgent.push(await probe.submit({ callerId: "c", priority: 2 }));
      }
      const order = await probe.ids();
      expect(order.slice(0, 3).sort()).toEqual(urgent.sort());
      expect(order.slice(3).sort()).toEqual(plain.sort());
    });

    it("goes by the fair key before the caller", async () => {
      const probe = new Probe(setup);
      const one = await probe.submit({ callerId: "a", fairKey: "x" });
      const two = await probe.submit({ callerId: "b", fairKey: "x" });
      const three = await probe.submit({ callerId: "a", fairKey: "y" });
      const order = await probe.ids();
      expect(order.indexOf(one)).toBeLessThan(order.indexOf(two));
      expect(order.indexOf(three)).toBeLessThan(order.indexOf(two));
    });
  });

  describe("limits", () => {
    it("runs no more tasks at a time than the context allows, over all workers", async () => {
      const probe = new Probe(setup);
      await probe.configure({ concurrency: 2 });
      for (let i = 0; i < 5; i++) await probe.submit();
      const one = await probe.claim(5, "a");
      expect(one.tasks).toHaveLength(2);
      expect(one.idle).toEqual({ reason: "busy", waitMs: LEASE });
      expect((await probe.claim(5, "b")).tasks).toHaveLength(0);
      await probe.done(one.tasks[0]);
      expect((await probe.claim(5, "b")).tasks).toHaveLength(1);
    });

    it("frees slots of a lost worker: a slot is a live lease", async () => {
      const probe = new Probe(setup);
      await probe.configure({ concurrency: 1 });
      await probe.submit();
      const other = await probe.submit();
      await probe.take("lost");
      expect(await probe.ids()).toEqual([]);
      await probe.clock.advance(LEASE);
      expect(await probe.ids()).toEqual([other]);
    });

    it("waits for the next live lease, not for one that ran out already", async () => {
      const probe = new Probe(setup);
      await probe.configure({ concurrency: 1 });
      for (let i = 0; i < 3; i++) await probe.submit();
      await probe.take("lost");
      await probe.clock.advance(LEASE + 500);
      await probe.take("alive");
      await probe.clock.advance(100);
      expect((await probe.claim(5)).idle).toEqual({ reason: "busy", waitMs: LEASE - 100 });
    });

    it("runs no more tasks of one key at a time than allowed, and others meanwhile", async () => {
      const probe = new Probe(setup);
      await probe.configure({ keyConcurrency: 1 });
      const a = [await probe.submit({ callerId: "a" }), await probe.submit({ callerId: "a" })];
      a.push(await probe.submit({ callerId: "a" }));
      const b = await probe.submit({ callerId: "b" });
      const { tasks } = await probe.claim(10);
      expect(tasks.map(({ id }) => id).sort()).toEqual([a[0], b].sort());
      expect((await probe.counts()).waiting).toBe(2);
      expect((await probe.store.explain({ id: a[1] }))?.parked).toBe(true);
      await probe.done(tasks.find(({ id }) => id === a[0])!);
      expect(await probe.ids()).toEqual([a[1]]);
      await probe.clock.advance(LEASE);
      await probe.sweep();
      expect(await probe.ids()).toEqual([a[2]]);
      await probe.verify();
    });

    it("puts parked tasks back when the limit goes", async () => {
      const probe = new Probe(setup);
      await probe.configure({ keyConcurrency: 1 });
      for (let i = 0; i < 3; i++) await probe.submit({ callerId: "a" });
      expect(await probe.ids()).toHaveLength(1);
      await probe.configure({ keyConcurrency: null });
      let got = 0;
      for (let i = 0; i < 3; i++) {
        await probe.sweep();
        got += (await probe.ids()).length;
      }
      expect(got).toBe(2);
      expect((await probe.counts()).waiting).toBe(0);
    });

    it("keeps the order of a key's tasks, whatever happens between", async () => {
      const probe = new Probe(setup);
      await probe.configure({ keyConcurrency: 1 });
      const ids: string[] = [];
      for (let i = 0; i < 7; i++) ids.push(await probe.submit({ callerId: "a" }));
      expect(await probe.claim(10)).toMatchObject({ tasks: [{ id: ids[0] }] });
      const order: string[] = [];
      for (let turn = 0; turn < 6; turn++) {
        const [task] = (await probe.store.list({ context: probe.context, state: "processing" })).tasks;
        order.push(task.id);
        // Back as the next to run, then done; the next ones come to the ready ones, and sweeps look for more.
        await probe.settle({ kind: "released", id: task.id, token: task.token });
        await probe.sweep();
        const again = await probe.take();
        expect(again.id).toBe(task.id);
        await probe.done(again);
        await probe.sweep();
        await probe.store.pause({ context: probe.context });
        await probe.sweep();
        await probe.store.resume({ context: probe.context });
        expect(await probe.ids()).toHaveLength(1);
      }
      expect(order).toEqual(ids.slice(0, 6));
      await probe.verify();
    });

    it("frees the room that a cancelled task of a key was about to take", async () => {
      const probe = new Probe(setup);
      await probe.configure({ keyConcurrency: 1 });
      const ids: string[] = [];
      for (let i = 0; i < 3; i++) ids.push(await probe.submit({ callerId: "a" }));
      const { tasks } = await probe.claim(10);
      await probe.done(tasks[0]);
      expect(await probe.store.cancel({ id: ids[1] })).toBe("cancelled");
      expect(await probe.ids()).toEqual([ids[2]]);
    });

    it("puts as many parked tasks back as a raised limit allows, in their order", async () => {
      const probe = new Probe(setup);
      await probe.configure({ keyConcurrency: 1 });
      const ids: string[] = [];
      for (let i = 0; i < 300; i++) ids.push(await probe.submit({ callerId: "a" }));
      expect(await probe.ids(256)).toEqual(ids.slice(0, 1));
      for (let i = 0; i < 2; i++) expect(await probe.ids(256)).toEqual([]);
      await probe.configure({ keyConcurrency: 4 });
      await probe.sweep();
      expect(await probe.ids(256)).toEqual(ids.slice(1, 4));
      await probe.configure({ keyConcurrency: null });
      const rest: string[] = [];
      let more = true;
      for (let turn = 0; turn < 5 && more; turn++) {
        more = (await probe.sweep()).more;
        rest.push(...(await probe.ids(256)));
      }
      expect(more).toBe(false);
      expect(rest).toEqual(ids.slice(4));
      expect((await probe.counts()).waiting).toBe(0);
      await probe.verify();
    });

    it("stops no longer than the rate's own time when the clock is set back", async () => {
      const probe = new Probe(setup);
      await probe.configure({ rate: { max: 2, perMs: 1000 } });
      for (let i = 0; i < 6; i++) await probe.submit();
      expect(await probe.ids()).toHaveLength(2);
      await probe.clock.advance(-3_600_000);
      const { idle } = await probe.claim(5);
      expect(idle).toMatchObject({ reason: "rateLimited" });
      expect(idle!.waitMs).toBeLessThanOrEqual(1000);
      await probe.clock.advance(1000);
      expect((await probe.ids()).length).toBeGreaterThan(0);
    });

    it("starts no more tasks in a time than the rate allows", async () => {
      const probe = new Probe(setup);
      await probe.configure({ rate: { max: 3, perMs: 3000 } });
      for (let i = 0; i < 10; i++) await probe.submit();
      const first = await probe.claim(10);
      expect(first.tasks).toHaveLength(3);
      expect(first.idle).toEqual({ reason: "rateLimited", waitMs: 1000 });
      await probe.clock.advance(999);
      expect(await probe.ids()).toEqual([]);
      await probe.clock.advance(1);
      expect(await probe.ids()).toHaveLength(1);
      await probe.clock.advance(10_000);
      expect(await probe.ids()).toHaveLength(3);
    });

    it("stops claiming while paused, and goes on after", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      await probe.store.pause({ context: probe.context });
      const other = await probe.submit();
      expect(await probe.claim(5)).toMatchObject({ tasks: [], idle: { reason: "paused", waitMs: null } });
      await probe.store.resume({ context: probe.context });
      expect(await probe.ids()).toEqual([id, other]);
    });

    it("lets running tasks end while paused", async () => {
      const probe = new Probe(setup);
      const id = await probe.submit();
      await probe.submit();
      const task = await probe.take();
      await probe.store.pause({ context: probe.context });
      const settled = await probe.store.settle({
        context: probe.context,
        workerId: "worker-1",
        verdicts: [{ kind: "completed", ...leaseOf(task), output: "1" }],
        claim: { leaseMs: LEASE, limit: 1 },
      });
      expect(settled.claimed).toMatchObject({ tasks: [], idle: { reason: "paused" } });
      expect(await probe.status(id)).toBe("completed");
    });

    it("takes weights of thousands of keys, and the largest numbers that are allowed", async () => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      const weights = Object.fromEntries(Array.from({ length: 6000 }, (_, i) => [`key ${i}`, 1 + (i % 9)]));
      expect((await probe.configure({ weights })).weights).toEqual(weights);
      const most = 1e14;
      const retention = { maxAgeMs: most, maxCount: most, maxBytes: most };
      await probe.configure({ retention, maxLength: most, weights: {} });
      expect(await store.settings({ context })).toMatchObject({ retention, maxLength: most, weights: {} });
      await expectCode(probe.configure({ maxLength: most + 1 }), "invalid");
      await probe.configure(await store.settings({ context }));
    });

    it("remembers settings, and has finite retention without any", async () => {
      const probe = new Probe(setup);
      const { context, store } = probe;
      const defaults = await store.settings({ context });
      expect(defaults.retention.maxCount).toBeLessThan(1e6);
      expect(defaults).toMatchObject({ paused: false, concurrency: null, rate: null, weights: {} });
      await probe.configure({ concurrency: 5, rate: { max: 1, perMs: 10 }, weights: { a: 2 } });
      await probe.configure({ concurrency: null, maxEvents: 7 });
      expect(await store.settings({ context })).toEqual({
        ...defaults,
        rate: { max: 1, perMs: 10 },
        weights: { a: 2 },
        maxEvents: 7,
      });
      await probe.configure({ rate: null, weights: {}, maxEvents: defaults.maxEvents });
      expect(await store.settings({ context })).toEqual(defaults);
    });
  });
}
