// `rhai schedule` against a real redis-server: what it stores, shows and refuses, and that workers fire what it put.

import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UsageError } from "../../src/cli/exit-codes.ts";
import { type RuleOptions, ruleFrom } from "../../src/cli/queue/schedule-rule.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { Schedule, ScheduleSpec } from "../../src/queue/schedule.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { freePort, redisVersion } from "../support/redis.ts";
import { freshContext, QueueCommand } from "./queue-command.ts";

const HOUR = 3_600_000;

describe("the options of a rule", () => {
  const cron = "30 3 * * *";

  it.each([
    [{}, "say when: --cron '30 3 * * *' (daily at 3:30), or --every 10min"],
    [{ cron, every: 1000 }, "--cron and --every exclude each other"],
    [{ cron: "" }, "--cron: cron expression with 1 fields"],
    [
      { cron: "99 * * * *" },
      "--cron: Constraint error, got value 99 expected range 0-59; for example: '30 3 * * *'",
    ],
    [{ cron: "0 0 30 2 *" }, "--cron: Invalid explicit day of month definition"],
    [{ cron: "H * * * *" }, "--cron: cron expression with H, which stands for a random number"],
    [{ cron, timeZone: "" }, '--time-zone: unknown time zone ""'],
    [{ every: 99 }, "--every: (allowed: whole numbers of milliseconds from 100); for example: 10min"],
    [{ every: 1000, timeZone: "UTC" }, "--time-zone and --dst are for --cron"],
    [{ every: 1000, dst: { gap: "skip", overlap: "both" } }, "--time-zone and --dst are for --cron"],
    [{ cron, start: 2, end: 1 }, "--end is before --start"],
  ] as readonly (readonly [RuleOptions, string])[])("%j is wrong usage", (options, message) => {
    const refused = () => ruleFrom(options);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(message);
  });
});

