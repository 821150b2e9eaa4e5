// The suite on a real Redis server, as a user with no more rights than docs/wire-protocol.md grants.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import { type RedisServer, redisVersion, startRedis } from "../support/redis.ts";
import { testTaskStore } from "./store.suite.ts";

if (redisVersion() === null) {
  describe("task store: Redis", () => {
    it.skip("needs redis-server, which is not installed", () => undefined);
  });
} else {
  let server: RedisServer;
  let url: string;
  beforeAll(async () => {
    server = await startRedis();
    const page = readFileSync(join(import.meta.dirname, "../../docs/wire-protocol.md"), "utf8");
    const rule = /^ACL SETUSER (\S+) on >(\S+) ([^`]*)/m.exec(page)!;
    const [, user, password, rights] = rule;
    await server.raw.call(
      "ACL",
      "SETUSER",
      user,
      "reset",
      "on",
      `>${password}`,
      ...rights.trim().split(/\s+/),
    );
    url = server.url.replace("//", `//${user}:${password}@`);
  });
  afterAll(() => server.stop());
  testTaskStore({ name: "Redis", setup: ({ clock }) => createRedisStore({ url, clock }) });

  it("the documented user may do nothing else", async () => {
    const other = createRedisStore({ url, prefix: "other:" });
    await expect(other.enqueue({ task: { context: "c", script: "1" } })).rejects.toMatchObject({
      code: "denied",
    });
    await other.close();
  });
}
