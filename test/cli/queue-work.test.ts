// `rhai submit --local`, `rhai worker` and `rhai dev`: scripts really run, on real workers, and these end as they should.

import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, redisVersion } from "../support/redis.ts";
import { ROOT } from "./command.ts";
import { freshContext, QueueCommand, type Running } from "./queue-command.ts";

const FILES = {
  "hello.rhai": 'print("hello " + who); who.len()',
  "broken.rhai": "fn f(x) { throw `no ${x}`; }\nf(1)",
  "endless.rhai": 'print("off"); loop { }',
  "import.rhai": 'import "lib/sums" as sums; sums::add(40, 2)',
  "lib/sums.rhai": "fn add(a, b) { a + b }",
  "twice.rhai": "twice(21)",
  "slow.rhai": 'print("begun"); for i in 0..15 { sleep(0.1); } "done"',
  "engine.mjs": 'export default (engine) => { engine.registerFn("twice", ["i64"], (n) => n * 2); };',
  "bad-engine.mjs": 'throw new Error("no such database");',
};

describe.skipIf(redisVersion() === null)("scripts on workers", () => {
  let rhai: QueueCommand;
  beforeAll(async () => {
    rhai = await QueueCommand.start();
    rhai.rhai.write(FILES);
  });
  afterAll(() => rhai.stop());

  async function startWorker(...args: string[]): Promise<Running> {
    const worker = rhai.start(["worker", "--threads", "1", ...args]);
    await worker.until(/worker ready/);
    return worker;
  }

  function wait(file: string, context: string, ...args: string[]) {
    const { code, stdout, stderr } = rhai.run(["submit", file, "--context", context, "--wait", ...args]);
    return { code, stdout, stderr };
  }

  describe("rhai submit --local", () => {
    const local = (...args: string[]) => {
      const env = { RHAI_REDIS_URL: "redis://127.0.0.1:1" };
      const { code, stdout, stderr } = rhai.run(["submit", ...args, "--local"], { env });
      return { code, stdout, stderr };
    };

    it("runs a script without any Redis", () => {
      expect(local("hello.rhai", "--arg", "who=you")).toEqual({
        code: 0,
        stdout: "3\n",
        stderr: "hello you\n",
      });
    });

    it("shows all that happens with --follow", () => {
      const { code, stdout } = local("hello.rhai", "--arg", "who=you", "--follow");
      expect(code).toBe(0);
      expect(stdout).toMatch(/\| hello you\n.*completed: 3\n$/);
    });

    it("shows the place of an error, with the calls that led to it", () => {
      const { code, stdout, stderr } = local("broken.rhai");
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^error: task \S+ failed: ErrorRuntime at 1:11: Runtime error: no 1\n/);
      expect(stderr).toContain("1: fn f(x) { throw `no ${x}`; }\n             ^ Runtime error: no 1\n");
      expect(stderr).toContain("in f, called at 2:1");
    });

    it("imports from the script's folder, and takes an engine module", () => {
      expect(local("import.rhai").stdout).toBe("42\n");
      expect(local("twice.rhai", "--engine", "engine.mjs").stdout).toBe("42\n");
      expect(local("twice.rhai", "--engine", "bad-engine.mjs")).toMatchObject({
        code: 1,
        stderr: "error: engine module: no such database\n",
      });
    });

    it("ends an endless script at its deadline", () => {
      const { code, stderr } = local("endless.rhai", "--timeout", "200ms");
      expect(code).toBe(1);
      expect(stderr).toMatch(/^off\nerror: task \S+ failed: Timeout: /);
    });

    it("ends with Ctrl-C", async () => {
      const running = rhai.start(["submit", "endless.rhai", "--local"]);
      await running.until(/off/);
      running.kill("SIGINT");
      expect(await running.ended).toEqual({ code: 130, stdout: "", stderr: "off\n" });
    });
  });

  describe("rhai worker", () => {
    it("serves its contexts, with host functions and files of its own", async () => {
      const [a, b] = [freshContext(), freshContext()];
      const worker = await startWorker("--context", `${a},${b}`, "--engine", "engine.mjs", "--scripts", ".");
      expect(wait("hello.rhai", a, "--arg", "who=you")).toEqual({
        code: 0,
        stdout: "3\n",
        stderr: "hello you\n",
      });
      expect(wait("twice.rhai", b).stdout).toBe("42\n");
      expect(wait("import.rhai", b, "--by-path").stdout).toBe("42\n");
      expect(wait("../x.rhai", b, "--by-path")).toMatchObject({ code: 1, stdout: "" });
      const { contexts, workers } = rhai.json(["queue", "stats", "--context", a]);
      expect(contexts[0]).toMatchObject({ workers: 1, counts: { totals: { completed: 1 } } });
      expect(workers[0].contexts).toEqual([a, b]);
      worker.kill("SIGTERM");
      expect(await worker.ended).toMatchObject({ code: 0, stderr: "" });
    });

    it("takes what a foreign client submitted", async () => {
      const context = freshContext();
      const { raw } = rhai.redis;
      await raw.hset("rhai:task:raw-1", "script", "40 + n", "args", '{"n":2}');
      await raw.lpush(`rhai:queue:${context}`, "raw-1");
      const worker = await startWorker("--context", context);
      expect(rhai.run(["task", "raw-1", "--follow", "--context", context]).stdout).toMatch(
        /completed: 42\n$/,
      );
      expect(await raw.hmget("rhai:task:raw-1", "status", "output")).toEqual(["completed", "42"]);
      worker.kill("SIGKILL");
    });

    it("lets a running script finish after the first SIGTERM", async () => {
      const context = freshContext();
      const worker = await startWorker("--context", context);
      const id = rhai.run(["submit", "slow.rhai", "--context", context]).stdout.trim();
      await rhai.start(["task", id, "--follow"]).until(/begun/);
      worker.kill("SIGTERM");
      expect((await worker.ended).code).toBe(0);
      expect(rhai.json(["task", id])).toMatchObject({ status: "completed", output: '"done"' });
    });

    it("hands a running script back after the second one", async () => {
      const context = freshContext();
      const worker = await startWorker("--context", context);
      const id = rhai.run(["submit", "endless.rhai", "--context", context]).stdout.trim();
      await rhai.start(["task", id, "--follow"]).until(/off/);
      worker.kill("SIGTERM");
      await worker.until(/worker stopping/);
      worker.kill("SIGTERM");
      expect((await worker.ended).code).toBe(0);
      expect(rhai.json(["task", id])).toMatchObject({ status: "pending", attempts: 0, crashes: 0 });
      expect(rhai.run(["task", "cancel", id]).code).toBe(0);
    });

    it("stops a script that somebody cancels", async () => {
      const context = freshContext();
      const worker = await startWorker("--context", context);
      const following = rhai.start(["submit", "endless.rhai", "--context", context, "--follow", "--json"]);
      const [, id] = await following
        .until(/"taskId":"([^"]+)"|"id":"([^"]+)"/)
        .then((match) => [match[0], match[1] ?? match[2]]);
      await following.until(/"text":"off"/);
      expect(rhai.run(["task", "cancel", id]).stdout).toBe("running: its worker was told to stop it\n");
      const { code, stdout } = await following.ended;
      expect(code).toBe(1);
      expect(JSON.parse(stdout.trimEnd().split("\n").at(-1)!)).toMatchObject({
        type: "result",
        status: "cancelled",
      });
      worker.kill("SIGKILL");
    });

    it("tells of its health and its numbers over HTTP", async () => {
      const context = freshContext();
      const port = await freePort();
      const worker = await startWorker("--context", context, "--listen", String(port), "--id", "w-http");
      expect(wait("twice.rhai", context).code).toBe(1);
      const get = async (path: string) => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        return { status: response.status, text: await response.text() };
      };
      const health = await get("/healthz");
      expect(health.status).toBe(200);
      expect(JSON.parse(health.text)).toMatchObject({ workerId: "w-http", ok: true, state: "running" });
      expect((await get("/readyz")).status).toBe(200);
      expect((await get("/metrics")).text).toContain(
        `rhai_worker_tasks_total{context="${context}",outcome="failed"} 1`,
      );
      expect((await get("/other")).status).toBe(404);
      const second = rhai.run(["worker", "--listen", String(port), "--log-level", "silent"]);
      expect(second).toMatchObject({
        code: 1,
        stderr: `error: invalid value: cannot listen on 127.0.0.1:${port} (EADDRINUSE)\n`,
      });
      worker.kill("SIGTERM");
      expect((await worker.ended).code).toBe(0);
    });

    it("logs JSON lines, and no secret", async () => {
      const context = freshContext();
      rhai.rhai.write({ "leak.rhai": 'print("token is " + "hush-hush"); throw "hush-hush";' });
      const worker = rhai.start(
        ["worker", "--context", context, "--secret-env", "TOKEN", "--log-level", "debug", "--threads", "1"],
        { TOKEN: "hush-hush" },
      );
      await worker.until(/worker ready/);
      const { code, stderr } = wait("leak.rhai", context);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^token is \*+\nerror: .*: Runtime error: \*+\n/);
      worker.kill("SIGTERM");
      const { stdout } = await worker.ended;
      const lines = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines).toContainEqual(
        expect.objectContaining({ msg: "task settled", outcome: "failed", context }),
      );
      expect(stdout).not.toContain("hush-hush");
    });

    it("runs signed tasks only, when it has a list of keys", async () => {
      const context = freshContext();
      const [alice, mallory] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
      const pem = { type: "pkcs8", format: "pem" } as const;
      rhai.rhai.write({
        "alice.pem": alice.privateKey.export(pem).toString(),
        "mallory.pem": mallory.privateKey.export(pem).toString(),
        "alice.pub": alice.publicKey.export({ type: "spki", format: "pem" }).toString(),
        "plain.rhai": "40 + 2",
      });
      const worker = await startWorker("--context", context, "--trust", "alice=alice.pub");
      const signed = (key: string) => wait("plain.rhai", context, "--caller", "alice", "--sign", key);
      expect(signed("alice.pem")).toMatchObject({ code: 0, stdout: "42\n" });
      expect(signed("mallory.pem")).toMatchObject({ code: 1, stdout: "" });
      expect(wait("plain.rhai", context).stderr).toMatch(/is not signed/);
      worker.kill("SIGKILL");
    });

    it.each([
      [["--engine", "absent.mjs"], 2, "error: --engine: there is no file absent.mjs\n"],
      [["--scripts", "absent"], 2, "error: --scripts: there is no folder absent\n"],
      [["--engine", "bad-engine.mjs"], 1, "error: engine module: no such database\n"],
      [
        ["--secret-env", "ABSENT_VARIABLE"],
        2,
        "error: --secret-env: there is no environment variable ABSENT_VARIABLE\n",
      ],
      [["--trust", "x"], 2, "error: 'x' is not a trusted key (example: --trust alice=alice.pem)\n"],
      [["--context", "a b"], 2, /^error: invalid value: context/],
      [["--threads", "1000"], 2, /^error: invalid value: threads/],
      [["--listen", "x"], 2, /^error: 'x' is not a place to listen at/],
      [["--redis", "redis://127.0.0.1:1"], 3, /^error: Redis cannot be reached at 127.0.0.1:1 /],
    ])("rhai worker %j does not start", (args, code, message) => {
      const ended = rhai.run(["worker", ...args, "--log-level", "silent"]);
      expect(ended).toMatchObject({ code, stdout: "" });
      if (typeof message === "string") expect(ended.stderr).toBe(message);
      else expect(ended.stderr).toMatch(message);
    });
  });

  describe("rhai dev", () => {
    function isListening(port: number): Promise<boolean> {
      return new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1");
        socket.once("connect", () => {
          socket.destroy();
          resolve(true);
        });
        socket.once("error", () => resolve(false));
      });
    }

    async function untilGone(port: number): Promise<void> {
      while (await isListening(port)) await new Promise((resolve) => setTimeout(resolve, 20));
    }

    async function startDev(port: number): Promise<{ dev: Running; line: string }> {
      const dev = rhai.start(["dev", "--threads", "1", "--port", String(port)], { NO_COLOR: "1" });
      const [, line] = await dev.until(/^next +(.*)\n/m);
      return { dev, line };
    }

    it("starts a redis-server of its own, says what to type next, and ends it", async () => {
      const port = await freePort();
      const { dev, line } = await startDev(port);
      expect(dev.stdout).toMatch(new RegExp(`^store +redis://127.0.0.1:${port} \\(redis-server `));
      expect(rhai.rhai.shell(line)).toMatchObject({ code: 0, stdout: "42\n" });
      await dev.until(/completed after \d+ ms/);
      dev.kill("SIGINT");
      expect(await dev.ended).toMatchObject({ code: 0, stderr: "stopping; Ctrl-C stops at once\n" });
      expect(await isListening(port)).toBe(false);
    });

    it("takes its redis-server along even when it is killed", async () => {
      const port = await freePort();
      const { dev } = await startDev(port);
      expect(await isListening(port)).toBe(true);
      dev.kill("SIGKILL");
      await dev.ended;
      await untilGone(port);
    });

    it("ends when its redis-server has ended", async () => {
      const port = await freePort();
      const { dev } = await startDev(port);
      rhai.rhai.shell(`redis-cli -p ${port} shutdown nosave`);
      const { code, stderr } = await dev.ended;
      expect(code).toBe(3);
      expect(stderr).toMatch(/^error: redis-server has ended: /m);
    });

    it("runs the scripts that are named to it, in memory, and goes on when one cannot be run", () => {
      rhai.rhai.write({ "huge.rhai": `${" ".repeat(2_000_000)}1` });
      const { code, stdout, stderr } = rhai.run(["dev", "--memory", "--engine", "engine.mjs"], {
        input: "twice.rhai\nabsent.rhai\nhuge.rhai\nbroken.rhai\n",
      });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^store +memory /);
      expect(stdout).toMatch(/completed: 42\n.*\n?.*failed: ErrorRuntime at 1:11: Runtime error: no 1\n$/s);
      expect(stderr).toContain("absent.rhai");
      expect(stderr).toMatch(/^error: invalid value: script of 2000001 bytes \(allowed: /m);
    });

    it("says so when its port is taken", async () => {
      const { code, stderr } = rhai.run(["dev", "--port", String(rhai.redis.port)]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: port \d+ of 127.0.0.1 is taken/);
    });
  });

  it("keeps what README.md promises: three commands, no Redis", () => {
    const [, commands] = /```sh\n(npm ci\necho [\s\S]*?)```/.exec(
      readFileSync(join(ROOT, "README.md"), "utf8"),
    )!;
    const [install, ...lines] = commands.trimEnd().split("\n");
    expect([install, lines.length]).toEqual(["npm ci", 2]);
    const line = lines.join("; ").replaceAll("node dist/rhai.js", "rhai");
    expect(rhai.rhai.shell(`export PATH=/nowhere RHAI_REDIS_URL=redis://127.0.0.1:1; ${line}`)).toEqual({
      code: 0,
      stdout: "42\n",
      stderr: expect.stringMatching(/^hello from task \S+\n$/),
    });
  });

  it("costs `rhai run` nothing: what runs files holds nothing of the queue", () => {
    const dist = dirname(rhai.rhai.path);
    for (const file of ["rhai.js", "lib/quick-run.cjs"]) {
      const text = readFileSync(join(dist, file), "utf8");
      expect(text).not.toMatch(/ioredis|prom-client|RHAI_REDIS_URL/);
    }
    expect(readFileSync(join(dist, "lib/program.js"), "utf8")).not.toMatch(
      /from "(ioredis|prom-client|pino)"/,
    );
  });
});
