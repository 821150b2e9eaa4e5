// Slots of schedules: cron in time zones, the hours that clock changes skip and repeat, catching up, looking ahead.

import { describe, expect, it } from "vitest";
import { comingSlots } from "../../src/queue/dispatcher/schedule-book.ts";
import {
  checkSchedule,
  dueSlots,
  nextSlot,
  type Schedule,
  type ScheduleSpec,
} from "../../src/queue/schedule.ts";
import { nextTransition, zoneOffset } from "../../src/queue/wall-clock.ts";

const base = { context: "c", name: "n", task: { script: "1" } };

function slots(spec: Partial<ScheduleSpec>, from: string, count: number): string[] {
  const found: string[] = [];
  let at = Date.parse(from);
  for (let i = 0; i < count; i++) {
    const slot = nextSlot({ ...base, ...spec }, at);
    if (slot === null) break;
    found.push(new Date(slot).toISOString().replace(/:00\.000Z$/, "Z"));
    at = slot;
  }
  return found;
}

const berlin = { timeZone: "Europe/Berlin" };

describe("time zones", () => {
  it("know their offsets and changes", () => {
    expect(zoneOffset("UTC", 0)).toBe(0);
    expect(zoneOffset("Asia/Kolkata", Date.parse("2026-01-01T00:00:00Z"))).toBe(5.5 * 3_600_000);
    expect(zoneOffset("America/New_York", Date.parse("2026-07-01T00:00:00Z"))).toBe(-4 * 3_600_000);
    const change = nextTransition(
      "Europe/Berlin",
      Date.parse("2026-01-01T00:00:00Z"),
      Date.parse("2026-12-31T00:00:00Z"),
    );
    expect(new Date(change!).toISOString()).toBe("2026-03-29T01:00:00.000Z");
    expect(nextTransition("Asia/Kolkata", 0, Date.parse("1971-01-01T00:00:00Z"))).toBeNull();
  });
});

