// Connecting an executor: URLs, stores that are shared, stores that are away.

import { describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { FlowExecutor } from "../../../src/flow/executor/executor.ts";
import { isQueueError } from "../../../src/queue/errors.ts";
import { Engine } from "../../../src/runtime/engine.ts";
import { freePort } from "../../support/redis.ts";

const flow = newFlow("x").addStep(newStep("a").script("40 + 2").build()).build();

describe("FlowExecutor.connect", () => {
  it("opens a store of its own, or shares one by its name as long as somebody has it open", async () => {
    const [one, two] = [await FlowExecutor.connect("memory://a"), await FlowExecutor.connect("memory://a")];
    const alone = await FlowExecutor.connect("memory://");
    const flowId = await one.executeFlow(flow);
    expect((await two.waitFor(flowId)).output).toBe(42);
    expect((await alone.counts()).total).toBe(0);
    await one.close();
    expect((await two.counts()).total).toBe(1);
    await two.close();
    const later = await FlowExecutor.connect("memory://a");
    expect((await later.counts()).total).toBe(0);
    await Promise.all([later.close(), alone.close()]);
  });

  it("runs the scripts on the engine that it is given", async () => {
    const engine = new Engine().registerFn("double", ["int"], (n: number) => 2 * n);
    await using executor = await FlowExecutor.connect("memory://", { engine });
    const doubled = newFlow("x").addStep(newStep("a").script("double(21)").build()).build();
    expect((await executor.waitFor(await executor.executeFlow(doubled))).output).toBe(42);
  });

  it("refuses what is no store, without showing the URL", async () => {
    for (const url of ["http://user:secret@host/", "redis", "memory+cluster://x"]) {
      const error: unknown = await FlowExecutor.connect(url).catch((reason: unknown) => reason);
      expect(isQueueError(error, "invalid"), url).toBe(true);
      expect(String(error)).not.toContain("secret");
    }
  });

  it("says within its deadline that no server answers", async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const error: unknown = await FlowExecutor.connect(url, { deadlineMs: 200 }).catch(
      (reason: unknown) => reason,
    );
    expect(isQueueError(error, "unavailable")).toBe(true);
  });

  it("takes several nodes of a cluster", async () => {
    const url = `redis+cluster://127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`;
    const error: unknown = await FlowExecutor.connect(url, { deadlineMs: 200 }).catch(
      (reason: unknown) => reason,
    );
    expect(isQueueError(error, "unavailable"), String(error)).toBe(true);
  });
});
