// Suite: taking runs, writing about them, losing them.

import { describe, expect, it } from "vitest";
import { expectStale, LEASE, Probe, type StoreSetup } from "./harness.ts";

export function leases(setup: StoreSetup): void {
  describe("claim", () => {
    it("takes new runs, each once, oldest first", async () => {
      const probe = new Probe(setup);
      const ids = [await probe.start(), await probe.start(), await probe.start()];
      const [one, two] = [await probe.claim("e1", 2), await probe.claim("e2", 2)];
      expect([...one, ...two].map(({ id }) => id).sort()).toEqual([...ids].sort());
      expect(one).toHaveLength(2);
      expect(one[0].flow.status).toBe("Created");
      expect(one[0].steps.get("pay")).toMatchObject({
        step_id: "pay",
        status: "Pending",
        attempt_count: "0",
      });
      expect(await probe.claim()).toEqual([]);
    });

    it("says how long it is no use to ask again", async () => {
      const probe = new Probe(setup);
      expect(await probe.store.claim({ executorId: "e1", leaseMs: LEASE, limit: 1 })).toMatchObject({
        waitMs: null,
      });
      const run = await probe.started();
      expect(await probe.store.claim({ executorId: "e1", leaseMs: LEASE, limit: 1 })).toMatchObject({
        waitMs: LEASE,
        now: probe.clock.now(),
      });
      await probe.finish(run, "Waiting", { kind: "park", dueInMs: 500 });
      expect(await probe.store.claim({ executorId: "e1", leaseMs: LEASE, limit: 1 })).toMatchObject({
        waitMs: 500,
      });
    });

    it("takes a run whose executor let the lease run out, with a higher token", async () => {
      const probe = new Probe(setup);
      const first = await probe.started("e1");
      await probe.clock.advance(LEASE - 1);
      expect(await probe.claim("e2")).toEqual([]);
      await probe.clock.advance(1);
      const [second] = await probe.claim("e2");
      expect(second.id).toBe(first.id);
      expect(second.token).toBeGreaterThan(first.token);
    });

    it("takes a parked run when its time comes", async () => {
      const probe = new Probe(setup);
      const run = await probe.started();
      await probe.finish(run, "Waiting", { kind: "park", dueInMs: 3000 });
      await probe.clock.advance(2999);
      expect(await probe.claim()).toEqual([]);
      await probe.clock.advance(1);
      expect(await probe.claim()).toHaveLength(1);
    });

    it("loads the items of steps over arrays", async () => {
      const probe = new Probe(setup);
      const run = await probe.started();
      const item = (i: number) => ({
        stepId: `pay[${i}]`,
        fields: ["step_id", `pay[${i}]`, "status", "Running"],
      });
      const steps = [{ stepId: "pay", fields: ["items", "2"] }, item(0), item(1)];
      await probe.commit(run, { fields: { flow: [], steps } });
      await probe.clock.advance(LEASE);
      const [claimed] = await probe.claim();
      expect(claimed.steps.get("pay[1]")).toMatchObject({ status: "Running" });
      expect(claimed.steps.size).toBe(4);
    });
  });

  describe("commit", () => {
    it("writes all or nothing of a transition, and nothing for a stale token", async () => {
      const probe = new Probe(setup);
      const first = await probe.started("e1");
      await probe.clock.advance(LEASE);
      const [second] = await probe.claim("e2");
      const fields = {
        flow: ["status", "Running"],
        steps: [{ stepId: "pay", fields: ["status", "Running"] }],
      };
      const status = { before: "Created", after: "Running" } as const;
      await expectStale(probe.commit(first, { fields, status, history: "late" }));
      expect((await probe.store.get(first))!.flow.status).toBe("Created");
      await probe.commit(second, { fields, status, history: "line" });
      const record = (await probe.store.get(first))!;
      expect(record.flow.status).toBe("Running");
      expect(record.steps.get("pay")!.status).toBe("Running");
      expect((await probe.store.history({ id: first.id })).lines).toEqual(['{"n":1}', "line"]);
      expect(await probe.store.counts()).toMatchObject({ Created: 0, Running: 1 });
    });

    it("accepts the holder's write after the lease ran out, as long as nobody took the run", async () => {
      const probe = new Probe(setup);
      const run = await probe.started();
      await probe.clock.advance(LEASE * 3);
      expect(await probe.commit(run)).toEqual({ held: true, inbox: 0 });
    });

    it("answers a repeated write as it was carried out, and does nothing twice", async () => {
      const probe = new Probe(setup);
      const run = await probe.started();
      await probe.store.send({ id: run.id, entry: "a" });
      await probe.store.send({ id: run.id, entry: "b" });
      const write = probe.write(run, { consumed: 1, history: "once" });
      const answer = await probe.store.commit(write);
      expect(await probe.store.commit(write)).toEqual(answer);
      expect(await probe.store.inbox(run)).toEqual(["b"]);
      // Whoever comes next counts on from there.
      expect((await probe.store.get(run))!.flow.revision).toBe(String(write.revision));
      expect((await probe.store.history({ id: run.id })).lines).toEqual(['{"n":1}', "once"]);
    });

    it("refuses writes of a run that was parked, ended or given back", async () => {
      const probe = new Probe(setup);
      const [parked, ended, released] = [await probe.started(), await probe.started(), await probe.started()];
      await probe.finish(parked, "Waiting", { kind: "park", dueInMs: null });
      await probe.finish(ended);
      await probe.store.release(released);
      for (const run of [parked, ended, released]) await expectStale(probe.commit(run));
      await expectStale(probe.store.release(released));
      expect((await probe.claim()).map(({ id }) => id)).toEqual([released.id]);
    });

    it("keeps many writes of one moment apart", async () => {
      const probe = new Probe(setup);
      const runs = await Promise.all(Array.from({ length: 120 }, () => probe.started()));
      const status = { before: "Created", after: "Completed" } as const;
      const answers = await Promise.all(
        runs.map((run, i) =>
          probe
            .commit(i % 10 === 0 ? { ...run, token: run.token + 1 } : run, {
              status,
              fields: { flow: ["status", "Completed", "output", String(i)], steps: [] },
              next: { kind: "end" },
            })
            .catch(() => null),
        ),
      );
      expect(answers.filter((answer) => answer === null)).toHaveLength(12);
      const record = await probe.store.get(runs[57]);
      expect(record!.flow).toMatchObject({ status: "Completed", output: "57" });
      expect(await probe.store.counts()).toMatchObject({ Completed: 108, Created: 12 });
    });
  });

  describe("extend", () => {
    it("prolongs leases, and tells which are lost and where something lies", async () => {
      const probe = new Probe(setup);
      const [kept, lost] = [await probe.started("e1"), await probe.started("e1")];
      await probe.finish(lost);
      await probe.clock.advance(LEASE - 1);
      await probe.store.send({ id: kept.id, entry: "x" });
      expect(await probe.store.extend({ leases: [kept, lost], leaseMs: LEASE })).toEqual([
        { held: true, inbox: 1 },
        { held: false, inbox: 0 },
      ]);
      await probe.clock.advance(LEASE - 1);
      expect(await probe.claim("e2")).toEqual([]);
      await probe.clock.advance(1);
      expect(await probe.claim("e2")).toHaveLength(1);
      expect(await probe.store.extend({ leases: [kept], leaseMs: LEASE })).toEqual([
        { held: false, inbox: 0 },
      ]);
    });
  });
}
