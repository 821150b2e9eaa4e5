// The executor's suite on a real Redis server.

import { afterAll, beforeAll, describe, it } from "vitest";
import { createRedisFlowStore } from "../../../src/flow/redis/store.ts";
import { type RedisServer, redisVersion, startRedis } from "../../support/redis.ts";
import { freshContext } from "../store/harness.ts";
import { testFlowExecutor } from "./suite.ts";

if (redisVersion() === null) {
  describe("flow executor: Redis", () => {
    it.skip("needs redis-server, which is not installed", () => undefined);
  });
} else {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  testFlowExecutor({
    name: "Redis",
    context: () => {
      const context = freshContext();
      return () => createRedisFlowStore({ url: server.url, context });
    },
  });
}
