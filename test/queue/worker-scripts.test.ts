// Scripts as a worker runs them: results, errors, limits, arguments, output, what they can ask and tell.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/queue/memory/store.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { Workshop } from "../support/queue-worker.ts";
import { type RedisServer, redisVersion, startRedis } from "../support/redis.ts";

function testScripts(name: string, open: () => Promise<TaskStore>): void {
  describe(`scripts on a worker: ${name}`, () => {
    let store: TaskStore;
    let shop: Workshop;
    beforeAll(async () => {
      store = await open();
      shop = await Workshop.open(store);
    });
    afterAll(async () => {
      await shop.close();
      await store.close();
    });

    it.each([
      ["40 + 2", "42"],
      ["()", "null"],
      ["true", "true"],
      ["1.0", "1.0"],
      ["1.5e300", "1.5e300"],
      ["9223372036854775807", "9223372036854775807"],
      ["'x'", '"x"'],
      ['"a\\n\\"b\\" é 😀"', '"a\\n\\"b\\" é 😀"'],
      ["[1, [2.5, ()], #{b: 1, a: 'c'}]", '[1,[2.5,null],{"a":"c","b":1}]'],
      ["blob(3, 7)", "[7,7,7]"],
      ["exit(5)", "5"],
    ])("stores the result of %s", async (script, output) => {
      expect(await shop.run(script)).toMatchObject({ status: "completed", output, error: null });
    });

    it.each(["|x| x", "timestamp()", "0..3", "[1, #{f: || 1}]", "0.0 / 0.0", "1.0 / 0.0"])(
      "fails when the result is not representable: %s",
      async (script) => {
        const { status, error, deadReason, attempts } = await shop.run(script, { maxAttempts: 3 });
        expect({ status, kind: error?.kind, deadReason, attempts }).toEqual({
          status: "failed",
          kind: "OutputNotRepresentable",
          deadReason: "notRetryable",
          attempts: 1,
        });
      },
    );

    it("gives the caller's arguments as variables", async () => {
      const args = '{"a":40,"big":9007199254740993,"list":[1,{"x":null}],"text":"ä"}';
      expect(await shop.outcome("a += 2; [a, big, list, text]", { args })).toBe(
        '[42,9007199254740993,[1,{"x":null}],"ä"]',
      );
    });

    it("keeps runs of one script apart", async () => {
      const script = 'let n = if is_def_var("n") { n } else { 0 }; n += add; n';
      const ends = await Promise.all(
        [1, 2, 3].map((add) => shop.outcome(script, { args: `{"add":${add}}` })),
      );
      expect(ends).toEqual(["1", "2", "3"]);
    });

    it("records kind, message, place and calls of an error", async () => {
      const script = 'fn inner(x) {\n  throw "no " + x\n}\nfn outer(x) { inner(x) }\nouter(7)';
      const { error, status, deadReason } = await shop.run(script);
      expect({ status, deadReason }).toEqual({ status: "failed", deadReason: "exhausted" });
      expect(error).toEqual({
        kind: "ErrorRuntime",
        message: "Runtime error: no 7",
        position: { line: 2, column: 3 },
        stack: ["in inner, called at 4:15", "in outer, called at 5:1"],
      });
    });

    it("does not retry what does not parse", async () => {
      const task = await shop.run("let x = ;", { maxAttempts: 5 });
      expect(task).toMatchObject({ status: "failed", deadReason: "notRetryable", attempts: 1 });
      expect(task.error).toMatchObject({ kind: "ErrorParsing", position: { line: 1, column: 9 } });
    });

    it("retries failures, and stops when the script says so", async () => {
      const backoff = { kind: "fixed", baseMs: 10 } as const;
      const tried = await shop.run('if attempt() < 3 { throw "again" } attempt()', {
        maxAttempts: 3,
        backoff,
      });
      expect(tried).toMatchObject({ status: "completed", output: "3", attempts: 3 });
      const given = await shop.run('throw #{ message: "declined", retry: false }', {
        maxAttempts: 3,
        backoff,
      });
      expect(given).toMatchObject({ status: "failed", deadReason: "notRetryable", attempts: 1 });
      expect(given.error?.message).toBe("declined");
    });

    it("bounds operations, call levels and the size of the result", async () => {
      expect(await shop.outcome("let n = 0; loop { n += 1 }", { limits: { operations: 5000 } })).toBe(
        "ErrorTooManyOperations",
      );
      const deep = "fn f(n) { if n == 0 { 0 } else { 1 + f(n - 1) } } f(20)";
      expect(await shop.outcome(deep)).toBe("20");
      expect(await shop.outcome(deep, { limits: { callLevels: 10 } })).toBe("ErrorStackOverflow");
      const large = "let s = \"x\"; s.pad(100, 'x'); s";
      expect(await shop.outcome(large, { limits: { outputBytes: 50 } })).toBe("OutputTooLarge");
      expect(await shop.outcome(large, { limits: { outputBytes: 102 } })).toBe(`"${"x".repeat(100)}"`);
    });

    it("does not let a task's limits exceed the worker's", async () => {
      const deep = "fn f(n) { if n == 0 { 0 } else { 1 + f(n - 1) } } f(100)";
      expect(await shop.outcome(deep, { limits: { callLevels: 1000 } })).toBe("ErrorStackOverflow");
    });

    it("tells scripts about their task", async () => {
      const spec = { callerId: "web", maxAttempts: 4, meta: "note" };
      const script =
        "[task_id(), context_id(), caller_id(), attempt(), max_attempts(), task_meta(), should_stop()]";
      const task = await shop.run(`${script} + [fencing_token()]`, spec);
      const expected = [task.id, shop.context, "web", 1, 4, "note", false, task.token];
      expect(JSON.parse(task.output!)).toEqual(expected);
    });

    it("stores what a script prints and how far it says it is", async () => {
      const script =
        'print("one"); debug([2]); report_progress(0.25); report_progress(1, "all of it"); print("three")';
      const { id, progress, progressMessage } = await shop.run(script);
      expect({ progress, progressMessage }).toEqual({ progress: 1, progressMessage: "all of it" });
      const { lines } = await store.logs({ id });
      expect(lines.map(({ level, text }) => [level, text])).toEqual([
        ["print", "one"],
        ["debug", "[2]"],
        ["print", "three"],
      ]);
    });

    it("stores reports while the script goes on", async () => {
      const id = await shop.submit('print("early"); report_progress(0.5); sleep(20)');
      await expect.poll(async () => (await store.logs({ id })).lines.length).toBe(1);
      await expect.poll(async () => (await store.get({ id }))?.progress).toBe(0.5);
      await store.cancel({ id });
      expect((await shop.end(id)).status).toBe("cancelled");
    });

    it("stores reports of a script that never pauses", async () => {
      const id = await shop.submit('print("early"); loop {}', { timeoutMs: 10_000 });
      await expect.poll(async () => (await store.logs({ id })).lines.length).toBe(1);
      await store.cancel({ id });
      expect((await shop.end(id)).status).toBe("cancelled");
    });

    it("tells how a script ended while the one behind it keeps the thread", async () => {
      const { context } = shop;
      await store.pause({ context });
      const short: string[] = [];
      for (let i = 0; i < 4; i++) short.push(await shop.submit("40 + 2"));
      const long = await shop.submit("loop {}");
      await store.resume({ context });
      for (const id of short) expect((await shop.end(id)).output).toBe("42");
      expect((await store.get({ id: long }))?.status).toBe("processing");
      await store.cancel({ id: long });
      expect((await shop.end(long)).status).toBe("cancelled");
    });

    it("keeps the newest of too many lines, and says how many are missing", async () => {
      const { id } = await shop.run("for i in 0..5000 { print(i) }");
      const { lines } = await store.logs({ id, limit: 2000 });
      expect(lines.length).toBeLessThanOrEqual(1000);
      expect(lines.at(-1)?.text).toBe("4999");
      expect(lines.some(({ level, text }) => level === "worker" || text === "4000")).toBe(true);
    });

    it("refuses a fraction that is none", async () => {
      expect((await shop.run("report_progress(40)")).error?.message).toContain("from 0 to 1");
    });

    it("lets scripts wait, several at a time on one thread", async () => {
      const start = performance.now();
      const ends = await Promise.all([1, 2, 3, 4, 5].map((n) => shop.outcome(`sleep(0.5); ${n}`)));
      expect(ends).toEqual(["1", "2", "3", "4", "5"]);
      expect(performance.now() - start).toBeLessThan(2000);
    });

    it("attributes what interleaved scripts print to each of them", async () => {
      const ids = await Promise.all(
        ["a", "b"].map((n) => shop.submit(`for i in 0..3 { print("${n}" + i); sleep(0.01); } task_id()`)),
      );
      const [a, b] = await Promise.all(ids.map((id) => shop.end(id)));
      expect([JSON.parse(a.output!), JSON.parse(b.output!)]).toEqual(ids);
      const [one, two] = await Promise.all(ids.map(async (id) => (await store.logs({ id })).lines));
      expect(one.map(({ text }) => text)).toEqual(["a0", "a1", "a2"]);
      expect(two.map(({ text }) => text)).toEqual(["b0", "b1", "b2"]);
    });

    it("has no files, modules or network unless it is given some", async () => {
      expect(await shop.outcome('import "x" as x; 1')).toBe("ErrorModuleNotFound");
      expect(await shop.outcome("", { scriptPath: "a.rhai" })).toBe("ScriptPathRefused");
      expect(await shop.outcome("fetch(1)")).toBe("ErrorFunctionNotFound");
    });

    it("runs scripts with a line for the shell", async () => {
      expect(await shop.outcome("#!/usr/bin/env rhai\n40 + 2")).toBe("42");
    });
  });
}

testScripts("memory", async () => createMemoryStore());

if (redisVersion() === null) {
  describe("scripts on a worker: Redis", () => {
    it.skip("needs redis-server, which is not installed", () => undefined);
  });
} else {
  let server: RedisServer;
  testScripts("Redis", async () => {
    server = await startRedis();
    return createRedisStore({ url: server.url });
  });
  afterAll(() => server.stop());
}
