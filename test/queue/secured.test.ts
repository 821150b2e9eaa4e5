// The whole way from a dispatcher or the command line to a script on a worker, through TLS and as users with few rights.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RhaiDispatcher } from "../../src/queue/dispatcher/dispatcher.ts";
import { QueueError } from "../../src/queue/errors.ts";
import { openStore } from "../../src/queue/open-store.ts";
import { type ScriptName, scriptText } from "../../src/queue/redis/script-loader.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { RhaiWorker } from "../../src/queue/worker/worker.ts";
import type { WorkerOptions } from "../../src/queue/worker/worker-options.ts";
import { CliProcesses } from "../support/cli-process.ts";
import { threadEntry } from "../support/queue-worker.ts";
import { freePort, type RedisServer, redisVersion, startRedis } from "../support/redis.ts";
import { type Certificate, makeCertificate, missingForTls, tlsSettings } from "../support/redis-tls.ts";
import {
  additionalRules,
  documentedRules,
  makeUser,
  passwordOf,
  type Role,
  refusals,
  urlOf,
} from "../support/redis-users.ts";
import { expectCode, pause } from "./suite/harness.ts";

const missing = missingForTls();
const skipped = missing === null ? "" : ` (skipped: ${missing})`;
const ROLES: readonly Role[] = ["submitter", "worker", "operator"];