describe.skipIf(redisVersion() === null)("rhai schedule", () => {
  let rhai: QueueCommand;
  let store: TaskStore;

  beforeAll(async () => {
    rhai = await QueueCommand.start();
    store = createRedisStore({ url: rhai.redis.url });
    rhai.rhai.write({ "clean.rhai": "#!/usr/bin/env rhai\nclean(days)", "sum.rhai": "a + b" });
  });
  afterAll(async () => {
    await store.close();
    await rhai.stop();
  });

  /** `rhai schedule` in a context, with what it says. */
  function schedule(context: string, ...args: string[]) {
    const { code, stdout, stderr } = rhai.run(["schedule", ...args, "--context", context]);
    return { code, stdout, stderr };
  }

  async function stored(context: string): Promise<Schedule> {
    const [row, ...others] = await store.schedules({ context });
    expect(others).toEqual([]);
    return row;
  }

  /** In the store, without the command. */
  async function put(context: string, more: Partial<ScheduleSpec> = {}): Promise<Schedule> {
    const rule = more.everyMs === undefined && more.cron === undefined ? { everyMs: HOUR } : {};
    return await store.putSchedule({
      schedule: { context, name: "n", task: { script: "1" }, ...rule, ...more },
    });
  }

  describe("put", () => {
    it("stores all that was said", async () => {
      const context = freshContext();
      const { code, stderr } = schedule(
        context,
        ...["put", "nightly", "clean.rhai", "--cron", "30 3 * * 1-5", "--time-zone", "Europe/Oslo"],
        ...["--start", "2030-01-01", "--end", "2031-01-01T12:00Z", "--dst", "skip,second", "--paused"],
        ...["--catch-up", "all", "--when-unfinished", "skip", "--caller", "cron", "--keep", "1h"],
        ...["--arg", "city=Oslo", "--arg", "big:=9223372036854775807"],
        ...["--timeout", "5s", "--priority", "7", "--retries", "2", "--retry-delay", "2s"],
      );
      expect([code, stderr]).toEqual([0, ""]);
      expect(await stored(context)).toEqual({
        context,
        name: "nightly",
        cron: "30 3 * * 1-5",
        timeZone: "Europe/Oslo",
        startAt: Date.parse("2030-01-01T00:00Z"),
        endAt: Date.parse("2031-01-01T12:00Z"),
        dst: { gap: "skip", overlap: "second" },
        catchUp: "all",
        whenUnfinished: "skip",
        paused: true,
        task: {
          script: "\nclean(days)",
          args: '{"city":"Oslo","big":9223372036854775807}',
          callerId: "cron",
          timeoutMs: 5000,
          priority: 7,
          maxAttempts: 3,
          backoff: { kind: "exponential", baseMs: 2000, jitter: 0.2 },
          resultTtlMs: HOUR,
        },
        createdAt: expect.any(Number),
        nextAt: null,
        lastSlot: null,
        lastTaskId: null,
      });
    });

    it("takes the script as text, from standard input, or by its path", async () => {
      const context = freshContext();
      const script = async () => (await stored(context)).task;
      schedule(context, "put", "n", "--script", "40 + 2", "--every", "90s");
      expect(await stored(context)).toMatchObject({ everyMs: 90_000, task: { script: "40 + 2" } });
      rhai.run(["schedule", "put", "n", "-", "--every", "90s", "--context", context], { input: "7" });
      expect(await script()).toEqual({ script: "7" });
      schedule(context, "put", "n", "jobs/a.rhai", "--by-path", "--every", "90s");
      expect(await script()).toEqual({ scriptPath: "jobs/a.rhai" });
    });

    it("shows the next times, in the schedule's time zone, too", () => {
      const rule = ["--cron", "30 3 * * *", "--time-zone", "Asia/Kolkata"];
      const { stdout } = schedule("shown", "put", "nightly", "clean.rhai", ...rule);
      const [title, columns, ...times] = stdout.trimEnd().split("\n");
      expect(title).toBe("schedule nightly of shown: 30 3 * * *");
      expect(columns).toMatch(/^AT +THERE +IN$/);
      expect(times).toHaveLength(5);
      for (const line of times)
        expect(line).toMatch(/^\S+T22:00:00\.000Z +\d{4}-\d\d-\d\d 03:30:00 \+05:30 +in \d+ \w+$/);
      const every = schedule("shown", "put", "often", "clean.rhai", "--every", "1h").stdout;
      expect(every).toMatch(/^schedule often of shown: every 60 min\nAT +IN\n\S+:00:00\.000Z +in \d+ \w+\n/);
    });

    it("says so when no time is left", () => {
      const { code, stdout } = schedule(
        "over",
        "put",
        "n",
        "sum.rhai",
        "--every",
        "1h",
        "--end",
        "2020-01-01",
      );
      expect([code, stdout.split("\n")[1]]).toEqual([0, "it fires no more: no time of its rule is left"]);
    });

    it("replaces all of the schedule", async () => {
      const context = freshContext();
      const { createdAt } = await put(context, {
        paused: true,
        catchUp: "all",
        task: { script: "1", priority: 3 },
      });
      const json = rhai.json(
        ["schedule", "put", "n", "sum.rhai", "--cron", "*/10 * * * * *"].concat("--context", context),
      );
      const row = await stored(context);
      expect(row).toEqual({
        ...{ context, name: "n", cron: "*/10 * * * * *", task: { script: "a + b" }, createdAt },
        ...{ nextAt: expect.any(Number), lastSlot: null, lastTaskId: null },
      });
      const { coming, ...shown } = json;
      expect(shown).toEqual(row);
      expect(coming).toHaveLength(5);
      expect(coming.every((at: number) => at % 10_000 === 0)).toBe(true);
    });
  });

  describe("ls", () => {
    it("shows rule, time zone, state, next and last time", async () => {
      const [a, b] = [freshContext(), freshContext()];
      await put(a, { name: "daily", cron: "0 3 * * *", timeZone: "Europe/Oslo" });
      await put(a, { name: "held", everyMs: 90_000, paused: true });
      await put(a, { name: "over", cron: "0 3 * * *", endAt: 1 });
      await put(b);
      const all = rhai.run(["schedule", "ls"]).stdout;
      expect(all).toMatch(/^CONTEXT +NAME +RULE +TIME ZONE +STATE +NEXT +LAST +LAST TASK +SCRIPT\n/);
      expect(all).toMatch(
        new RegExp(`^${a} +daily +0 3 \\* \\* \\* +Europe/Oslo +active +20\\S+Z +- +- +1$`, "m"),
      );
      expect(all).toMatch(new RegExp(`^${a} +held +every 90 s +- +paused +- +- +- +1$`, "m"));
      expect(all).toMatch(new RegExp(`^${a} +over +0 3 \\* \\* \\* +UTC +over +- +- +- +1$`, "m"));
      expect(all).toMatch(new RegExp(`^${b} +n +every 60 min +- +active `, "m"));
      expect(schedule(b, "ls").stdout).not.toContain(a);
      const { schedules } = rhai.json(["schedule", "ls", "--context", a]);
      expect(schedules).toEqual(await store.schedules({ context: a }));
      expect(schedule(freshContext(), "ls").stdout).toMatch(/^no schedule: .*rhai schedule put/);
    });

    it("tells of one that is due while nobody fires it", async () => {
      const context = freshContext();
      await put(context, { cron: "0 3 * * *" });
      await rhai.redis.raw.zadd(`rhai:slots:${context}`, Date.now() - HOUR, "n");
      expect(schedule(context, "ls").stdout).toMatch(/ late /);
      const next = schedule(context, "next", "n").stdout;
      expect(next).toMatch(
        new RegExp(`^due since \\S+Z: is there a worker\\? \\(rhai worker --context ${context}\\)\n`),
      );
      expect(next.trimEnd().split("\n")).toHaveLength(7);
    });
  });

  describe("next", () => {
    it("shows as many times as wanted", async () => {
      const context = freshContext();
      const { nextAt } = await put(context, { cron: "15 10 29 2 *" });
      const { coming } = rhai.json(["schedule", "next", "n", "-n", "3", "--context", context]);
      expect(coming[0]).toBe(nextAt);
      for (const at of coming) expect(new Date(at).toISOString()).toMatch(/^\d{4}-02-29T10:15:00\.000Z$/);
      expect(schedule(context, "next", "n", "--count", "2").stdout.trimEnd().split("\n")).toHaveLength(3);
    });
  });

  describe("pause, resume, rm", () => {
    it("keep all else of the schedule", async () => {
      const context = freshContext();
      const task = { script: "1", args: '{"big":9223372036854775807}', signature: "s", signedBy: "k" };
      const before = await put(context, {
        cron: "0 3 * * *",
        catchUp: "none",
        dst: { gap: "skip", overlap: "both" },
        task,
      });
      expect(schedule(context, "pause", "n")).toEqual({
        ...{ code: 0, stderr: "", stdout: "schedule n is paused; tasks that it made go on\n" },
      });
      expect(await stored(context)).toEqual({ ...before, paused: true, nextAt: null });
      expect(schedule(context, "next", "n", "-n", "1").stdout).toMatch(
        new RegExp(`^paused until: rhai schedule resume n --context ${context}\nAT `),
      );
      expect(schedule(context, "resume", "n").stdout).toBe(
        `schedule n is active; next at ${new Date(before.nextAt!).toISOString()}\n`,
      );
      expect(await stored(context)).toEqual(before);
      expect(rhai.json(["schedule", "pause", "n", "--context", context])).toEqual(await stored(context));
    });

    it("remove", async () => {
      const context = freshContext();
      await put(context);
      expect(schedule(context, "rm", "n")).toMatchObject({ code: 0, stdout: "schedule n removed\n" });
      expect(await store.schedules({ context })).toEqual([]);
      expect(rhai.json(["schedule", "rm", "n", "--context", context])).toEqual({
        context,
        name: "n",
        removed: false,
      });
    });

    it.each(["rm", "pause", "resume", "next"])("%s of an unknown name says where to look", (verb) => {
      expect(schedule("empty", verb, "nope")).toEqual({
        code: 1,
        stdout: "",
        stderr: "error: no schedule nope in the context empty (rhai schedule ls --context empty)\n",
      });
    });
  });

  describe("a worker", () => {
    it("fires what was put, and again after a pause; signed tasks, too", async () => {
      const context = freshContext();
      const { privateKey, publicKey } = generateKeyPairSync("ed25519");
      rhai.rhai.write({
        "alice.pem": privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        "alice.pub": publicKey.export({ type: "spki", format: "pem" }).toString(),
      });
      const rule = ["--cron", "* * * * * *", "--arg", "a:=40", "--arg", "b:=2"];
      schedule(context, "put", "sum", "sum.rhai", ...rule, "--caller", "alice", "--sign", "alice.pem");
      const args = ["--context", context, "--threads", "1", "--trust", "alice=alice.pub"];
      const worker = rhai.start(["worker", ...args, "--log-level", "debug", "--log-format", "json"]);
      await worker.until(/"outcome":"completed"/);

      schedule(context, "pause", "sum");
      const { lastTaskId } = await stored(context);
      const done = await store.waitForResult({ id: lastTaskId!, timeoutMs: 10_000 });
      expect(done).toMatchObject({ status: "completed", output: "42" });
      expect(rhai.run(["task", lastTaskId!]).stdout).toContain("completed");

      schedule(context, "resume", "sum");
      const last = async () => (await stored(context)).lastTaskId;
      await expect.poll(last, { timeout: 10_000 }).not.toBe(lastTaskId);
      const again = await store.waitForResult({ id: (await last())!, timeoutMs: 10_000 });
      expect(again).toMatchObject({ status: "completed", output: "42" });
      expect(schedule(context, "ls").stdout).toMatch(
        / sum +\* \* \* \* \* \* +UTC +active +20\S+ +20\S+Z +schedule:/,
      );

      // Without a signature the same task is refused.
      schedule(context, "put", "sum", "sum.rhai", ...rule, "--caller", "alice");
      await worker.until(/SignatureInvalid/);
      worker.kill("SIGTERM");
      expect((await worker.ended).code).toBe(0);
    });
  });

  describe("what is wrong is told in a line", () => {
    const PUT = ["put", "n", "sum.rhai", "--context", "c"];
    const CRON = [...PUT, "--cron", "* * * * *"];

    it.each([
      [["put", "n", "sum.rhai", "--cron", "* * * * *"], "name the context: --context NAME"],
      [["pause", "n"], "name the context: --context NAME"],
      [
        [...PUT, "--cron", "* * *"],
        "--cron: cron expression with 3 fields (allowed: 5, or 6 with seconds); for",
      ],
      [[...CRON, "--time-zone", "Mars"], '--time-zone: unknown time zone "Mars"; for example: Europe/Oslo'],
      [[...CRON, "--dst", "odd"], "'odd' is no rule for clock changes"],
      [[...CRON, "--script", "1"], "name the script's FILE, or give its text: --script TEXT"],
      [
        ["put", "n", "--context", "c", "--every", "1s"],
        "name the script's FILE, or give its text: --script TEXT",
      ],
      [["put", "n", "--script", "1", "--by-path", "--context", "c", "--every", "1s"], "--by-path needs the"],
      [[...CRON, "--arg", "x"], "'x' is not an argument"],
      [[...CRON, "--sign", "sum.rhai", "--caller", "a"], "--sign: sum.rhai holds no Ed25519 private key"],
      [
        ["put", "a b", "sum.rhai", "--context", "c", "--every", "1s"],
        "invalid value: schedule name (allowed: 1",
      ],
      [["next", "n", "--context", "c", "-n", "101"], "--count: 100 is the most"],
    ])("rhai schedule %j", (args, message) => {
      // Nobody listens there: none of this is asked of the store.
      const { code, stdout, stderr } = rhai.run(["schedule", ...args, "--redis", "redis://127.0.0.1:1"]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(`error: ${message}`);
      expect(stderr.trimEnd()).not.toContain("\n");
    });

    it.each([
      [["--priority", "1001"], 2, "error: invalid value: priority"],
      [["--catch-up", "odd"], 2, "Allowed choices are none, latest, all."],
    ])("put with %j", (options, code, message) => {
      const refused = rhai.run(["schedule", ...CRON, ...options]);
      expect(refused).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(message) });
    });

    it("says which script cannot be read", () => {
      expect(schedule("c", "put", "n", "absent.rhai", "--every", "1s")).toEqual({
        code: 1,
        stdout: "",
        stderr: "error: the script absent.rhai cannot be read: No such file or directory (os error 2)\n",
      });
    });

    it("says so when there is no Redis", async () => {
      const url = `redis://127.0.0.1:${await freePort()}`;
      for (const args of [["ls"], [...CRON], ["pause", "n", "--context", "c"]]) {
        const { code, stderr } = rhai.run(["schedule", ...args, "--redis", url]);
        expect([code, stderr]).toEqual([3, expect.stringMatching(/^error: Redis cannot be reached at /)]);
      }
    });

    it("shows its commands", () => {
      expect(rhai.run(["schedule"])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("Usage: rhai schedule"),
      });
      const help = rhai.run(["schedule", "put", "--help"]);
      expect([help.code, help.stderr]).toEqual([0, ""]);
      expect(help.stdout).toContain("--when-unfinished");
    });
  });
});
