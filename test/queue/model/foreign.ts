// What foreign clients may do at random with plain Redis commands: submit, submit badly, push twice, delete.

import fc from "fast-check";
import type { Redis } from "ioredis";
import type { World } from "./commands.ts";

export interface RawCommand {
  readonly name: string;
  readonly raw: (redis: Redis, world: World) => Promise<unknown>;
}

const fields = fc.record(
  {
    script: fc.constantFrom("1", "40 + 2", ""),
    callerId: fc.constantFrom("a", "b", "foreign", ""),
    fairKey: fc.constantFrom("x", "y"),
    priority: fc.constantFrom("0", "5", "high"),
    maxAttempts: fc.constantFrom("1", "3", "-1"),
    status: fc.constantFrom("pending", "processing", "scheduled", "completed", "nonsense"),
    args: fc.constantFrom("{}", "{", "[]"),
    resultTtlMs: fc.constantFrom("0", "1000", "x"),
    attempts: fc.constantFrom("0", "7", "x"),
    crashes: fc.constantFrom("0", "-3", "x"),
    token: fc.constantFrom("1", "x"),
    notify: fc.constantFrom("channel", "a b c", " "),
    createdAt: fc.constantFrom("1700000000000", "x"),
    idempotencyKey: fc.constantFrom("k1", "k9"),
  },
  { requiredKeys: [] },
);

const record = fc.tuple(fields, fc.boolean()).map(([some, sane]): Readonly<Record<string, string>> => {
  return sane ? { script: "1", ...(some.callerId !== undefined && { callerId: some.callerId }) } : some;
});

const nth = (list: readonly string[], n: number): string | undefined => list[n % Math.max(1, list.length)];

function raw(name: string, run: RawCommand["raw"]): RawCommand {
  return Object.assign({ name, raw: run }, { [fc.toStringMethod]: () => name });
}

const queueOf = ({ context }: World) => `rhai:queue:${context}`;

function submit(all: Readonly<Record<string, string>>, order: number): RawCommand {
  return raw(`foreign submit ${JSON.stringify(all)} ${order}`, async (redis, world) => {
    const id = `${world.context}-f${world.ids.length}`;
    world.ids.push(id);
    // Before, after, or in place of the record.
    if (order === 0) await redis.lpush(queueOf(world), id);
    if (order !== 1 && Object.keys(all).length > 0) await redis.hset(`rhai:task:${id}`, all);
    if (order > 0) await redis.lpush(queueOf(world), id);
  });
}

export const rawCommand = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(record, fc.constantFrom(0, 1, 2, 2, 2)).map(([all, order]) => submit(all, order)),
  },
  {
    weight: 2,
    arbitrary: fc.nat(1000).map((n) =>
      raw(`push again ${n}`, async (redis, world) => {
        const id = nth(world.ids, n);
        if (id !== undefined) await redis.lpush(queueOf(world), id);
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(1000).map((n) =>
      raw(`delete ${n}`, async (redis, world) => {
        const id = nth(world.ids, n);
        if (id !== undefined) await redis.del(`rhai:task:${id}`);
      }),
    ),
  },
  {
    // What is left of a worker that died between its wake-up and its claim.
    weight: 1,
    arbitrary: fc.constant(
      raw("move aside", (redis, world) =>
        redis.lmove(queueOf(world), `rhai:taken:${world.context}`, "RIGHT", "LEFT"),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      raw("another type", async (redis, world) => {
        const id = `${world.context}-t${world.ids.length}`;
        await redis.set(`rhai:task:${id}`, "text");
        await redis.lpush(queueOf(world), id);
      }),
    ),
  },
);
