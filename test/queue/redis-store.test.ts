// The suite on a real Redis server.

import { afterAll, beforeAll, describe, it } from "vitest";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import { type RedisServer, redisVersion, startRedis } from "../support/redis.ts";
import { testTaskStore } from "./store.suite.ts";

if (redisVersion() === null) {
  describe("task store: Redis", () => {
    it.skip("needs redis-server, which is not installed", () => undefined);
  });
} else {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  testTaskStore({ name: "Redis", setup: ({ clock }) => createRedisStore({ url: server.url, clock }) });
}