describe.skipIf(redisVersion() === null)(`a secured Redis${redisVersion() === null ? skipped : ""}`, () => {
  let cli: CliProcesses;
  const opened: (() => Promise<unknown>)[] = [];
  let server: RedisServer;
  let certificate: Certificate;
  let tlsUrl: string;
  /** One node; it takes two seconds until it has found its state to be good. */
  let cluster: RedisServer;
  /** The server's own user, with whom the test looks on. */
  let admin: TaskStore;

  beforeAll(async () => {
    cluster = await startRedis({
      config: { "cluster-enabled": "yes", "cluster-announce-ip": "127.0.0.1" },
    });
    await cluster.raw.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    cli = new CliProcesses();
    cli.rhai.write({ "sum.rhai": 'print("adding"); 40 + 2', "later.rhai": "41 + 1" });
    const port = await freePort();
    if (missing === null) certificate = makeCertificate();
    const tls = missing === null ? tlsSettings(port, certificate) : {};
    server = await startRedis({ config: { ...tls, rdbcompression: "no" } });
    tlsUrl = `rediss://127.0.0.1:${port}`;
    for (const role of ROLES) await makeUser(server.raw, role);
    admin = open(server.url);
  });
  afterAll(async () => {
    await Promise.all(opened.map((close) => close()));
    await Promise.all([cli?.stop(), server?.stop(), cluster?.stop()]);
  });

  function open(url: string, prefix?: string): TaskStore {
    const store = openStore(url, { prefix, deadlineMs: 2000 });
    opened.push(() => store.close());
    return store;
  }

  async function startWorker(url: string, options: Partial<WorkerOptions> = {}): Promise<RhaiWorker> {
    const base = { contexts: ["reports"], threads: 1, upkeepMs: 50, threadEntry: threadEntry() };
    const worker = new RhaiWorker({ url, ...base, ...options });
    opened.push(() => worker.stop({ now: true }));
    await worker.start();
    return worker;
  }

  function dispatch(url: string, context = "reports"): RhaiDispatcher {
    const dispatcher = new RhaiDispatcher({ url, context, callerId: "web" });
    opened.push(() => dispatcher.close());
    return dispatcher;
  }

  /** Whatever is stored, as text. */
  async function contents(): Promise<string> {
    const parts: string[] = [];
    for (const key of (await server.raw.keys("*")).sort()) {
      const dump = (await server.raw.callBuffer("DUMP", key)) as Buffer | null;
      parts.push(`${key} ${dump?.toString("latin1")}`);
    }
    return parts.join("\n");
  }

  const trusting = (url: string) => `${url}?ca=${certificate.cert}`;

  describe.skipIf(missing !== null)(`with TLS${skipped}`, () => {
    it("serves a dispatcher and a worker, who name its certificate in the URL or in options", async () => {
      const worker = await startWorker(trusting(tlsUrl), { contexts: ["tls"] });
      expect(await dispatch(trusting(tlsUrl), "tls").run({ script: "40 + 2" })).toBe(42);
      const storeOptions = { tls: { ca: readFileSync(certificate.cert) } };
      const other = new RhaiDispatcher({ url: tlsUrl, storeOptions, context: "tls" });
      opened.push(() => other.close());
      expect(await other.run({ script: "40 + 3" })).toBe(43);
      await worker.stop();
    });

    it("is refused by the command with one line, at once, when something about certificates is wrong", async () => {
      const url = urlOf("worker", tlsUrl);
      const place =
        /^error: Redis cannot be reached at (127\.0\.0\.1|localhost):\d+ \((.*)\); files of .*\?ca=FILE.*\n$/;
      const refused = async (args: readonly string[], RHAI_REDIS_URL: string) => {
        const start = performance.now();
        const { code, stdout, stderr } = await cli.run(args, { RHAI_REDIS_URL });
        expect([code, stdout]).toEqual([3, ""]);
        expect(performance.now() - start).toBeLessThan(3000);
        return place.exec(stderr)?.[2] ?? stderr;
      };
      const submit = ["submit", "sum.rhai", "--wait"];
      const untrusted = /^its certificate is not trusted: self-signed certificate/;
      const reasons = await Promise.all([
        refused(submit, url),
        refused(["worker"], url),
        refused(submit, trusting(url.replace("127.0.0.1", "localhost"))),
      ]);
      expect(reasons[0]).toMatch(untrusted);
      expect(reasons[1]).toMatch(untrusted);
      expect(reasons[2]).toMatch(/^its certificate is not trusted: Hostname\/IP does not match/);

      await server.raw.config("SET", "tls-auth-clients", "yes");
      const { cert, key } = certificate;
      expect(await refused(submit, trusting(url))).toBe("it wants a certificate of yours");
      const both = `${trusting(urlOf("submitter", tlsUrl))}&cert=${cert}&key=${key}`;
      const env = { RHAI_REDIS_URL: both };
      expect((await cli.run(["submit", "sum.rhai", "--context", "reports"], env)).code).toBe(0);
      await admin.drain({ context: "reports" });
      await server.raw.config("SET", "tls-auth-clients", "no");
    });

    it("runs tasks of the command line through TLS, and shows no password to anybody", async () => {
      const options = ["--context", "reports", "--threads", "1", "--log-level", "debug", "--listen", "0"];
      const secret = ["--redis", trusting(urlOf("worker", tlsUrl))];
      const worker = cli.start(["worker", ...options, ...secret]);
      await worker.until(/worker ready/);
      const env = { RHAI_REDIS_URL: trusting(urlOf("submitter", tlsUrl)) };
      const submit = ["submit", "sum.rhai", "--context", "reports", "--wait"];
      expect(await cli.run(submit, env)).toEqual({ code: 0, stdout: "42\n", stderr: "adding\n" });
      const told = { RHAI_REDIS_URL: urlOf("submitter", tlsUrl), NODE_EXTRA_CA_CERTS: certificate.cert };
      expect(await cli.run(submit, told)).toEqual({ code: 0, stdout: "42\n", stderr: "adding\n" });
      if (process.platform === "linux")
        expect(readFileSync(`/proc/${worker.child.pid}/cmdline`, "utf8")).not.toContain("geheim");
      // Its connections are cut, and it may not come back: what it says about that holds no password either.
      await server.raw.call("ACL", "SETUSER", "worker", "off");
      await server.raw.call("CLIENT", "KILL", "USER", "worker");
      await worker.until(/store trouble.*|denied/);
      await server.raw.call("ACL", "SETUSER", "worker", "on");
      worker.kill("SIGKILL");
      await worker.ended;
      const wrong = await cli.run(submit, { RHAI_REDIS_URL: env.RHAI_REDIS_URL.replace("%3A1", "%3A2") });
      expect(wrong).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/^error: Redis at .* denies access/),
      });
      expect(cli.printed).not.toContain("geheim");
      expect(await contents()).not.toContain("geheim");
    });

    it.each([
      ["ca=/no/such/file", "ca: the file /no/such/file cannot be read"],
      ["cacert=x", "there is no parameter cacert"],
    ])("is not opened with ?%s", (query, why) => {
      expect(() => openStore(`rediss://:secret@127.0.0.1:1?${query}`)).toThrow(
        new QueueError("invalid", `Redis URL: ${why}`),
      );
    });
  });

  describe("with users of few rights", () => {
    const as = (role: Role) => urlOf(role, server.url);

    async function rawAs(role: Role, port = server.port): Promise<Redis> {
      const options = { port, username: role, password: passwordOf(role), lazyConnect: true };
      const redis = new Redis({
        ...options,
        retryStrategy: () => null,
        protocol: 2,
        disableClientInfo: true,
      });
      redis.on("error", () => undefined);
      opened.push(async () => redis.disconnect());
      await redis.connect();
      return redis;
    }

    it("runs tasks of all sorts without missing a right", async () => {
      await refusals(server.raw);
      const settings = {
        keyConcurrency: 2,
        weights: { web: 2 },
        retention: { maxAgeMs: 1, maxCount: 1, maxBytes: 1e6 },
      };
      await admin.configure({
        context: "reports",
        settings: { ...settings, rate: { max: 500, perMs: 1000 } },
      });
      const schedule = { name: "soon", context: "reports", everyMs: 100, task: { script: "1" } };
      await admin.putSchedule({ schedule });
      const dispatcher = dispatch(as("submitter"));
      const waiting = ["web", "app", "cron"].flatMap((fairKey) =>
        [0, 1, 2, 3].map((n) => dispatcher.run({ script: "n", args: { n }, fairKey, priority: n % 2 })),
      );
      const worker = await startWorker(as("worker"));
      expect(await Promise.all(waiting)).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
      const talking = await dispatcher.submit({
        script: `print("x"); report_progress(1.0); sleep(0.1); 42`,
        delay: 20,
      });
      expect(await talking.result()).toBe(42);
      expect((await talking.logs()).lines.map(({ text }) => text)).toEqual(["x"]);
      const failing = {
        script: `throw "no"`,
        retries: 1,
        backoff: 5,
        idempotencyKey: "once",
        resultTtl: 0,
      };
      await expect(dispatcher.run(failing)).rejects.toThrow("no");
      expect(await dispatcher.run({ script: "1", resultTtl: 0 })).toBe(1);
      const endless = await dispatcher.submit({ script: "loop {}" });
      while ((await endless.read()).status !== "processing") await pause(5);
      await admin.cancel({ id: endless.id });
      await expect(endless.result()).rejects.toThrow("cancelled");
      while ((await admin.schedules({ context: "reports" }))[0].lastTaskId === null) await pause(20);
      await admin.removeSchedule({ context: "reports", name: "soon" });
      await worker.stop();
      expect(await refusals(server.raw)).toEqual([]);
    });

    it("lets a submitter claim nothing, and leaves the queue as it is", async () => {
      const store = open(as("submitter"));
      const due = { context: "reports", script: "1", delayMs: 1 };
      const ids = [
        await store.enqueue({ task: { context: "reports", script: "1" } }),
        await store.enqueue({ task: due }),
      ];
      const claim = { context: "reports", workerId: "thief", leaseMs: 60_000, limit: 10 };
      await pause(10);
      await refusals(server.raw);
      await expectCode(store.claim(claim), "denied");
      expect(await refusals(server.raw)).toEqual(["submitter: command zrem"]);
      const idle = { reason: "empty", waitMs: null } as const;
      expect(await store.waitForWork({ context: "reports", idle, timeoutMs: 20, claim }).catch(codeOf)).toBe(
        "denied",
      );
      for (const steal of [
        ["RPOP", "rhai:queue:reports"],
        ["BLMOVE", "rhai:queue:reports", "rhai:lane:reports|x", "LEFT", "LEFT", "1"],
      ])
        await expectRefusal(await rawAs("submitter"), steal);
      const schedule = { name: "s", context: "reports", everyMs: 1000, task: { script: "1" } };
      await expectCode(store.putSchedule({ schedule }), "denied");
      await expectCode(store.sweep({ context: "reports" }), "denied");
      const { tasks } = await open(as("worker")).claim({ ...claim, workerId: "worker" });
      expect(tasks.map(({ id }) => id)).toEqual(ids.map(({ id }) => id));
      const verdicts = tasks.map(({ id, token }) => ({ kind: "completed", id, token, output: "1" }) as const);
      await open(as("worker")).settle({ context: "reports", workerId: "worker", verdicts });
    });

    it("keeps the worker of a context out of another one", async () => {
      const mails = { context: "mails", script: "1", callerId: "x:reports" };
      const { id } = await admin.enqueue({ task: mails });
      await admin.enqueue({ task: { ...mails, callerId: "y:reports" } });
      const raw = await rawAs("worker");
      for (const key of keysOf("mails")) {
        await expectRefusal(raw, ["EXISTS", key]);
        await expectRefusal(raw, ["EVAL", "return redis.call('EXISTS', ARGV[1])", "0", key]);
      }
      await expectRefusal(raw, ["SUBSCRIBE", "rhai:control:mails"]);
      await expectRefusal(raw, ["PUBLISH", "rhai:control:mails", "wake"]);
      const store = open(as("worker"));
      const claim = { context: "mails", workerId: "w", leaseMs: 1000, limit: 1 };
      const verbs = [
        () => store.claim(claim),
        () => store.counts({ context: "mails" }),
        () => store.enqueue({ task: { context: "mails", script: "1" } }),
        () => store.sweep({ context: "mails" }),
        () => store.fireSchedules({ context: "mails" }),
        () => store.settle({ context: "mails", workerId: "w", verdicts: [], claim }),
        () => store.readEvents({ context: "mails" }),
      ];
      for (const verb of verbs) await expectCode(verb(), "denied");
      expect(await admin.counts({ context: "mails" })).toMatchObject({ waiting: 2, processing: 0 });
      // What the page says can not be kept apart: the record of a known id. But nobody can look for ids.
      expect((await store.get({ id }))?.script).toBe("1");
      for (const role of ["worker", "submitter"] as const) {
        for (const search of [
          ["SCAN", "0"],
          ["KEYS", "*"],
          ["RANDOMKEY"],
          ["PSUBSCRIBE", "rhai:reply:*"],
          ["PUBSUB", "CHANNELS"],
          ["MONITOR"],
        ])
          await expectRefusal(await rawAs(role), search);
      }
    });

    it("lets an operator see everything and change nothing", async () => {
      const { id } = await admin.enqueue({ task: { context: "reports", script: "1", delayMs: 60_000 } });
      await admin.announceWorker({ workerId: "gone", contexts: ["reports"], ttlMs: 1 });
      const before = await contents();
      const env = { RHAI_REDIS_URL: as("operator") };
      const looks = [["queue", "stats"], ["queue", "ls", "--context", "mails"], ["task", id], ["fsck"]];
      const seen = await Promise.all(looks.map((args) => cli.run(args, env)));
      expect(seen.map(({ code, stderr }) => [code, stderr])).toEqual(looks.map(() => [0, ""]));
      for (const context of ["reports", "mails"]) expect(seen[0].stdout).toContain(context);
      const changes = [
        ["queue", "pause", "--context", "reports"],
        ["task", "cancel", id],
      ];
      const refused = await Promise.all(changes.map((args) => cli.run(args, env)));
      for (const { code, stderr } of refused) {
        expect(stderr).toMatch(
          /^error: Redis at \S+ denies access \(.*\); the access rules of the user .*\n$/,
        );
        expect(code).toBe(3);
      }
      const store = open(as("operator"));
      await expectCode(store.enqueue({ task: { context: "reports", script: "1" } }), "denied");
      await expectCode(store.drain({ context: "mails" }), "denied");
      expect((await store.settings({ context: "reports" })).paused).toBe(false);
      expect(await contents()).toBe(before);
    });

    it("keeps nobody from the state and the records of the own context", async () => {
      const { id } = await admin.enqueue({ task: { context: "reports", script: "1", delayMs: 60_000 } });
      const raw = await rawAs("submitter");
      await raw.hset("rhai:state:reports", "rules", '{"paused":true}');
      await raw.hset(`rhai:task:${id}`, "output", '"forged"');
      expect((await admin.settings({ context: "reports" })).paused).toBe(true);
      await admin.resume({ context: "reports" });
    });

    it("names every command and key that our scripts use for a role", () => {
      const used: Readonly<Partial<Record<Role, readonly ScriptName[]>>> = {
        submitter: ["enqueue", "await"],
        worker: ["claim", "settle", "extend", "progress", "log", "sweep", "fire-schedule", "counts"],
      };
      for (const [role, scripts] of Object.entries(used)) {
        const rules = documentedRules(role as Role);
        const text = scripts.map(scriptText).join("\n");
        const commands = [...text.matchAll(/redis\.p?call\('(\w+)'/g)].map(
          ([, name]) => `+${name.toLowerCase()}`,
        );
        const kinds = [...text.matchAll(/R\.key\('([\w-]+)'\)/g)].map(([, kind]) => `rhai:${kind}:reports`);
        const parts = [...text.matchAll(/R\.subKey\('(\w+)'/g)].map(([, kind]) => `rhai:${kind}:reports|*`);
        expect(commands.length + kinds.length + parts.length).toBeGreaterThan(30);
        const keys = rules.map((rule) => rule.replace(/^(%R)?[~&]/, ""));
        expect(commands.filter((command) => !rules.includes(command))).toEqual([]);
        expect([...kinds, ...parts].filter((key) => !keys.includes(key))).toEqual([]);
      }
    });

    it("shares nothing with those who have another prefix", async () => {
      await server.raw.call("ACL", "SETUSER", "worker", ...additionalRules(/tenant-a/));
      const task = { context: "reports", script: "40 + 2" };
      const { id } = await admin.enqueue({ task: { ...task, delayMs: 60_000 } });
      const worker = await startWorker(as("worker"), { storeOptions: { prefix: "tenant-a:" } });
      const tenant = open(server.url, "tenant-a:");
      const mine = await tenant.enqueue({ task, notify: true });
      expect(await tenant.waitForResult({ id: mine.id, timeoutMs: 5000 })).toMatchObject({ output: "42" });
      await worker.stop();
      await expectCode(open(as("worker")).get({ id }), "denied");
      await expectCode(open(as("worker")).enqueue({ task }), "denied");
    });

    it("keeps contexts apart in a cluster even when ids are known", async () => {
      while (!String(await cluster.raw.call("CLUSTER", "INFO")).includes("cluster_state:ok")) await pause(20);
      const rules = documentedRules("worker").map((rule) =>
        rule.replace(":reports", ":{reports}").replace(/:(task|log):\*/, ":$1:{reports}*"),
      );
      await makeUser(cluster.raw, "worker", [...rules, ...additionalRules(/cluster/)]);
      const url = cluster.url.replace("redis:", "redis+cluster:");
      const all = open(url);
      const [mine, other] = await all.enqueueMany({
        tasks: [
          { context: "reports", script: "40 + 2" },
          { context: "mails", script: "1" },
        ],
        notify: true,
      });
      const worker = await startWorker(urlOf("worker", url));
      expect(await all.waitForResult({ id: mine.id, timeoutMs: 5000 })).toMatchObject({ output: "42" });
      await worker.stop();
      expect(await refusals(cluster.raw)).toEqual([]);
      const confined = open(urlOf("worker", url));
      await expectCode(confined.get({ id: other.id }), "denied");
      await expectCode(confined.logs({ id: other.id }), "denied");
      expect((await confined.get({ id: mine.id }))?.status).toBe("completed");
    });
  });
});

function codeOf(error: unknown): unknown {
  return error instanceof QueueError ? error.code : error;
}

async function expectRefusal(redis: Redis, [command, ...args]: readonly string[]): Promise<void> {
  const answer = await redis.call(command, ...args).catch((error: Error) => error);
  expect(String(answer), command).toMatch(/NOPERM|ACL failure|can't access|permission/);
}

/** All keys and channels that a context can have, as docs/wire-protocol.md lists them; parts of a caller with a nasty name. */
function keysOf(context: string): string[] {
  const page = readFileSync(join(import.meta.dirname, "../../docs/wire-protocol.md"), "utf8");
  const found = [...page.matchAll(/`(rhai:[\w-]+:)<context>(\\\|<\w+>)?`/g)];
  const keys = found.map(([, kind, part]) => kind + context + (part === undefined ? "" : "|x:reports"));
  expect(new Set(keys).size).toBeGreaterThan(22);
  return keys;
}
