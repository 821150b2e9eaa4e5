// Random sequences of verbs on the memory store and on Redis side by side: every answer has to be the same.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ManualClock } from "../../src/queue/clock.ts";
import { QueueError } from "../../src/queue/errors.ts";
import { createMemoryStore } from "../../src/queue/memory-store.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { ContextSettings } from "../../src/queue/settings.ts";
import type { LeaseRef, ListedState, TaskStore, Verdict } from "../../src/queue/store.ts";
import type { TaskSpec } from "../../src/queue/task.ts";
import { type RedisServer, redisVersion, startRedis } from "../support/redis.ts";
import { freshContext } from "./suite/harness.ts";

/** What a sequence knows while it runs: enough to name tasks and leases that exist, or existed. */
interface World {
  readonly context: string;
  readonly clock: ManualClock;
  readonly ids: string[];
  readonly leases: LeaseRef[];
}

type Step = (store: TaskStore, world: World) => Promise<unknown>;

interface Command {
  readonly name: string;
  readonly step: Step;
  /** Done once, between the two stores. */
  readonly after?: (world: World, answer: unknown) => Promise<void> | void;
}

/** Shows as its name in a counterexample. */
function named(command: Command): Command {
  return Object.assign(command, { [fc.toStringMethod]: () => command.name });
}

const pickFrom = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

const spec = fc.record(
  {
    script: fc.constantFrom("1", "40 + 2", "x".repeat(300)),
    callerId: fc.constantFrom("a", "b", "c"),
    fairKey: fc.constantFrom("x", "y"),
    priority: fc.constantFrom(0, 0, 1, 5),
    delayMs: fc.constantFrom(0, 1, 500, 3000),
    maxAttempts: fc.constantFrom(1, 2, 3),
    idempotencyKey: fc.constantFrom("k1", "k2"),
    resultTtlMs: fc.constantFrom(0, 1000),
  },
  { requiredKeys: ["script"] },
);

const error = { kind: "E", message: "m" };

function verdictFor(lease: LeaseRef, kind: number): Verdict {
  const kinds: readonly Verdict[] = [
    { kind: "completed", ...lease, output: "42" },
    { kind: "failed", ...lease, error, retryDelayMs: 700 },
    { kind: "failed", ...lease, error, retryDelayMs: 0 },
    { kind: "failed", ...lease, error, retryDelayMs: null },
    { kind: "crashed", ...lease, error },
    { kind: "released", ...lease },
    { kind: "cancelled", ...lease },
    { kind: "malformed", ...lease, error },
  ];
  return kinds[kind % kinds.length];
}

function keepLeases(world: World, answer: unknown): void {
  const { tasks } = answer as { readonly tasks?: readonly LeaseRef[] };
  for (const { id, token } of tasks ?? []) world.leases.push({ id, token });
}

const claimOf = (limit: number) => ({ workerId: "w", leaseMs: 2000, limit });
const nat = fc.nat(1000);

const command = fc.oneof(
  { weight: 6, arbitrary: spec.map((fields) => submit([fields])) },
  { weight: 2, arbitrary: fc.array(spec, { minLength: 2, maxLength: 8 }).map(submit) },
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 5 }).map(claim),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.array(fc.tuple(nat, nat), { maxLength: 4 }), fc.integer({ min: 0, max: 3 }))
      .map(settle),
  },
  { weight: 4, arbitrary: fc.constantFrom(1, 400, 1000, 2500, 10_000).map(advance) },
  {
    weight: 2,
    arbitrary: fc.constant<Command>({
      name: "sweep",
      step: (store, { context }) => store.sweep({ context }),
    }),
  },
  { weight: 1, arbitrary: nat.map(extend) },
  { weight: 2, arbitrary: nat.map((n) => aboutTask("cancel", n, (store, id) => store.cancel({ id }))) },
  { weight: 1, arbitrary: nat.map((n) => aboutTask("rerun", n, (store, id) => store.rerun({ id }))) },
  {
    weight: 1,
    arbitrary: nat.map((n) => aboutTask("rerun later", n, (store, id) => store.rerun({ id, delayMs: 600 }))),
  },
  { weight: 1, arbitrary: nat.map((n) => aboutTask("remove", n, (store, id) => store.remove({ id }))) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }).map(drain) },
  { weight: 1, arbitrary: fc.boolean().map(dead) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<ListedState>("waiting", "scheduled", "finished", "dead").map(list),
  },
  { weight: 1, arbitrary: settings().map(configure) },
);

function claim(limit: number): Command {
  return {
    name: `claim ${limit}`,
    step: (store, { context }) => store.claim({ context, ...claimOf(limit) }),
    after: keepLeases,
  };
}

function submit(specs: readonly Partial<TaskSpec>[]): Command {
  const ids = specs.map((_, i) => `-${i}`);
  return {
    name: `submit ${JSON.stringify(specs)}`,
    step: (store, { context, ids: known }) => {
      const tasks = specs.map(
        (fields, i) => ({ ...fields, context, id: `${context}-${known.length}${ids[i]}` }) as TaskSpec,
      );
      return store.enqueueMany({ tasks });
    },
    after: (world, answer) => {
      for (const { id } of answer as readonly { id: string }[]) world.ids.push(id);
    },
  };
}

