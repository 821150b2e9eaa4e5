// What the queue survives, each fault alone and then all of them at random: real servers and real worker processes, killed,
// stopped and cut off.

import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import type { TaskSpec } from "../../src/queue/task.ts";
import { type Expected, Ledger } from "../support/chaos/ledger.ts";
import { Programs } from "../support/chaos/programs.ts";
import { runChaos } from "../support/chaos/run.ts";
import { CHAOS_LEASE_MS, WorkerChild, type WorkerChildOptions } from "../support/chaos/worker-child.ts";
import { HEAP_BOMB } from "../support/chaos/workload.ts";
import { guarded } from "../support/child-guard.ts";
import { type Proxy, type RedisServer, redisVersion, startProxy, startRedis } from "../support/redis.ts";
import { freshContext } from "./suite/harness.ts";

const BEGIN = "begin(task_id(), fencing_token());";
const EFFECT = "effect(task_id(), fencing_token());";
const LATE = 2 * CHAOS_LEASE_MS;
/** Where no lease is to run out, however slow the machine is. */
const PATIENT = { leaseMs: 6 * CHAOS_LEASE_MS };

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function faults(): void {
  let server: RedisServer;
  let store: TaskStore;
  let programs: Programs;
  let context: string;
  let expected: Map<string, Expected>;
  const workers: WorkerChild[] = [];
  const proxies: Proxy[] = [];

  beforeAll(async () => {
    programs = new Programs();
    server = await startRedis({ config: { appendonly: "yes", appendfsync: "always" } });
    store = createRedisStore({ url: server.url });
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
    programs.remove();
  });

  /** A context whose tasks the test accounts for. */
  async function begin(maxCrashes = 3): Promise<void> {
    context = freshContext();
    expected = new Map();
    await store.configure({ context, settings: { maxCrashes, crashDelayMs: 1 } });
  }

  async function hire(options: Partial<WorkerChildOptions> = {}): Promise<WorkerChild> {
    const all = { url: server.url, contexts: [context], allEvents: true, ...options };
    const worker = await WorkerChild.start(programs, all);
    workers.push(worker);
    return worker;
  }

  async function link(): Promise<Proxy> {
    const proxy = await startProxy(server.port);
    proxies.push(proxy);
    return proxy;
  }

  async function submit(script: string, spec: Partial<TaskSpec> = {}, end: Partial<Expected> = {}) {
    const { id } = await store.enqueue({ task: { context, script, ...spec } });
    expected.set(id, { context, status: ["completed"], effects: true, ...end });
    return id;
  }

  /** Tasks that write their effect and return their number. */
  function submitMany(count: number, script = "", spec: Partial<TaskSpec> = {}): Promise<string[]> {
    const numbers = Array.from({ length: count }, (_, n) => n);
    return Promise.all(
      numbers.map((n) => submit(`${BEGIN} ${script} ${EFFECT} ${n}`, spec, { output: String(n) })),
    );
  }

  async function violations(): Promise<readonly string[]> {
    return (await new Ledger(server, store, expected).prove(programs)).violations;
  }

  /** Waits for every end, and proves that each task has exactly the one that it should have. */
  async function prove() {
    for (const id of expected.keys()) await store.waitForResult({ id, timeoutMs: 20_000 });
    const empty = async () => {
      const { waiting, scheduled, processing } = await store.counts({ context });
      return waiting + scheduled + processing;
    };
    await expect.poll(empty, { timeout: 5000 }).toBe(0);
    const { violations, figures } = await new Ledger(server, store, expected).prove(programs);
    expect(violations).toEqual([]);
    return figures;
  }

  const settledBy = (worker: WorkerChild, id: string) =>
    worker.settled.filter((line) => line.id === id).map(({ outcome, status }) => `${outcome} ${status}`);

  /** Holds the thread the first time that it runs, and is quick afterwards. */
  const holding = (mark: string, ms: number) =>
    `${BEGIN} if first("${mark}") { mark("${mark}"); block(${ms}); } ${EFFECT} 42`;

  it("kill -9 of a worker in mid-task: another one runs the task again", async () => {
    await begin();
    const worker = await hire();
    const id = await submit(holding("killed", 60_000), {}, { output: "42" });
    await programs.marked("killed");
    await worker.kill();
    await hire();
    expect(await prove()).toMatchObject({ completed: 1, runs: 2, stalled: 1, effects: 1 });
    expect(await store.get({ id })).toMatchObject({ attempts: 1, crashes: 1 });
  });

  it("kill -9 of all workers: their tasks wait for new ones", async () => {
    await begin();
    const all = await Promise.all([hire(), hire()]);
    await submitMany(40, "sleep(0.3);");
    await expect.poll(async () => (await store.counts({ context })).processing).toBe(40);
    await Promise.all(all.map((worker) => worker.kill()));
    await submitMany(20);
    await hire();
    expect(await prove()).toMatchObject({ completed: 60, stalled: 40 });
  });

  it("kill -9 of Redis with AOF: nothing accepted is lost, running tasks go on", async () => {
    await begin();
    await Promise.all([hire(PATIENT), hire(PATIENT)]);
    await submitMany(200, "sleep(0.02);");
    const id = await submit(holding("restart", 600), {}, { output: "42" });
    await programs.marked("restart");
    await server.kill();
    await server.restart();
    await submitMany(50);
    expect(await prove()).toMatchObject({ completed: 251 });
    expect(await store.get({ id })).toMatchObject({ attempts: 1, crashes: 0 });
  });

  it("a worker that stood still for longer than its lease: its late completion is refused", async () => {
    await begin();
    const sleeper = await hire();
    const id = await submit(holding("frozen", 300), {}, { output: "42" });
    await programs.marked("frozen");
    const { token: old } = (await store.get({ id }))!;
    sleeper.freeze();
    await hire();
    await store.waitForResult({ id, timeoutMs: 10_000 });
    const before = (await store.get({ id }))!;
    sleeper.thaw();
    await expect.poll(() => settledBy(sleeper, id), { timeout: 5000 }).toEqual(["completed lost"]);
    expect(before.token).toBeGreaterThan(old!);
    expect(await store.get({ id })).toEqual(before);
    // It works again.
    await submitMany(50, "block(5);");
    expect(await prove()).toMatchObject({ completed: 51, stalled: 1 });
    expect(sleeper.settled.filter(({ status }) => status === "completed").length).toBeGreaterThan(0);
  });

  it("a completion that the network carries late is refused", async () => {
    await begin();
    const proxy = await link();
    const slow = await hire({ url: proxy.url, storeOptions: { deadlineMs: 20_000 } });
    const id = await submit(holding("held", 300), {}, { output: "42" });
    await programs.marked("held");
    proxy.hold();
    await hire();
    await store.waitForResult({ id, timeoutMs: 10_000 });
    const before = (await store.get({ id }))!;
    // The first run has ended as well, and its worker has said so.
    const effects = () => programs.ledger().filter((line) => line.kind === "effect" && line.id === id).length;
    await expect.poll(effects).toBe(2);
    await pause(50);
    proxy.heal();
    await expect.poll(() => settledBy(slow, id), { timeout: 5000 }).toEqual(["completed lost"]);
    expect(await store.get({ id })).toEqual(before);
    expect(await prove()).toMatchObject({ completed: 1, stalled: 1, effects: 2 });
  });

  const CUTS: Readonly<Record<string, (proxy: Proxy) => void>> = {
    "is cut": (proxy) => proxy.cut(),
    "falls silent": (proxy) => proxy.silence(),
    "loses all answers": (proxy) => proxy.swallowAnswers(),
  };
  it.each(Object.entries(CUTS))("the network between a worker and Redis %s", async (name, breakIt) => {
    await begin();
    const proxy = await link();
    const away = await hire({ url: proxy.url, storeOptions: { deadlineMs: 500 } });
    const mark = name.replaceAll(" ", "-");
    const id = await submit(holding(mark, 2 * LATE), {}, { output: "42" });
    await programs.marked(mark);
    breakIt(proxy);
    await submitMany(20);
    await hire();
    for (const one of expected.keys()) await store.waitForResult({ id: one, timeoutMs: 10_000 });
    proxy.cut();
    proxy.heal();
    await expect.poll(() => settledBy(away, id).at(-1), { timeout: 10_000 }).toContain("lost");
    await submitMany(60, "block(10);");
    expect(await prove()).toMatchObject({ completed: 81 });
    const since = away.settled.filter(({ status }) => status === "completed");
    expect(since.length).toBeGreaterThan(0);
  });

  it("duplicate delivery: an id that is pushed again and again runs once", async () => {
    await begin();
    await Promise.all([hire(PATIENT), hire(PATIENT)]);
    const ids = await submitMany(30, "sleep(0.05);");
    for (let round = 0; round < 10; round++) {
      await server.raw.lpush(`rhai:queue:${context}`, ...ids);
      await pause(20);
    }
    await server.raw.hset("rhai:task:chaos-foreign", { script: `${BEGIN} ${EFFECT} 7` });
    await server.raw.lpush(`rhai:queue:${context}`, ...new Array(5).fill("chaos-foreign"));
    expected.set("chaos-foreign", { context, status: ["completed"], output: "7", effects: true });
    expect(await prove()).toMatchObject({ completed: 31, runs: 31 + (await released()), stalled: 0 });
  });

  /** Runs that were handed back before they began. */
  async function released(): Promise<number> {
    const { events } = await store.readEvents({ context, limit: 1000 });
    return events.filter(({ type }) => type === "released").length;
  }

  it("clocks that are hours apart: no lease runs out early, no task runs before its time", async () => {
    await begin();
    const hour = 3_600_000;
    await Promise.all([hour, -hour, 0].map((clockShiftMs) => hire({ ...PATIENT, clockShiftMs })));
    await submitMany(100, "sleep(0.02);");
    const delayed = await submitMany(20, "", { delayMs: 700 });
    const long = await submit(holding("skewed", LATE), {}, { output: "42" });
    expect(await prove()).toMatchObject({ completed: 121, stalled: 0 });
    for (const id of [...delayed, long]) {
      const { createdAt, startedAt, finishedAt } = (await store.get({ id }))!;
      expect(startedAt! - createdAt!).toBeGreaterThanOrEqual(id === long ? 0 : 700);
      expect(Math.abs(finishedAt! - Date.now())).toBeLessThan(60_000);
    }
  });

  const POISONS: Readonly<Record<string, Partial<TaskSpec> & { readonly script: string }>> = {
    "ends its thread": { script: `${BEGIN} die()` },
    "fills the heap": { script: HEAP_BOMB, limits: { heapMb: 40 } },
  };
  it.each(Object.entries(POISONS))(
    "a poison task that %s is quarantined, others are spared",
    async (_, poison) => {
      await begin();
      const all = await Promise.all([hire(PATIENT), hire(PATIENT)]);
      const { script, ...spec } = poison;
      const id = await submit(script, spec, {
        status: ["failed"],
        deadReason: "quarantined",
        effects: false,
      });
      await submitMany(60, "sleep(0.02);");
      expect(await prove()).toMatchObject({ completed: 60, quarantined: 1, stalled: 3, worstCrashes: 0 });
      expect(await store.get({ id })).toMatchObject({ crashes: 3, attempts: 0, output: null });
      expect((await store.list({ context, state: "dead" })).tasks.map((task) => task.id)).toEqual([id]);
      expect(all.every(({ alive }) => alive)).toBe(true);
    },
  );

  it("the proof itself notices a record that is lost, changed, ended twice or run by two owners", async () => {
    await begin();
    await hire();
    const [lost, changed, twice, shared] = await submitMany(4);
    await prove();
    const { raw } = server;
    const { token } = (await store.get({ id: shared }))!;
    appendFileSync(join(programs.folder, "ledger"), `begin ${shared} ${token} 1 1\n`);
    expect(await violations()).toEqual([expect.stringMatching(`${shared}: token ${token} in processes`)]);
    await raw.hset(`rhai:task:${changed}`, "output", "5");
    await raw.xadd(`rhai:events:${context}`, "*", twice, "completed");
    await raw.del(`rhai:task:${lost}`);
    const found = (await violations()).join("\n");
    for (const text of [
      `${lost}: lost`,
      `${changed}: output 5 instead of 1`,
      `${twice}: completed  while ended`,
      `${twice}: 2 ends`,
      `${context}: 4 completed counted, 3 in the records`,
    ])
      expect(found).toContain(text);
  });
}

