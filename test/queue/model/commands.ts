// Random verbs for comparing two stores: each command names its tasks and leases by what the sequence did before.

import fc from "fast-check";
import type { ManualClock } from "../../../src/queue/clock.ts";
import type { ScheduleSpec } from "../../../src/queue/schedule.ts";
import type { ContextSettings } from "../../../src/queue/settings.ts";
import type { LeaseRef, ListedState, TaskStore, Verdict } from "../../../src/queue/store.ts";
import type { TaskSpec } from "../../../src/queue/task.ts";

/** What a sequence knows while it runs: enough to name tasks and leases that exist, or existed. */
export interface World {
  readonly context: string;
  readonly clock: ManualClock;
  readonly ids: string[];
  readonly leases: LeaseRef[];
}

export type Step = (store: TaskStore, world: World) => Promise<unknown>;

export interface Command {
  readonly name: string;
  readonly step: Step;
  /** Done once, when both stores have answered. */
  readonly after?: (world: World, answer: unknown) => Promise<void> | void;
}

/** Shows as its name in a counterexample. */
export function named(command: Command): Command {
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

export const claimOf = (limit: number) => ({ workerId: "w", leaseMs: 2000, limit });
const nat = fc.nat(1000);

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

export function advance(ms: number): Command {
  return { name: `advance ${ms}`, step: async () => ms, after: ({ clock }) => clock.advance(ms) };
}

export const sweep: Command = { name: "sweep", step: (store, { context }) => store.sweep({ context }) };

function aboutLease(
  name: string,
  n: number,
  step: (store: TaskStore, lease: LeaseRef, context: string) => unknown,
) {
  return named({
    name: `${name} ${n}`,
    step: async (store, { context, leases }) => {
      const lease = pickFrom(leases.slice(-6), n);
      return lease && (await step(store, lease, context));
    },
  });
}

const lines = Array.from({ length: 3 }, (_, i) => ({ level: "print", text: "ü".repeat(i * 50) }));

const leaseCommands = fc.oneof(
  nat.map((n) =>
    aboutLease("extend", n, (store, lease, context) =>
      store.extend({ context, workerId: "w", leaseMs: 3000, leases: [lease] }),
    ),
  ),
  nat.map((n) =>
    aboutLease("progress", n, (store, lease, context) =>
      store.progress({ context, ...lease, fraction: (n % 10) / 10 }),
    ),
  ),
  nat.map((n) => aboutLease("log", n, (store, lease, context) => store.log({ context, ...lease, lines }))),
  nat.map((n) =>
    aboutLease("complete", n, (store, lease, context) =>
      store.complete({ context, workerId: "w", ...lease, output: "1" }),
    ),
  ),
  nat.map((n) =>
    aboutLease("release", n, (store, lease, context) => store.release({ context, workerId: "w", ...lease })),
  ),
);

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

const taskCommands = fc.oneof(
  { weight: 3, arbitrary: nat.map((n) => aboutTask("cancel", n, (store, id) => store.cancel({ id }))) },
  { weight: 1, arbitrary: nat.map((n) => aboutTask("rerun", n, (store, id) => store.rerun({ id }))) },
  {
    weight: 2,
    arbitrary: nat.map((n) => aboutTask("rerun later", n, (store, id) => store.rerun({ id, delayMs: 600 }))),
  },
  { weight: 1, arbitrary: nat.map((n) => aboutTask("remove", n, (store, id) => store.remove({ id }))) },
  { weight: 1, arbitrary: nat.map((n) => aboutTask("explain", n, explained)) },
);

/** Where exactly a waiting task stands is told in part only, and differently. */
async function explained(store: TaskStore, id: string): Promise<unknown> {
  const { ahead: _, ...explanation } = (await store.explain({ id })) ?? { ahead: null };
  return explanation;
}

function drain(limit: number): Command {
  return {
    name: `drain ${limit}`,
    step: (store, { context }) => store.drain({ context, limit, scheduled: limit > 2 }),
  };
}

function dead([retry, byId]: readonly [boolean, boolean]): Command {
  return {
    name: `${retry ? "retryDead" : "dropDead"}${byId ? " by id" : ""}`,
    step: (store, { context, ids }) => {
      const params = byId ? { context, ids: ids.slice(-4) } : { context, limit: retry ? 2 : 1 };
      return retry ? store.retryDead(params) : store.dropDead(params);
    },
  };
}

function list(state: ListedState): Command {
  return {
    name: `list ${state}`,
    step: async (store, { context }) => (await store.list({ context, state, limit: 100 })).tasks,
  };
}

const schedule = fc.record(
  {
    name: fc.constantFrom("s1", "s2"),
    everyMs: fc.constantFrom(400, 1000),
    catchUp: fc.constantFrom("none", "latest", "all"),
    whenUnfinished: fc.constantFrom("allow", "skip"),
    paused: fc.constantFrom(true, false),
  },
  { requiredKeys: ["name", "everyMs"] },
);

function putSchedule(fields: Omit<ScheduleSpec, "context" | "task">): Command {
  return {
    name: `putSchedule ${JSON.stringify(fields)}`,
    step: (store, { context }) =>
      store.putSchedule({ schedule: { ...fields, context, task: { script: "1", callerId: "cron" } } }),
  };
}

const scheduleCommands = fc.oneof(
  { weight: 2, arbitrary: schedule.map(putSchedule) },
  {
    weight: 4,
    arbitrary: fc.constant<Command>({
      name: "fireSchedules",
      step: (store, { context }) => store.fireSchedules({ context }),
      after: (world, answer) => void world.ids.push(...(answer as { ids: readonly string[] }).ids),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("s1", "s2").map((name): Command => {
      return {
        name: `removeSchedule ${name}`,
        step: (store, { context }) => store.removeSchedule({ context, name }),
      };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Command>({
      name: "schedules",
      step: (store, { context }) => store.schedules({ context }),
    }),
  },
);

const retention = (maxCount: number) => ({ maxAgeMs: 5000, maxCount, maxBytes: 4000 });
const settings = fc.constantFrom<Partial<ContextSettings>>(
  { concurrency: 2 },
  { concurrency: null },
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

function configure(changes: Partial<ContextSettings>): Command {
  return {
    name: `configure ${JSON.stringify(changes)}`,
    step: (store, { context }) => store.configure({ context, settings: changes }),
  };
}

/** Changed in mid-course it lets several keys' tasks go at once, in an order that is left to chance. */
export const keyLimit = fc.constantFrom<number | null>(null, null, 1, 2);
export const changeKeyLimit = keyLimit.map((keyConcurrency) => configure({ keyConcurrency }));

const states: readonly ListedState[] = ["waiting", "scheduled", "processing", "finished", "dead"];

/** Every verb whose answer does not depend on when it is asked. */
export const command = fc.oneof(
  { weight: 6, arbitrary: spec.map((fields) => submit([fields])) },
  { weight: 2, arbitrary: fc.array(spec, { minLength: 2, maxLength: 8 }).map(submit) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }).map(claim) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.array(fc.tuple(nat, nat), { maxLength: 4 }), fc.integer({ min: 0, max: 3 }))
      .map(settle),
  },
  { weight: 4, arbitrary: fc.constantFrom(1, 400, 1000, 2500, 10_000).map(advance) },
  { weight: 2, arbitrary: fc.constant(sweep) },
  { weight: 3, arbitrary: leaseCommands },
  { weight: 6, arbitrary: taskCommands },
  { weight: 2, arbitrary: scheduleCommands },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }).map(drain) },
  { weight: 1, arbitrary: fc.tuple(fc.boolean(), fc.boolean()).map(dead) },
  { weight: 1, arbitrary: fc.constantFrom(...states).map(list) },
  { weight: 2, arbitrary: settings.map(configure) },
);
