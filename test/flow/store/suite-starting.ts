// Suite: starting runs.

import { describe, expect, it } from "vitest";
import { decodeFlow, decodeStep } from "../../../src/flow/codec.ts";
import { LEASE, PLAN, Probe, type StoreSetup } from "./harness.ts";

export function starting(setup: StoreSetup): void {
  describe("start", () => {
    it("writes the whole state, which can be read again", async () => {
      const probe = new Probe(setup);
      const state = probe.newState();
      expect(await probe.store.start(probe.params(state))).toMatchObject({
        id: state.flowId,
        outcome: "created",
      });
      const record = await probe.store.get({ id: state.flowId });
      const steps = [...record!.steps].map(([id, fields]) => decodeStep(id, fields));
      expect(decodeFlow(record!.flow, steps)).toEqual(state);
      expect(await probe.store.definition({ hash: PLAN.hash })).toBe(PLAN.text);
    });

    it("starts nothing twice, whether by id or by key, as long as the run is there", async () => {
      const probe = new Probe(setup);
      const first = probe.params(undefined, { key: "order-7" });
      await probe.store.start(first);
      expect(await probe.store.start(first)).toMatchObject({
        id: first.id,
        outcome: "existing",
        token: null,
      });
      const second = probe.params(undefined, { key: "order-7" });
      expect(await probe.store.start(second)).toMatchObject({ id: first.id, outcome: "existing" });
      expect(await probe.store.get({ id: second.id })).toBeNull();
      const [run] = await probe.claim();
      await probe.finish(run);
      expect(await probe.store.start(second)).toMatchObject({ outcome: "existing" });
      await probe.store.remove({ id: first.id });
      expect(await probe.store.start(second)).toMatchObject({ id: second.id, outcome: "created" });
    });

    it("gives the run to its maker, if asked to, and tells it so again when the answer got lost", async () => {
      const probe = new Probe(setup);
      const params = probe.params(undefined, { lease: { executorId: "e1", leaseMs: LEASE } });
      const { token } = await probe.store.start(params);
      expect(token).toBeGreaterThan(0);
      expect(await probe.store.start(params)).toMatchObject({ outcome: "created", token });
      const other = { ...params, lease: { executorId: "e2", leaseMs: LEASE } };
      expect(await probe.store.start(other)).toMatchObject({ outcome: "existing", token: null });
      await probe.commit({ id: params.id, token: token! });
      expect(await probe.store.start(params)).toMatchObject({ outcome: "existing", token: null });
      expect(await probe.claim()).toEqual([]);
    });

    it("keeps many starts of one moment apart", async () => {
      const probe = new Probe(setup);
      const all = await Promise.all(Array.from({ length: 250 }, () => probe.store.start(probe.params())));
      expect(new Set(all.map(({ id }) => id)).size).toBe(250);
      expect((await probe.store.counts()).Created).toBe(250);
    });

    it("keeps a definition as long as somebody carries it", async () => {
      const probe = new Probe(setup);
      const [first, second] = [await probe.started(), await probe.started()];
      await probe.finish(first);
      await probe.finish(second);
      await probe.store.remove(first);
      expect(await probe.store.definition({ hash: PLAN.hash })).toBe(PLAN.text);
      await probe.store.remove(second);
      expect(await probe.store.definition({ hash: PLAN.hash })).toBeNull();
      // The store was given the text before; it is needed again.
      await probe.start();
      expect(await probe.store.definition({ hash: PLAN.hash })).toBe(PLAN.text);
    });
  });
}