/** Starts a server and a stopped process, says which, and would go on for ever. */
const PARENT = `
import { spawn } from "node:child_process";
import { guarded } from "./child-guard.ts";
import { startRedis } from "./redis.ts";
const server = await startRedis();
const frozen = guarded(spawn("sleep", ["600"], { stdio: "ignore" }));
frozen.kill("SIGSTOP");
console.log(JSON.stringify([server.pid, frozen.pid]));
setInterval(() => undefined, 1000);
`;

/** A killed process whose new parent never collects it, as in containers without an init, still has an entry: it does not count as alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  const file = `/proc/${pid}/status`;
  return existsSync(file) && /^State:\s+Z/m.test(readFileSync(file, "utf8"));
}

describe("faults, one by one", () => {
  if (redisVersion() === null) it.skip("needs redis-server, which is not installed", () => undefined);
  else faults();
});

describe("processes that tests start", () => {
  const test = redisVersion() === null ? it.skip : it;
  test("end with their parent, also when it is killed", async () => {
    const programs = new Programs();
    const file = join(programs.folder, "parent.mjs");
    const banner = {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    };
    const resolveDir = join(import.meta.dirname, "../support");
    const stdin = { contents: PARENT, loader: "ts" as const, resolveDir };
    const built = buildSync({ stdin, bundle: true, platform: "node", format: "esm", banner, write: false });
    writeFileSync(file, built.outputFiles[0].text);
    const parent = guarded(spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] }));
    const line = await new Promise<string>((resolve) =>
      parent.stdout.once("data", (data: Buffer) => resolve(data.toString())),
    );
    const pids = JSON.parse(line) as number[];
    expect(pids.map(isAlive)).toEqual([true, true]);
    parent.kill("SIGKILL");
    await expect.poll(() => pids.map(isAlive), { timeout: 5000 }).toEqual([false, false]);
    programs.remove();
  });
});

describe("all faults at random", () => {
  const test = redisVersion() === null ? it.skip : it;
  const seed = Number(process.env.RHAI_CHAOS_SEED ?? Date.now() % 1_000_000);
  test(`nothing is lost, nothing is doubled (RHAI_CHAOS_SEED=${seed})`, { timeout: 120_000 }, async () => {
    console.log(`chaos: RHAI_CHAOS_SEED=${seed}`);
    const { proof, damage } = await runChaos({
      seed,
      tasks: 2500,
      poisons: 3,
      workers: 3,
      everyMs: 500,
      overMs: 15_000,
      drainMs: 60_000,
      appendfsync: "always",
    });
    expect(proof.violations).toEqual([]);
    expect(damage.unexpected).toEqual([]);
    const { tasks, quarantined, stalled } = proof.figures;
    expect({ tasks, quarantined }).toEqual({ tasks: 2500, quarantined: 3 });
    // It would prove nothing if nothing had been broken.
    expect(damage.faults.killWorker).toBeGreaterThan(0);
    expect(stalled).toBeGreaterThan(3);
  });
});
