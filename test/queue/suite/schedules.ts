// Suite: schedules.

import { describe, expect, it } from "vitest";
import type { ScheduleSpec } from "../../../src/queue/schedule.ts";
import { expectCode, Probe, type StoreSetup } from "./harness.ts";

export function schedules(setup: StoreSetup): void {
  const task = { script: "report()", callerId: "cron", maxAttempts: 3 };
  const every = (probe: Probe, more: Partial<ScheduleSpec> = {}): ScheduleSpec => {
    return { context: probe.context, name: "minutely", everyMs: 60_000, task, ...more };
  };

  describe("schedules", () => {
    it("submit a task for each slot, once, however many look", async () => {
      const probe = new Probe(setup);
      const { context, store, clock } = probe;
      const start = clock.now();
      const first = Math.ceil((start + 1) / 60_000) * 60_000;
      const row = await store.putSchedule({ schedule: every(probe) });
      expect(row).toMatchObject({ nextAt: first, createdAt: start, lastSlot: null });
      expect(await store.fireSchedules({ context })).toEqual({ ids: [], waitMs: first - start });
      await clock.advance(first - start);
      const fired = await Promise.all([1, 2, 3, 4].map(() => store.fireSchedules({ context })));
      const ids = fired.flatMap((each) => each.ids);
      expect(ids).toHaveLength(1);
      expect(ids[0]).toContain(`schedule:${context}:minutely:${first}`);
      expect(fired.every(({ waitMs }) => waitMs === 60_000 || waitMs === 0)).toBe(true);
      expect(await store.get({ id: ids[0] })).toMatchObject({
        ...task,
        status: "pending",
        schedule: "minutely",
      });
      expect(await store.schedules({ context })).toEqual([
        { ...every(probe), createdAt: start, nextAt: first + 60_000, lastSlot: first, lastTaskId: ids[0] },
      ]);
      await clock.advance(60_000);
      expect((await store.fireSchedules({ context })).ids).toHaveLength(1);
    });

    it("catch up with the latest slot, all, or none", async () => {
      for (const [catchUp, count] of [
        ["latest", 1],
        [undefined, 1],
        ["all", 5],
        ["none", 0],
      ] as const) {
        const probe = new Probe(setup);
        const { context, store, clock } = probe;
        await clock.advance(60_000 - (clock.now() % 60_000));
        await store.putSchedule({ schedule: every(probe, { catchUp, everyMs: 120_000 }) });
        const { nextAt } = (await store.schedules({ context }))[0];
        await clock.advance(nextAt! - clock.now() + 4 * 120_000 + 90_000);
        const { ids } = await store.fireSchedules({ context });
        expect([catchUp, ids.length]).toEqual([catchUp, count]);
        expect((await store.schedules({ context }))[0].nextAt).toBe(nextAt! + 5 * 120_000);
        expect((await store.fireSchedules({ context })).ids).toEqual([]);
      }
    });

    it("keep a due slot when they are put again unchanged, as at every start of an application", async () => {
      const probe = new Probe(setup);
      const { context, store, clock } = probe;
      const { nextAt } = await store.putSchedule({ schedule: every(probe) });
      await clock.advance(nextAt! - clock.now() + 5);
      const again = every(probe, { task: { ...task, script: "report(2)" } });
      expect((await store.putSchedule({ schedule: again })).nextAt).toBe(nextAt);
      const { ids } = await store.fireSchedules({ context });
      expect(ids).toHaveLength(1);
      expect((await store.get({ id: ids[0] }))?.script).toBe("report(2)");
      expect((await store.putSchedule({ schedule: again })).nextAt).toBe(nextAt! + 60_000);
      const other = await store.putSchedule({ schedule: { ...again, everyMs: 7000 } });
      expect(other.nextAt).toBeLessThanOrEqual(clock.now() + 7000);
    });

    it("leave out a firing that finds the queue full, and go on", async () => {
      const probe = new Probe(setup);
      const { context, store, clock } = probe;
      await probe.configure({ maxLength: 1 });
      const { nextAt } = await store.putSchedule({ schedule: every(probe) });
      const other = await probe.submit();
      await clock.advance(nextAt! - clock.now());
      expect(await store.fireSchedules({ context })).toEqual({ ids: [], waitMs: 60_000 });
      expect(await probe.ids()).toEqual([other]);
      await clock.advance(60_000);
      expect((await store.fireSchedules({ context })).ids).toHaveLength(1);
    });

    it("skip slots while the last task is unfinished, if asked to", async () => {
      const probe = new Probe(setup);
      const { context, store, clock } = probe;
      await store.putSchedule({ schedule: every(probe, { whenUnfinished: "skip" }) });
      await clock.advance(60_000);
      expect((await store.fireSchedules({ context })).ids).toHaveLength(1);
      await clock.advance(60_000);
      expect((await store.fireSchedules({ context })).ids).toHaveLength(0);
      await probe.done(await probe.take());
      await clock.advance(60_000);
      expect((await store.fireSchedules({ context })).ids).toHaveLength(1);
    });

    it("are replaced by name, paused, ended and removed", async () => {
      const probe = new Probe(setup);
      const { context, store, clock } = probe;
      await store.putSchedule({ schedule: every(probe) });
      const paused = await store.putSchedule({ schedule: every(probe, { paused: true }) });
      expect(paused.nextAt).toBeNull();
      await clock.advance(200_000);
      expect(await store.fireSchedules({ context })).toEqual({ ids: [], waitMs: null });
      await store.putSchedule({ schedule: every(probe, { everyMs: 1000, endAt: clock.now() + 1500 }) });
      await clock.advance(1000);
      expect((await store.fireSchedules({ context })).ids).toHaveLength(1);
      expect((await store.schedules({ context }))[0].nextAt).toBeNull();
      expect(await store.schedules({ context })).toHaveLength(1);
      expect(await store.removeSchedule({ context, name: "minutely" })).toBe(true);
      expect(await store.removeSchedule({ context, name: "minutely" })).toBe(false);
      expect(await store.schedules({ context })).toEqual([]);
    });

    it("follow cron expressions in a time zone", async () => {
      const probe = new Probe(setup);
      const { context, store, clock } = probe;
      const schedule = { context, name: "daily", cron: "30 6 * * *", timeZone: "Europe/Berlin", task };
      const row = await store.putSchedule({ schedule });
      expect(new Date(row.nextAt!).toISOString()).toMatch(/T05:30:00.000Z$/);
      await clock.advance(row.nextAt! - clock.now());
      expect((await store.fireSchedules({ context })).ids).toHaveLength(1);
    });

    it("refuse what is no schedule", async () => {
      const probe = new Probe(setup);
      const { store } = probe;
      for (const bad of [
        { everyMs: 5 },
        { cron: "* * * * *" },
        { everyMs: undefined },
        { everyMs: undefined, cron: "61 * * * *" },
        { everyMs: undefined, cron: "* * *" },
        { everyMs: undefined, cron: "* * * * *", timeZone: "Mars/Olympus" },
        { name: "a b" },
        { task: {} },
      ]) {
        await expectCode(store.putSchedule({ schedule: every(probe, bad) }), "invalid");
      }
    });
  });
}