describe("slots of cron expressions", () => {
  it("follow the zone's wall clock", () => {
    expect(slots({ ...berlin, cron: "30 6 * * 1-5" }, "2026-06-05T00:00:00Z", 3)).toEqual([
      "2026-06-05T04:30Z",
      "2026-06-08T04:30Z",
      "2026-06-09T04:30Z",
    ]);
    expect(slots({ cron: "*/20 * * * * *" }, "2026-01-01T00:00:01Z", 2)).toEqual([
      "2026-01-01T00:00:20.000Z",
      "2026-01-01T00:00:40.000Z",
    ]);
    expect(slots({ cron: "0 0 29 2 *" }, "2026-01-01T00:00:00Z", 2)).toEqual([
      "2028-02-29T00:00Z",
      "2032-02-29T00:00Z",
    ]);
  });

  it("follow from the rule alone: none with a random number in it", () => {
    for (const cron of ["H * * * *", "0 H(2-4) * * *", "H/10 * * * THU"])
      expect(() => checkSchedule({ ...base, cron })).toThrow("cron expression with H");
    expect(slots({ cron: "0 0 * MAR THU" }, "2026-03-01T00:00:00Z", 1)).toEqual(["2026-03-05T00:00Z"]);
  });

  it("at a fixed hour fire when the gap ends, once", () => {
    for (const cron of ["30 2 * * *", "0 2 * * *", "0,30 2 * * *"]) {
      const [before, gap, after] = slots({ ...berlin, cron }, "2026-03-28T12:00:00Z", 3);
      expect(before).toBe("2026-03-29T01:00Z");
      expect(gap.slice(0, 10)).toBe("2026-03-30");
      expect(after > gap).toBe(true);
    }
    expect(slots({ ...berlin, cron: "0 3 * * *" }, "2026-03-28T12:00:00Z", 2)).toEqual([
      "2026-03-29T01:00Z",
      "2026-03-30T01:00Z",
    ]);
    const skip = { ...berlin, cron: "30 2 * * *", dst: { gap: "skip", overlap: "first" } } as const;
    expect(slots(skip, "2026-03-28T00:00:00Z", 2)).toEqual(["2026-03-28T01:30Z", "2026-03-30T00:30Z"]);
  });

  it("at a fixed hour fire once when the hour comes twice", () => {
    expect(slots({ ...berlin, cron: "30 2 * * *" }, "2026-10-24T12:00:00Z", 2)).toEqual([
      "2026-10-25T00:30Z",
      "2026-10-26T01:30Z",
    ]);
    const dst = (overlap: "second" | "both") =>
      ({ ...berlin, cron: "30 2 * * *", dst: { gap: "skip", overlap } }) as const;
    expect(slots(dst("second"), "2026-10-24T12:00:00Z", 2)).toEqual([
      "2026-10-25T01:30Z",
      "2026-10-26T01:30Z",
    ]);
    expect(slots(dst("both"), "2026-10-24T12:00:00Z", 3)).toEqual([
      "2026-10-25T00:30Z",
      "2026-10-25T01:30Z",
      "2026-10-26T01:30Z",
    ]);
  });

  it("at any hour go on evenly through both changes", () => {
    const hours = (day: string, hour: number) => `${day}T${String(hour).padStart(2, "0")}`;
    expect(slots({ ...berlin, cron: "15 * * * *" }, "2026-03-28T23:30:00Z", 4)).toEqual(
      [0, 1, 2, 3].map((hour) => `${hours("2026-03-29", hour)}:15Z`),
    );
    expect(slots({ ...berlin, cron: "0 * * * *" }, "2026-10-24T22:30:00Z", 5)).toEqual([
      "2026-10-24T23:00Z",
      "2026-10-25T00:00Z",
      "2026-10-25T01:00Z",
      "2026-10-25T02:00Z",
      "2026-10-25T03:00Z",
    ]);
  });

  it("hold for half-hour changes and changes at midnight", () => {
    const howe = { timeZone: "Australia/Lord_Howe", cron: "15 2 * * *" };
    expect(slots(howe, "2026-10-02T12:00:00Z", 3)).toEqual([
      "2026-10-02T15:45Z",
      "2026-10-03T15:30Z",
      "2026-10-04T15:15Z",
    ]);
    expect(slots({ ...howe, cron: "45 1 * * *" }, "2026-04-03T16:00:00Z", 2)).toEqual([
      "2026-04-04T14:45Z",
      "2026-04-05T15:15Z",
    ]);
    const saoPaulo = { timeZone: "America/Sao_Paulo", cron: "0 0 * * *" };
    expect(slots(saoPaulo, "2018-11-03T12:00:00Z", 2)).toEqual(["2018-11-04T03:00Z", "2018-11-05T02:00Z"]);
  });

  it("never repeat or go back, in any zone, over a year", () => {
    for (const timeZone of [
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Africa/Casablanca",
      "Asia/Tehran",
    ]) {
      for (const cron of ["30 2 * * *", "0 */6 * * *"]) {
        let at = Date.parse("2025-01-01T00:00:00Z");
        let count = 0;
        const end = at + 365 * 86_400_000;
        while (at < end) {
          const slot = nextSlot({ ...base, cron, timeZone }, at)!;
          expect(slot).toBeGreaterThan(at);
          expect(slot - at).toBeLessThanOrEqual(26 * 3_600_000);
          at = slot;
          count++;
        }
        const expected = cron.startsWith("30") ? 365 : 1460;
        expect(Math.abs(count - expected)).toBeLessThanOrEqual(cron.startsWith("30") ? 1 : 4);
      }
    }
  });
});

describe("due slots", () => {
  const minute = 60_000;
  const spec: ScheduleSpec = { ...base, cron: "* * * * * *" };

  it("are found without walking through a long pause", () => {
    const now = Date.parse("2026-06-01T00:00:00.500Z");
    const start = performance.now();
    const { slots: found, nextAt } = dueSlots(spec, now - 90 * 86_400_000, now);
    expect(found).toEqual([now - 500]);
    expect(nextAt).toBe(now + 500);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it("are bounded when all are wanted", () => {
    const every: ScheduleSpec = { ...base, everyMs: minute, catchUp: "all" };
    const { slots: found, nextAt } = dueSlots(every, 0, 500 * minute);
    expect(found).toHaveLength(100);
    expect(nextAt).toBe(100 * minute);
  });
});

describe("coming slots", () => {
  const facts = { createdAt: 0, nextAt: null, lastSlot: null, lastTaskId: null };
  const hourly: Schedule = { ...base, ...facts, everyMs: 3_600_000 };
  const [one, two, three] = [1, 2, 3].map((hours) => hours * 3_600_000);

  it("are those after a moment, paused or not", () => {
    expect(comingSlots(hourly, 2, 1)).toEqual([one, two]);
    expect(comingSlots({ ...hourly, paused: true }, 1, one)).toEqual([two]);
    expect(comingSlots(hourly, 5).every((at) => at > Date.now())).toBe(true);
  });

  it("end with the rule", () => {
    expect(comingSlots({ ...hourly, endAt: two }, 5, 1)).toEqual([one, two]);
    expect(comingSlots({ ...hourly, endAt: two }, 5, two)).toEqual([]);
  });

  it("do not name one that fired by a clock that is ahead", () => {
    expect(comingSlots({ ...hourly, lastSlot: one }, 2, one - 50)).toEqual([two, three]);
  });
});
