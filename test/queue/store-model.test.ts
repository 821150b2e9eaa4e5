// Random sequences of verbs: on the memory store and on Redis side by side every answer has to be the same; on Redis among
// foreign clients, whatever they write, nothing is lost and nothing stays behind.
// MODEL_RUNS sets how many sequences, MODEL_SEED repeats a failed run.

import fc from "fast-check";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ManualClock } from "../../src/queue/clock.ts";
import { QueueError } from "../../src/queue/errors.ts";
import { createMemoryStore } from "../../src/queue/memory/store.ts";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { isFinal } from "../../src/queue/task.ts";
import { brokenRules } from "../support/broken-rules.ts";
import { type RedisServer, redisVersion, startRedis } from "../support/redis.ts";
import {
  advance,
  type Command,
  changeKeyLimit,
  claimOf,
  command,
  keyLimit,
  named,
  sweep,
  type World,
} from "./model/commands.ts";
import { type RawCommand, rawCommand } from "./model/foreign.ts";
import { freshContext } from "./suite/harness.ts";

const RUNS = Number(process.env.MODEL_RUNS ?? 60);
const SEED = process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) };

async function answerOf(step: Promise<unknown>): Promise<unknown> {
  try {
    return (await step) ?? null;
  } catch (error) {
    if (error instanceof QueueError) return error.code;
    throw error;
  }
}

const freshWorld = (clock: ManualClock): World => ({ context: freshContext(), clock, ids: [], leases: [] });

async function runBoth(
  memory: TaskStore,
  redis: TaskStore,
  clock: ManualClock,
  keyConcurrency: number | null,
  commands: readonly Command[],
): Promise<void> {
  const world = freshWorld(clock);
  const { context } = world;
  const both = async ({ name, step, after }: Command) => {
    const expected = await answerOf(step(memory, world));
    expect(await answerOf(step(redis, world)), name).toEqual(expected);
    if (!(typeof expected === "string")) await after?.(world, expected);
    expect(await redis.counts({ context }), `counts after ${name}`).toEqual(await memory.counts({ context }));
  };
  const limit = { keyConcurrency };
  await both({ name: "limit of keys", step: (store) => store.configure({ context, settings: limit }) });
  for (const each of commands) await both(each);
  for (const id of world.ids) {
    expect(await redis.get({ id }), id).toEqual(await memory.get({ id }));
    expect(await redis.logs({ id }), id).toEqual(await memory.logs({ id }));
  }
  expect(await eventsOf(redis, context)).toEqual(await eventsOf(memory, context));
  expect(await brokenRules(redis, context)).toEqual([]);
  await both({
    name: "no limits",
    step: (store) => store.configure({ context, settings: { ...FREE, ...limit } }),
  });
  for (let turn = 0; turn < 40 && (await isBusy(redis, context)); turn++) {
    for (const each of [advance(3000), sweep, COMPLETE_ALL]) await both(each);
  }
  expect(await isBusy(redis, context)).toBe(false);
}

async function eventsOf(store: TaskStore, context: string): Promise<unknown> {
  const { events } = await store.readEvents({ context, limit: 1000 });
  return events.map(({ type, taskId, detail }) => [type, taskId, detail]);
}

/** Nothing holds a task back any more. */
const FREE = { paused: false, concurrency: null, keyConcurrency: null, rate: null, maxCrashes: 1 } as const;

const COMPLETE_ALL: Command = {
  name: "claim and complete",
  step: async (store, { context }) => {
    const { tasks } = await store.claim({ context, ...claimOf(100) });
    const verdicts = tasks.map(({ id, token }) => ({ kind: "completed", id, token, output: "1" }) as const);
    return await store.settle({ context, workerId: "w", verdicts });
  },
};

async function isBusy(store: TaskStore, context: string): Promise<boolean> {
  const { waiting, scheduled, processing, openBytes } = await store.counts({ context });
  return waiting + scheduled + processing + openBytes > 0;
}

/** Keys that may be left of a context without open tasks: `keyleases` and `claimed` have a time to live. */
const LASTING = new Set(
  "state events weights finished dead expiring schedules schedule-facts slots keyleases claimed".split(" "),
);

async function runAmongForeigners(
  redis: TaskStore,
  raw: Redis,
  clock: ManualClock,
  commands: readonly (Command | RawCommand)[],
): Promise<void> {
  const world = freshWorld(clock);
  const { context } = world;
  for (const each of commands) {
    if ("raw" in each) {
      await each.raw(raw, world);
      continue;
    }
    const answer = await answerOf(each.step(redis, world));
    if (!(typeof answer === "string")) await each.after?.(world, answer);
    const counts = await redis.counts({ context });
    for (const [name, value] of Object.entries(counts))
      if (typeof value === "number") expect(value, `${name} after ${each.name}`).toBeGreaterThanOrEqual(0);
  }
  await brokenRules(redis, context, true);
  expect(await brokenRules(redis, context)).toEqual([]);
  await redis.configure({ context, settings: FREE });
  for (const { name } of await redis.schedules({ context })) await redis.removeSchedule({ context, name });
  for (let turn = 0; turn < 40 && (turn < 3 || (await isBusy(redis, context))); turn++) {
    await clock.advance(3000);
    await redis.sweep({ context });
    await COMPLETE_ALL.step(redis, world);
  }
  await clock.advance(70_000);
  await redis.sweep({ context });
  expect(await redis.counts({ context })).toMatchObject({
    waiting: 0,
    scheduled: 0,
    processing: 0,
    openBytes: 0,
  });
  for (const id of world.ids) {
    const task = await redis.get({ id, context });
    if (task !== null && task.context === context)
      expect(isFinal(task.status), `${id} is ${task.status}`).toBe(true);
  }
  const left = (await raw.keys(`*${context}*`)).filter((key) => !/^rhai:(task|log):/.test(key));
  expect(left.map((key) => key.split(":")[1]).filter((kind) => !LASTING.has(kind))).toEqual([]);
  expect(await brokenRules(redis, context)).toEqual([]);
}

describe.skipIf(redisVersion() === null)("random sequences", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it("get the same answers from memory store and Redis store", async () => {
    const clock = new ManualClock();
    const memory = createMemoryStore({ clock });
    const redis = createRedisStore({ url: server.url, clock });
    const property = fc.asyncProperty(
      keyLimit,
      fc.array(command.map(named), { minLength: 5, maxLength: 60 }),
      (limit, commands) => runBoth(memory, redis, clock, limit, commands),
    );
    property.afterEach(() => server.raw.flushall());
    await fc.assert(property, { numRuns: RUNS, ...SEED });
    await Promise.all([memory.close(), redis.close()]);
  }, 3_600_000);

  it("lose nothing and leave nothing behind among foreign clients", async () => {
    const clock = new ManualClock();
    const redis = createRedisStore({ url: server.url, clock });
    const either = fc.oneof(
      { weight: 9, arbitrary: command.map(named) },
      { weight: 1, arbitrary: changeKeyLimit.map(named) },
      { weight: 3, arbitrary: rawCommand },
    );
    const property = fc.asyncProperty(fc.array(either, { minLength: 5, maxLength: 60 }), (commands) =>
      runAmongForeigners(redis, server.raw, clock, commands),
    );
    property.afterEach(() => server.raw.flushall());
    await fc.assert(property, { numRuns: Math.ceil(RUNS / 2), ...SEED });
    await redis.close();
  }, 3_600_000);
});
