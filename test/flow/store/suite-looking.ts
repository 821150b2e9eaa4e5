// Suite: pages, numbers, history, events, being told.

import { describe, expect, it } from "vitest";
import { isQueueError } from "../../../src/queue/errors.ts";
import { Probe, type StoreSetup } from "./harness.ts";

export function looking(setup: StoreSetup): void {
  describe("list", () => {
    it("gives runs newest first, page by page, and keeps its place when others come", async () => {
      const probe = new Probe(setup);
      const ids: string[] = [];
      for (let i = 0; i < 25; i++) ids.push(await probe.start());
      const first = await probe.store.list({ limit: 10 });
      await probe.start();
      const second = await probe.store.list({ limit: 10, cursor: first.cursor! });
      const third = await probe.store.list({ limit: 10, cursor: second.cursor! });
      const seen = [first, second, third].flatMap(({ runs }) => runs.map(({ flow_id }) => flow_id));
      expect(seen).toEqual([...ids].reverse());
      expect(third.cursor).toBeNull();
    });

    it("finds runs by status, by name, and those that could not be undone", async () => {
      const probe = new Probe(setup);
      const [a, b, c] = [await probe.started(), await probe.started(), await probe.started()];
      await probe.finish(a);
      await probe.commit(b, {
        status: { before: "Created", after: "Failed" },
        fields: { flow: ["status", "Failed"], steps: [] },
        uncompensated: true,
        next: { kind: "end" },
      });
      const other = await probe.start({ name: "refund" });
      const ids = async (params: Parameters<typeof probe.store.list>[0]) =>
        (await probe.store.list(params)).runs.map(({ flow_id }) => flow_id);
      expect(await ids({ status: "Completed" })).toEqual([a.id]);
      expect(await ids({ status: "Created" })).toEqual([other, c.id]);
      expect(await ids({ name: "order" })).toEqual([c.id, b.id, a.id]);
      expect(await ids({ name: "order", status: "Failed" })).toEqual([b.id]);
      expect(await ids({ name: "nothing" })).toEqual([]);
      expect(await ids({ uncompensated: true })).toEqual([b.id]);
      expect(await probe.store.counts()).toMatchObject({ total: 4, Failed: 1, uncompensated: 1, Created: 2 });
    });
  });

  describe("history and events", () => {
    it("tell every transition, in pages", async () => {
      const probe = new Probe(setup);
      const run = await probe.started();
      for (const line of ["two", "three", "four"]) await probe.commit(run, { history: line });
      expect(await probe.store.history({ id: run.id, after: 1, limit: 2 })).toEqual({
        lines: ["two", "three"],
        first: 2,
      });
      const page = await probe.store.readEvents({ after: "0" });
      expect(page.events).toEqual(['{"n":1}', "two", "three", "four"].map((line) => ({ id: run.id, line })));
      await probe.commit(run, { history: "five" });
      const more = await probe.store.readEvents({ after: page.cursor });
      expect(more.events).toEqual([{ id: run.id, line: "five" }]);
      expect((await probe.store.readEvents({ after: more.cursor })).events).toEqual([]);
    });

    it("wait for the first event", async () => {
      const probe = new Probe(setup, { realTime: true });
      const run = await probe.started();
      const { cursor } = await probe.store.readEvents({ after: "0" });
      const waiting = probe.store.readEvents({ after: cursor, waitMs: 5000 });
      await probe.commit(run, { history: "late" });
      expect((await waiting).events).toEqual([{ id: run.id, line: "late" }]);
      const stop = new AbortController();
      const aborted = probe.store.readEvents({ waitMs: 5000, signal: stop.signal });
      setImmediate(() => stop.abort());
      expect((await aborted).events).toEqual([]);
    });
  });

  describe("watch", () => {
    it("tells of what is due, of what was sent to runs that somebody holds, and of ends", async () => {
      const probe = new Probe(setup, { realTime: true });
      const heard: string[] = [];
      const everything = new Promise<void>((resolve) => {
        const note = (text: string) => {
          heard.push(text);
          if (new Set(heard).size === 3) resolve();
        };
        void probe.store
          .watch({
            onDue: () => note("due"),
            onSent: (id) => note(`sent ${id}`),
            onEnded: (id, status) => note(`ended ${id} ${status}`),
          })
          .then(async () => {
            const run = await probe.started();
            await probe.store.send({ id: run.id, entry: "a" });
            await probe.finish(run);
            note(`sent ${run.id}`);
            await probe.start();
          });
      });
      await everything;
      expect(heard.some((text) => text.startsWith("ended") && text.endsWith("Completed"))).toBe(true);
      expect(heard).toContain("due");
    });
  });

  describe("orphans", () => {
    it("are runs that nobody will look at: there are none while the rules are kept", async () => {
      const probe = new Probe(setup);
      await probe.start();
      await probe.finish(await probe.started(), "Waiting", { kind: "park", dueInMs: null });
      await probe.finish(await probe.started(), "Waiting", { kind: "park", dueInMs: 1000 });
      await probe.finish(await probe.started());
      expect(await probe.store.orphans({ cursor: null })).toEqual({ ids: [], cursor: null });
      const lost = await probe.started();
      await probe.finish(lost, "Running", { kind: "park", dueInMs: null });
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await probe.store.orphans({ cursor, limit: 2 });
        found.push(...page.ids);
        ({ cursor } = page);
      } while (cursor !== null);
      expect(found).toEqual([lost.id]);
    });
  });

  it("refuses calls once it is closed", async () => {
    const probe = new Probe(setup);
    await probe.store.close();
    for (const call of [() => probe.start(), () => probe.claim(), () => probe.store.get({ id: "x" })]) {
      const error = await call().catch((reason: unknown) => reason);
      expect(isQueueError(error, "closed")).toBe(true);
    }
  });
}
