// What tests of the Redis store alone share: a server, emptied before each test, and short verbs.

import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { createRedisStore } from "../../../src/queue/redis/store.ts";
import type { Claimed, FsckProblem, TaskStore } from "../../../src/queue/store.ts";
import { brokenRules } from "../../support/broken-rules.ts";
import { type RedisServer, startRedis } from "../../support/redis.ts";
import { freshContext } from "./harness.ts";

/** Changes with each test. */
export interface OnRedis {
  readonly server: RedisServer;
  readonly store: TaskStore;
  readonly context: string;
  claim(limit?: number): Promise<Claimed>;
  /** What breaks a rule; all of it repaired if asked for. */
  fsck(repair: boolean): Promise<readonly FsckProblem[]>;
  /** What a foreign client does: the record, then the id. */
  push(id: string, fields: Readonly<Record<string, string>>): Promise<void>;
}

/** For a `describe` of its own. */
export function onRedis(): OnRedis {
  let server: RedisServer;
  let store: TaskStore;
  let context: string;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await server.raw.flushall();
    store = createRedisStore({ url: server.url });
    context = freshContext();
  });
  afterEach(() => store.close());
  return {
    get server() {
      return server;
    },
    get store() {
      return store;
    },
    get context() {
      return context;
    },
    claim: (limit = 10) => store.claim({ context, workerId: "w", leaseMs: 10_000, limit }),
    fsck: (repair) => brokenRules(store, context, repair),
    push: async (id, fields) => {
      await server.raw.hset(`rhai:task:${id}`, fields);
      await server.raw.lpush(`rhai:queue:${context}`, id);
    },
  };
}