function settle([choices, claimLimit]: [readonly (readonly [number, number])[], number]): Command {
  return {
    name: `settle ${JSON.stringify(choices)} claim ${claimLimit}`,
    step: async (store, { context, leases }) => {
      const verdicts = choices.flatMap(([which, kind]) => {
        const lease = pickFrom(leases.slice(-6), which);
        return lease === undefined ? [] : [verdictFor(lease, kind)];
      });
      const claim = claimLimit === 0 ? undefined : claimOf(claimLimit);
      return await store.settle({ context, workerId: "w", verdicts, claim });
    },
    after: (world, answer) => keepLeases(world, (answer as { claimed: unknown }).claimed ?? {}),
  };
}

function advance(ms: number): Command {
  return { name: `advance ${ms}`, step: async () => ms, after: ({ clock }) => clock.advance(ms) };
}

function extend(n: number): Command {
  return {
    name: `extend ${n}`,
    step: async (store, { context, leases }) => {
      const lease = pickFrom(leases.slice(-6), n);
      return lease && (await store.extend({ context, workerId: "w", leaseMs: 3000, leases: [lease] }));
    },
  };
}

function aboutTask(
  name: string,
  n: number,
  step: (store: TaskStore, id: string) => Promise<unknown>,
): Command {
  return {
    name: `${name} ${n}`,
    step: async (store, { ids, context }) => await step(store, pickFrom(ids, n) ?? `${context}-none`),
  };
}

function drain(limit: number): Command {
  return {
    name: `drain ${limit}`,
    step: (store, { context }) => store.drain({ context, limit, scheduled: limit > 2 }),
  };
}

function dead(retry: boolean): Command {
  return {
    name: retry ? "retryDead" : "dropDead",
    step: (store, { context }) =>
      retry ? store.retryDead({ context, limit: 2 }) : store.dropDead({ context, limit: 1 }),
  };
}

function list(state: ListedState): Command {
  return {
    name: `list ${state}`,
    step: async (store, { context }) => (await store.list({ context, state, limit: 100 })).tasks,
  };
}

function settings(): fc.Arbitrary<Partial<ContextSettings>> {
  const retention = (maxCount: number) => ({ maxAgeMs: 5000, maxCount, maxBytes: 4000 });
  return fc.constantFrom<Partial<ContextSettings>>(
    { concurrency: 2 },
    { concurrency: null },
    { keyConcurrency: 1 },
    { rate: { max: 3, perMs: 1000 } },
    { rate: null },
    { weights: { a: 2, x: 3 } },
    { maxLength: 6 },
    { maxLength: null, maxBytes: 3000 },
    { maxBytes: null, paused: true },
    { paused: false },
    { maxCrashes: 1, priorityStepMs: 300 },
    { retention: retention(3), deadRetention: retention(2) },
  );
}

function configure(changes: Partial<ContextSettings>): Command {
  return {
    name: `configure ${JSON.stringify(changes)}`,
    step: (store, { context }) => store.configure({ context, settings: changes }),
  };
}

async function answerOf(step: Promise<unknown>): Promise<unknown> {
  try {
    return (await step) ?? null;
  } catch (error) {
    if (error instanceof QueueError) return error.code;
    throw error;
  }
}

async function runBoth(
  memory: TaskStore,
  redis: TaskStore,
  clock: ManualClock,
  commands: readonly Command[],
): Promise<void> {
  const world: World = { context: freshContext(), clock, ids: [], leases: [] };
  const { context } = world;
  for (const { name, step, after } of commands) {
    const expected = await answerOf(step(memory, world));
    const got = await answerOf(step(redis, world));
    expect(got, name).toEqual(expected);
    await after?.(world, expected);
    expect(await redis.counts({ context }), `counts after ${name}`).toEqual(await memory.counts({ context }));
  }
  for (const id of world.ids) expect(await redis.get({ id }), id).toEqual(await memory.get({ id }));
  let cursor: string | null = null;
  do {
    const slice = await redis.fsck({ context, cursor });
    expect(slice.problems).toEqual([]);
    cursor = slice.cursor;
  } while (cursor !== null);
}

describe.skipIf(redisVersion() === null)("memory store and Redis store", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it("give the same answers to any sequence of verbs", async () => {
    const clock = new ManualClock();
    const memory = createMemoryStore({ clock });
    const redis = createRedisStore({ url: server.url, clock });
    const runs = Number(process.env.MODEL_RUNS ?? 60);
    const property = fc.asyncProperty(
      fc.array(command.map(named), { minLength: 5, maxLength: 60 }),
      (commands) => runBoth(memory, redis, clock, commands),
    );
    await fc.assert(property, {
      numRuns: runs,
      ...(process.env.MODEL_SEED && { seed: Number(process.env.MODEL_SEED) }),
    });
    await Promise.all([memory.close(), redis.close()]);
  }, 300_000);
});
