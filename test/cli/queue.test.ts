// `rhai queue`, `rhai task`, `rhai fsck` and `rhai submit` against a real redis-server; the test itself is the worker.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import type { ClaimedTask, TaskSpec } from "../../src/queue/task.ts";
import { freePort, redisVersion, startRedis } from "../support/redis.ts";
import { freshContext, QueueCommand } from "./queue-command.ts";

describe.skipIf(redisVersion() === null)("the queue's commands", () => {
  let rhai: QueueCommand;
  let store: TaskStore;

  beforeAll(async () => {
    rhai = await QueueCommand.start();
    store = createRedisStore({ url: rhai.redis.url });
    rhai.rhai.write({ "sum.rhai": "a + b", "broken.rhai": '#!/usr/bin/env rhai\nlet x = 1;\nthrow "no";' });
  });
  afterAll(async () => {
    await store.close();
    await rhai.stop();
  });

  const workerId = "tester";

  async function submitted(context: string, spec: Partial<TaskSpec> = {}): Promise<string> {
    return (await store.enqueue({ task: { context, script: "1", ...spec } })).id;
  }

  async function claim(context: string): Promise<ClaimedTask> {
    const { tasks } = await store.claim({ context, workerId, leaseMs: 60_000, limit: 1 });
    expect(tasks).toHaveLength(1);
    return tasks[0];
  }

  async function failed(context: string, spec: Partial<TaskSpec> = {}): Promise<string> {
    const id = await submitted(context, spec);
    const { token } = await claim(context);
    const error = { kind: "ErrorRuntime", message: "Runtime error: no", position: { line: 3, column: 1 } };
    await store.fail({ context, workerId, id, token, error, retryDelayMs: null });
    return id;
  }

  describe("rhai queue", () => {
    it("lists contexts with their numbers", async () => {
      const context = freshContext();
      await submitted(context);
      await submitted(context, { delayMs: 60_000 });
      const { stdout } = rhai.run(["queue", "ls"]);
      expect(stdout).toMatch(/^CONTEXT +STATE +WORKERS +WAITING +SCHEDULED +RUNNING +DEAD\n/);
      expect(stdout).toMatch(new RegExp(`^${context} +open +0 +1 +1 +0 +0$`, "m"));
      const { contexts } = rhai.json(["queue", "ls"]);
      const found = contexts.find((facts: { context: string }) => facts.context === context);
      expect(found).toMatchObject({
        workers: 0,
        counts: { waiting: 1, scheduled: 1 },
        settings: { paused: false },
      });
    });

    it("lists tasks page by page, through all states", async () => {
      const context = freshContext();
      const dead = await failed(context);
      const running = await submitted(context);
      await claim(context);
      const waiting = [await submitted(context), await submitted(context), await submitted(context)];
      const scheduled = await submitted(context, { delayMs: 60_000 });

      const ids: string[] = [];
      let cursor: string | null = null;
      let pages = 0;
      do {
        const more: string[] = cursor === null ? [] : ["--cursor", cursor];
        const page = rhai.json(["queue", "ls", "--context", context, "--limit", "2", ...more]);
        expect(page.tasks.length).toBeLessThanOrEqual(2);
        ids.push(...page.tasks.map((task: { id: string }) => task.id));
        cursor = page.cursor;
        pages++;
      } while (cursor !== null);
      expect(ids).toEqual([running, ...waiting, scheduled, dead]);
      expect(pages).toBeLessThan(6);

      const table = rhai.run([
        "queue",
        "ls",
        "--context",
        context,
        "--state",
        "waiting",
        "--limit",
        "2",
      ]).stdout;
      expect(table).toContain(waiting[1]);
      expect(table).not.toContain(waiting[2]);
      expect(table).toMatch(/^more: the same with --cursor 'waiting:/m);
    });

    it("pauses and resumes", async () => {
      const context = freshContext();
      expect(rhai.run(["queue", "pause", "--context", context]).stdout).toContain(`${context} is paused`);
      expect(await store.settings({ context })).toMatchObject({ paused: true });
      expect(rhai.json(["queue", "resume", "--context", context])).toEqual({ context, paused: false });
      expect(await store.settings({ context })).toMatchObject({ paused: false });
    });

    it("shows dead tasks, retries and drops them", async () => {
      const context = freshContext();
      const ids = [
        await failed(context),
        await failed(context),
        await failed(context),
        await failed(context),
      ];
      const table = rhai.run(["queue", "dead", "--context", context]).stdout;
      expect(table).toMatch(
        new RegExp(`^${ids[0]} .*notRetryable +ErrorRuntime at 3:1: Runtime error: no$`, "m"),
      );

      expect(rhai.run(["queue", "retry", ids[1], "--context", context]).stdout).toBe(
        "1 dead task to run again\n",
      );
      expect((await store.get({ id: ids[1] }))?.status).toBe("pending");
      expect(rhai.json(["queue", "drop", "--context", context, "--limit", "1"])).toEqual({
        context,
        count: 1,
      });
      expect(await store.get({ id: ids[0] })).toBeNull();
      expect(rhai.json(["queue", "retry", "--all", "--context", context]).count).toBe(2);
      expect(await store.counts({ context })).toMatchObject({ dead: 0, waiting: 3 });

      const absent = rhai.run(["queue", "drop", ids[0], "--context", context]);
      expect([absent.code, absent.stderr]).toEqual([
        1,
        "error: 1 of the 1 named are not in the dead-letter list\n",
      ]);
    });

    it("drains waiting tasks, and those with a time when asked to", async () => {
      const context = freshContext();
      await store.enqueueMany({
        tasks: Array.from({ length: 1200 }, () => ({ context, script: "1" })),
      });
      await submitted(context, { delayMs: 60_000 });
      expect(rhai.run(["queue", "drain", "--context", context]).stdout).toBe(
        "1200 waiting tasks cancelled\n",
      );
      expect(await store.counts({ context })).toMatchObject({ waiting: 0, scheduled: 1 });
      expect(rhai.json(["queue", "drain", "--context", context, "--scheduled"]).count).toBe(1);
    });

    it("changes limits one by one", async () => {
      const context = freshContext();
      const before = await store.settings({ context });
      const set = ["--concurrency", "4", "--rate", "600/min", "--weight", "alice=3", "--keep-for", "2h"];
      const { stdout } = rhai.run(["queue", "limit", "--context", context, ...set, "--max-bytes", "64MB"]);
      expect(stdout).toMatch(/^concurrency +4$/m);
      expect(await store.settings({ context })).toEqual({
        ...before,
        concurrency: 4,
        rate: { max: 600, perMs: 60_000 },
        weights: { alice: 3 },
        maxBytes: 64 * 1024 ** 2,
        retention: { ...before.retention, maxAgeMs: 7_200_000 },
      });
      const after = rhai.json(["queue", "configure", "--context", context, "--rate", "none"]);
      expect(after).toMatchObject({ rate: null, concurrency: 4 });
    });

    it("shows statistics and workers", async () => {
      const context = freshContext();
      await store.announceWorker({
        workerId: "w-1",
        contexts: [context],
        ttlMs: 60_000,
        info: { threads: 2 },
      });
      await failed(context);
      const { stdout } = rhai.run(["queue", "stats", "--context", context]);
      expect(stdout).toMatch(new RegExp(`^${context} +open +1 +0 +0 +0 +1 +1 +0 +1 `, "m"));
      expect(stdout).toMatch(new RegExp(`^w-1 +${context} +threads=2$`, "m"));
      expect(rhai.json(["queue", "stats", "--context", context])).toMatchObject({
        contexts: [{ context, counts: { totals: { submitted: 1, failed: 1 } } }],
        workers: [{ workerId: "w-1" }],
      });
    });
  });

  describe("rhai task", () => {
    it("shows a task to people and to programs", async () => {
      const context = freshContext();
      const id = await failed(context, { script: "let x = 1;\nx", args: '{"n":1}', callerId: "alice" });
      const { code, stdout } = rhai.run(["task", id]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^status +failed: It failed .* a retry would not help/m);
      expect(stdout).toMatch(/^script\n {2}let x = 1;\n {2}x\n/m);
      expect(stdout).toMatch(/^error +ErrorRuntime at 3:1: Runtime error: no$/m);
      expect(rhai.json(["task", id])).toMatchObject({
        ...(await store.get({ id })),
        explanation: expect.stringContaining("It failed"),
        log: [],
        logDropped: 0,
      });
    });

    it("does not let a task's texts steer the terminal", async () => {
      const context = freshContext();
      const id = await submitted(context, { script: "1 // \u001b[2J\u0007\u202e" });
      const { stdout } = rhai.run(["task", id]);
      expect(stdout).toContain("1 // \\u{1b}[2J\\u{7}\\u{202e}");
      expect(stdout).not.toMatch(/[\u001b\u0007\u202e]/);
    });

    it("explains in one line why a task is not running", async () => {
      const context = freshContext();
      const id = await submitted(context);
      expect(rhai.run(["task", "explain", id]).stdout).toBe(
        `It waits: no worker serves its context ${context}.\n`,
      );
      await store.announceWorker({ workerId: "w-2", contexts: [context], ttlMs: 60_000 });
      await store.configure({ context, settings: { concurrency: 1 } });
      expect(rhai.run(["task", "explain", id]).stdout).toBe("It is the next to run.\n");
      await claim(context);
      const second = await submitted(context);
      const line = "It waits: 1 of 1 allowed tasks of its context run.";
      expect(rhai.run(["task", "explain", second]).stdout).toBe(`${line}\n`);
      expect(rhai.json(["task", "explain", second])).toMatchObject({ id: second, explanation: line });
    });

    it("cancels and runs again", async () => {
      const context = freshContext();
      const id = await submitted(context);
      expect(rhai.run(["task", "cancel", id]).stdout).toBe("cancelled before it ran\n");
      expect(rhai.run(["task", "cancel", id]).code).toBe(1);
      expect(rhai.run(["task", "rerun", id]).code).toBe(0);
      await claim(context);
      expect(rhai.json(["task", "cancel", id, "--reason", "enough"])).toEqual({ id, outcome: "requested" });
      expect(rhai.run(["task", "rerun", id])).toMatchObject({ code: 1, stdout: "" });
    });

    it("shows tasks of foreign clients, and asks for their context when it is needed", async () => {
      const context = freshContext();
      await rhai.redis.raw.hset("rhai:task:foreign", "script", "40 + 2");
      await rhai.redis.raw.lpush(`rhai:queue:${context}`, "foreign");
      const bare = rhai.run(["task", "explain", "foreign"]);
      expect([bare.code, bare.stderr]).toEqual([
        2,
        "error: no worker has seen the task yet: say --context NAME, too\n",
      ]);
      const named = rhai.run(["task", "explain", "foreign", "--context", context]);
      expect(named.stdout).toContain("no worker serves its context");
      expect(rhai.run(["task", "foreign", "--context", context]).stdout).toMatch(/^script +40 \+ 2$/m);
    });
  });

  describe("rhai task --follow", () => {
    it("tells what happens until the end, and exits by the outcome", async () => {
      const context = freshContext();
      const id = await submitted(context);
      const [people, programs] = [
        ["task", id, "--follow"],
        ["task", id, "--follow", "--json"],
      ].map((args) => rhai.start(args));
      await Promise.all([people.until(/pending: It waits/), programs.until(/"status":"pending"/)]);
      const lease = { ...(await claim(context)), workerId };
      await Promise.all([people.until(/started on tester, attempt 1 of 1/), programs.until(/"processing"/)]);
      await store.log({ ...lease, lines: [{ level: "print", text: "hello\nworld" }] });
      await people.until(/\| hello\n.*\| world\n/);
      await store.progress({ ...lease, fraction: 0.4, message: "nearly" });
      await people.until(/40 % nearly/);
      await store.log({ ...lease, lines: [{ level: "print", text: "bye" }] });
      await store.complete({ ...lease, output: '{"sum":3}' });
      const [seen, read] = await Promise.all([people.ended, programs.ended]);
      expect(seen).toMatchObject({ code: 0, stderr: "" });
      expect(seen.stdout).toMatch(/\| bye\n.*completed: \{"sum":3\}\n$/);
      expect(read.code).toBe(0);
      const events = read.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(events.map(({ type }) => type)).toEqual([
        ...["status", "status", "log", "progress", "log", "result"],
      ]);
      expect(events[2]).toMatchObject({ number: 1, level: "print", text: "hello\nworld" });
      expect(events.at(-1)).toMatchObject({ id, status: "completed", output: '{"sum":3}' });
    });

    it("exits with 1 for a task that failed", async () => {
      const id = await failed(freshContext());
      const { code, stdout } = rhai.run(["task", id, "--follow"]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/failed: ErrorRuntime at 3:1: Runtime error: no\n$/);
    });

    it("ends in order with Ctrl-C, and leaves the task alone", async () => {
      const id = await submitted(freshContext());
      const following = rhai.start(["task", id, "--follow"]);
      await following.until(/pending/);
      following.kill("SIGINT");
      const { code, stderr } = await following.ended;
      expect([code, stderr]).toEqual([
        130,
        `not waiting any more; the task goes on (rhai task ${id} --follow)\n`,
      ]);
      expect((await store.get({ id }))?.status).toBe("pending");
    });

    it("goes on when Redis was away for a moment", async () => {
      const server = await startRedis({ config: { appendonly: "yes", appendfsync: "always" } });
      const own = createRedisStore({ url: server.url });
      try {
        const { id } = await own.enqueue({ task: { context: "c", script: "1" } });
        const following = rhai.start(["task", id, "--follow", "--redis", server.url]);
        await following.until(/pending/);
        await server.restart();
        await own.cancel({ id });
        expect((await following.ended).stdout).toMatch(/cancelled\n$/);
      } finally {
        await own.close();
        await server.stop();
      }
    });
  });

  describe("rhai submit", () => {
    it("prints the id, and hands over all that was said", async () => {
      const context = freshContext();
      const { code, stdout, stderr } = rhai.run(
        [
          "submit",
          "-",
          "--context",
          context,
          "--arg",
          "city=Oslo",
          "--arg",
          "big:=9223372036854775807",
        ].concat(
          ["--timeout", "5s", "--priority", "7", "--delay", "1min", "--retries", "2", "--retry-delay", "2s"],
          ["--key", "k", "--caller", "alice", "--keep", "1h"],
        ),
        { input: "#!/usr/bin/env rhai\nbig" },
      );
      expect([code, stderr]).toEqual([0, ""]);
      expect(await store.get({ id: stdout.trim() })).toMatchObject({
        context,
        status: "scheduled",
        script: "\nbig",
        args: '{"city":"Oslo","big":9223372036854775807}',
        timeoutMs: 5000,
        priority: 7,
        maxAttempts: 3,
        backoff: { kind: "exponential", baseMs: 2000 },
        idempotencyKey: "k",
        callerId: "alice",
        resultTtlMs: 3_600_000,
      });
      const again = rhai.json(["submit", "sum.rhai", "--context", context, "--key", "k"]);
      expect(again).toEqual({ id: stdout.trim(), outcome: "existing" });
    });

    it("waits for the result, which alone is on standard output", async () => {
      const context = freshContext();
      const waiting = rhai.start([
        "submit",
        "sum.rhai",
        "--context",
        context,
        "--wait",
        "--args-json",
        '{"a":1}',
      ]);
      await waiting.until(/waiting for task \S+: It waits: no worker serves its context/);
      const lease = { ...(await claim(context)), workerId };
      expect(lease.args).toBe('{"a":1}');
      await store.log({ ...lease, lines: [{ level: "print", text: "adding" }] });
      await store.complete({ ...lease, output: "3" });
      const { code, stdout, stderr } = await waiting.ended;
      expect([code, stdout]).toEqual([0, "3\n"]);
      expect(stderr).toMatch(/\nadding\n$/);
    });

    it("shows where a script failed", async () => {
      const context = freshContext();
      const waiting = rhai.start(["submit", "broken.rhai", "--context", context, "--wait"]);
      await waiting.until(/waiting for task/);
      const { id, token } = await claim(context);
      const error = { kind: "ErrorRuntime", message: "Runtime error: no", position: { line: 3, column: 1 } };
      await store.fail({ context, workerId, id, token, error, retryDelayMs: null });
      const { code, stdout, stderr } = await waiting.ended;
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(`error: task ${id} failed: ErrorRuntime at 3:1: Runtime error: no\n`);
      expect(stderr).toContain('3: throw "no";\n   ^ Runtime error: no\n');
    });

    it("stops waiting when the time is over, with an exit code of its own", () => {
      const args = ["submit", "sum.rhai", "--context", freshContext(), "--wait", "--wait-timeout", "100ms"];
      const { code, stdout, stderr } = rhai.run(args);
      expect([code, stdout]).toEqual([4, ""]);
      expect(stderr).toMatch(/^error: no result yet; the task goes on \(rhai task \S+ --follow\)\n$/);
    });

    it("says what is wrong with a file", () => {
      expect(rhai.run(["submit", "absent.rhai"])).toMatchObject({ code: 1, stdout: "" });
    });

    it("tells of a full context", async () => {
      const context = freshContext();
      await store.configure({ context, settings: { maxLength: 1 } });
      await submitted(context);
      const { code, stderr } = rhai.run(["submit", "sum.rhai", "--context", context]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: the queue is full.*rhai queue limit/);
    });
  });

  describe("rhai fsck", () => {
    it("is content with a sound store, finds what is broken, and mends it", async () => {
      const context = freshContext();
      const id = await submitted(context);
      await claim(context);
      expect(rhai.run(["fsck", "--context", context])).toMatchObject({ code: 0 });
      await rhai.redis.raw.zrem(`rhai:leases:${context}`, id);

      const found = rhai.run(["fsck", "--context", context]);
      expect(found.code).toBe(1);
      expect(found.stdout).toMatch(new RegExp(`^${context}: broken: processingWithoutEntry: ${id}: `, "m"));
      expect(found.stdout).toMatch(/1 context, \d+ checked: \d+ findings?, 0 repaired \(--repair/);
      const mended = rhai.json(["fsck", "--context", context, "--repair"]);
      expect(mended.findings).toContainEqual(
        expect.objectContaining({ context, subject: id, repaired: true }),
      );
      expect(rhai.json(["fsck"]).findings).toEqual([]);
    });
  });

  describe("what goes wrong", () => {
    it("says how to start a Redis when there is none, within a moment", async () => {
      const port = await freePort();
      for (const args of [["queue", "ls"], ["task", "x"], ["submit", "sum.rhai"], ["fsck"]]) {
        const start = performance.now();
        const { code, stdout, stderr } = rhai.run([
          ...args,
          "--redis",
          `redis://me:secret@127.0.0.1:${port}`,
        ]);
        expect(performance.now() - start).toBeLessThan(3000);
        expect([code, stdout]).toEqual([3, ""]);
        expect(stderr).toMatch(
          new RegExp(
            `^error: Redis cannot be reached at 127.0.0.1:${port} \\(connection refused\\); start one with .*\\n$`,
          ),
        );
        expect(stderr).not.toContain("secret");
      }
    });

    it("never shows a password that was wrong", async () => {
      const server = await startRedis({ config: { requirepass: "right" } });
      try {
        const wrong = rhai.run(["queue", "ls"], {
          env: { RHAI_REDIS_URL: server.url.replace("//", "//:wrong1@") },
        });
        expect(wrong.code).toBe(3);
        expect(wrong.stderr).toMatch(/^error: Redis at 127.0.0.1:\d+ denies access/);
        expect(wrong.stderr).not.toContain("wrong1");
        expect(rhai.run(["queue", "ls", "--redis", server.url.replace("//", "//:right@")]).code).toBe(0);
      } finally {
        await server.stop();
      }
    });

    it.each([
      [["queue"], "Usage: rhai queue"],
      [["queue", "bogus"], "unknown command 'bogus'"],
      [["queue", "pause"], "name the context"],
      [["queue", "retry", "--context", "c"], "name tasks, or --limit N for the oldest, or --all"],
      [["queue", "ls", "--context", "c", "--state", "odd"], "'odd' is not a state"],
      [["queue", "ls", "--context", "c", "--cursor", "odd"], "'odd' is not a cursor"],
      [["queue", "ls", "--context", "a b"], "invalid value: context"],
      [["queue", "limit", "--context", "c", "--rate", "10"], "'10' is not a rate"],
      [["task"], "the id of a task is needed"],
      [["task", "a b"], "invalid value: task id"],
      [["submit"], "missing required argument"],
      [["submit", "sum.rhai", "--timeout", "5"], "'5' is not a span of time"],
      [["submit", "sum.rhai", "--arg", "x"], "'x' is not an argument"],
      [["submit", "sum.rhai", "--arg", "x:={"], "--arg x is not JSON"],
      [["submit", "sum.rhai", "--args-json", "[1]"], "--args-json has to be a JSON object"],
      [["submit", "sum.rhai", "--priority", "1001"], "invalid value: priority"],
      [["queue", "ls", "--redis", "http://x"], "--redis is not a Redis URL"],
      [["queue", "ls", "--redis", "memory://"], "memory:// is seen by one process only"],
    ])("rhai %j is wrong usage", (args, message) => {
      const { code, stdout, stderr } = rhai.run(args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(message);
    });

    it("is quiet when nobody reads on", async () => {
      const context = freshContext();
      await store.enqueueMany({ tasks: Array.from({ length: 2000 }, () => ({ context, script: "1" })) });
      const line = `rhai queue ls --context ${context} --limit 2000 --redis ${rhai.redis.url} | head -1`;
      expect(rhai.rhai.shell(`set -o pipefail; ${line}`)).toMatchObject({
        code: 0,
        stderr: "",
        stdout: expect.stringMatching(/^ID .*\n$/),
      });
    });

    it("finds its keys by the prefix", () => {
      const id = rhai.run(["submit", "sum.rhai", "--prefix", "other:"]).stdout.trim();
      expect(rhai.run(["task", id]).code).toBe(1);
      expect(rhai.run(["task", id, "--prefix", "other:"]).code).toBe(0);
    });
  });
});
