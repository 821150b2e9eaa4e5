// The worker's numbers for Prometheus while its store is away.

import { describe, expect, it } from "vitest";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import { WorkerMetrics } from "../../src/queue/worker/metrics.ts";
import { freePort } from "../support/redis.ts";

describe("metrics of a worker", () => {
  it("come after one deadline, however many contexts there are, when the store is away", async () => {
    const deadlineMs = 300;
    const store = createRedisStore({ url: `redis://127.0.0.1:${await freePort()}`, deadlineMs });
    const contexts = Array.from({ length: 20 }, (_, i) => `c${i}`);
    const metrics = new WorkerMetrics({
      store,
      contexts,
      concurrency: 7,
      running: () => 0,
      threads: () => 1,
      silentMs: () => 0,
    });
    const start = performance.now();
    const text = await metrics.registry.metrics();
    expect(performance.now() - start).toBeLessThan(6 * deadlineMs);
    expect(text).toContain("rhai_worker_concurrency 7");
    expect(text).not.toContain("rhai_queue_tasks{");
    await store.close();
  });
});
