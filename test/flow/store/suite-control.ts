// Suite: telling runs something, schedules, removing.

import { describe, expect, it } from "vitest";
import { isFlowError } from "../../../src/flow/errors.ts";
import type { StoredSchedule } from "../../../src/flow/store.ts";
import { LEASE, PLAN, Probe, type StoreSetup } from "./harness.ts";

export function control(setup: StoreSetup): void {
  describe("send", () => {
    it("puts entries into the inbox, each once for its id, and makes a resting run due", async () => {
      const probe = new Probe(setup);
      const run = await probe.started();
      await probe.finish(run, "Waiting", { kind: "park", dueInMs: null });
      expect(await probe.store.send({ id: run.id, entry: "a", dedupId: "1" })).toBe("stored");
      expect(await probe.store.send({ id: run.id, entry: "a again", dedupId: "1" })).toBe("duplicate");
      const [claimed] = await probe.claim();
      expect(claimed.inbox).toEqual(["a"]);
      await probe.commit(claimed, { consumed: 1 });
      expect(await probe.store.send({ id: run.id, entry: "late", dedupId: "1" })).toBe("duplicate");
      expect(await probe.store.inbox(run)).toEqual([]);
    });

    it("keeps what comes while the run is being parked: it stays with its executor", async () => {
      const probe = new Probe(setup);
      const run = await probe.started();
      await probe.store.send({ id: run.id, entry: "a" });
      const parked = await probe.commit(run, { next: { kind: "park", dueInMs: null } });
      expect(parked).toEqual({ held: true, inbox: 1 });
      expect(await probe.commit(run, { consumed: 1, next: { kind: "park", dueInMs: null } })).toEqual({
        held: false,
        inbox: 0,
      });
    });

    it("says when there is nobody to send to", async () => {
      const probe = new Probe(setup);
      const run = await probe.started();
      await probe.finish(run);
      expect(await probe.store.send({ id: "nobody", entry: "a" })).toBe("notFound");
      expect(await probe.store.send({ id: run.id, entry: "a" })).toBe("ended");
      expect(await probe.store.send({ id: run.id, entry: "undo", toEnded: true })).toBe("stored");
      expect((await probe.claim()).map(({ inbox }) => inbox)).toEqual([["undo"]]);
    });

    it("refuses to fill an inbox without end", async () => {
      const probe = new Probe(setup);
      const id = await probe.start();
      const outcomes = await Promise.all(
        Array.from({ length: 1010 }, (_, i) => probe.store.send({ id, entry: String(i) })),
      );
      expect(outcomes.filter((outcome) => outcome === "full")).toHaveLength(10);
    });

    it("tells the run that another one is a step of, with the end of that one", async () => {
      const probe = new Probe(setup);
      const [parent, child] = [await probe.started("e1"), await probe.started("e2")];
      await probe.finish(parent, "Waiting", { kind: "park", dueInMs: null });
      await probe.commit(child, { next: { kind: "end" }, parent: { id: parent.id, entry: "child ended" } });
      const [claimed] = await probe.claim();
      expect(claimed).toMatchObject({ id: parent.id, inbox: ["child ended"] });
    });
  });

  describe("deliver", () => {
    const paid = { event: "paid", key: "7" };

    it("sends to all runs that wait for the event and key, and to no other", async () => {
      const probe = new Probe(setup);
      const [one, two, other] = [await probe.started(), await probe.started(), await probe.started()];
      const park = { kind: "park", dueInMs: null } as const;
      for (const run of [one, two])
        await probe.commit(run, { next: park, waits: { begun: [paid], over: [] } });
      const key8 = { event: "paid", key: "8" };
      await probe.commit(other, {
        next: park,
        waits: { begun: [key8, { event: "paid", key: null }], over: [] },
      });
      const delivered = await probe.store.deliver({ ...paid, entry: "x", keepMs: 1000 });
      expect([...delivered.ids].sort()).toEqual([one.id, two.id].sort());
      expect(delivered.kept).toBe(false);
      expect((await probe.claim()).map(({ inbox }) => inbox)).toEqual([["x"], ["x"]]);
    });

    it("keeps what nobody waits for yet, for the first that will, and not for ever", async () => {
      const probe = new Probe(setup);
      expect(await probe.store.deliver({ ...paid, entry: "x", keepMs: 1000 })).toEqual({
        ids: [],
        kept: true,
      });
      const run = await probe.started();
      expect(await probe.commit(run, { waits: { begun: [paid], over: [] } })).toEqual({
        held: true,
        inbox: 1,
      });
      const second = await probe.started();
      expect(await probe.commit(second, { waits: { begun: [paid], over: [] } })).toMatchObject({ inbox: 0 });
      await probe.store.deliver({ event: "old", key: null, entry: "y", keepMs: 1000 });
      await probe.clock.advance(1001);
      await probe.store.sweep({ retention: { maxAgeMs: 1e9, maxCount: 100 } });
      const third = await probe.started("e1", { waits: [{ event: "old", key: null }] });
      expect(await probe.store.inbox(third)).toEqual([]);
    });

    it("does nothing twice for one id, and nothing for a run that waits no more", async () => {
      const probe = new Probe(setup);
      const run = await probe.started("e1", { waits: [paid] });
      const signal = { ...paid, entry: "x", dedupId: "evt_1", keepMs: 1000 };
      expect((await probe.store.deliver(signal)).ids).toEqual([run.id]);
      expect(await probe.store.deliver(signal)).toEqual({ ids: [], kept: false });
      await probe.commit(run, { consumed: 1, waits: { begun: [], over: [paid] } });
      expect(await probe.store.deliver({ ...paid, entry: "z", keepMs: 1000 })).toEqual({
        ids: [],
        kept: true,
      });
    });
  });

  describe("schedules", () => {
    const definition = { hash: PLAN.hash, text: PLAN.text };
    const schedule = (more: Partial<StoredSchedule> = {}): StoredSchedule => ({
      name: "nightly",
      cron: "0 3 * * *",
      definition: PLAN.hash,
      input: "{}",
      createdAt: 1,
      nextAt: 1_700_000_100_000,
      lastSlot: null,
      lastFlowId: null,
      ...more,
    });

    it("are rows by name, which hold their definition", async () => {
      const { store } = new Probe(setup);
      await store.putSchedule({ schedule: schedule(), definition });
      await store.putSchedule({ schedule: schedule({ cron: "0 4 * * *" }), definition });
      expect(await store.schedules()).toEqual([schedule({ cron: "0 4 * * *" })]);
      expect(await store.definition({ hash: PLAN.hash })).toBe(PLAN.text);
      expect(await store.removeSchedule({ name: "nightly" })).toBe(true);
      expect(await store.removeSchedule({ name: "nightly" })).toBe(false);
      expect(await store.definition({ hash: PLAN.hash })).toBeNull();
    });

    it("move on once for each slot, whoever asks", async () => {
      const { store } = new Probe(setup);
      await store.putSchedule({ schedule: schedule(), definition });
      const changes = { nextAt: 1_700_000_200_000, lastSlot: 1_700_000_100_000, lastFlowId: "f" };
      const advance = () => store.advanceSchedule({ name: "nightly", nextAt: 1_700_000_100_000, changes });
      expect([await advance(), await advance()]).toEqual([true, false]);
      expect(await store.schedules()).toEqual([schedule(changes)]);
    });
  });

  describe("removing", () => {
    const retention = { maxAgeMs: 60_000, maxCount: 1000 };

    it("takes ended runs only, with all that belongs to them", async () => {
      const probe = new Probe(setup);
      const run = await probe.started("e1", { key: "k" });
      const refused = await probe.store.remove(run).catch((error: unknown) => error);
      expect(isFlowError(refused, "wrongState")).toBe(true);
      await probe.finish(run);
      expect(await probe.store.remove(run)).toBe(true);
      expect(await probe.store.remove(run)).toBe(false);
      expect(await probe.store.get(run)).toBeNull();
      expect((await probe.store.history(run)).lines).toEqual([]);
      expect((await probe.store.list({})).runs).toEqual([]);
      expect(await probe.store.counts()).toMatchObject({ total: 0, Completed: 0 });
    });

    it("is done by age and by number, in bounded steps", async () => {
      const probe = new Probe(setup);
      const runs = await Promise.all(Array.from({ length: 30 }, () => probe.started()));
      const [open, ...rest] = runs;
      for (const run of rest.slice(0, 9)) await probe.finish(run);
      await probe.clock.advance(60_000);
      for (const run of rest.slice(9)) await probe.finish(run);
      expect(await probe.store.sweep({ retention, limit: 5 })).toEqual({ removed: 5, more: true });
      expect(await probe.store.sweep({ retention, limit: 5 })).toMatchObject({ removed: 4 });
      expect(await probe.store.sweep({ retention, limit: 5 })).toEqual({ removed: 0, more: false });
      expect((await probe.store.sweep({ retention: { ...retention, maxCount: 15 } })).removed).toBe(5);
      expect(await probe.store.counts()).toMatchObject({ total: 16, Completed: 15 });
      expect(await probe.store.get(open)).not.toBeNull();
    });

    it("leaves the runs of steps alone while what they are a step of may undo them", async () => {
      const probe = new Probe(setup);
      const parent = await probe.started();
      const state = { ...probe.newState(), parent: { flowId: parent.id, stepId: "pay", attempt: 1 } };
      const child = probe.params(state, { lease: { executorId: "e1", leaseMs: LEASE } });
      const { token } = await probe.store.start(child);
      await probe.finish({ id: child.id, token: token! });
      await probe.clock.advance(60_000);
      expect((await probe.store.sweep({ retention })).removed).toBe(0);
      await probe.finish(parent);
      await probe.clock.advance(60_000);
      expect((await probe.store.sweep({ retention })).removed).toBe(2);
    });
  });
}
