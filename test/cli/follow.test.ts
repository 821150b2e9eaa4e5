// Watching a task until its end: nothing that it printed is missed.

import { describe, expect, it } from "vitest";
import { type FollowListener, followTask } from "../../src/cli/queue/follow.ts";
import { createMemoryStore } from "../../src/queue/memory/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";

describe("following a task", () => {
  it("tells the last lines also when the task ends while it is being looked at", async () => {
    const store = createMemoryStore();
    const context = "watched";
    const workerId = "w";
    const { id } = await store.enqueue({ task: { context, script: "1" } });
    const [{ token }] = (await store.claim({ context, workerId, leaseMs: 60_000, limit: 1 })).tasks;
    let looks = 0;
    const watched: TaskStore = {
      ...store,
      logs: async (params) => {
        const page = await store.logs(params);
        if (++looks !== 2) return page;
        // Behind the back of the look that is under way.
        await store.log({ context, id, token, lines: [{ level: "print", text: "last words" }] });
        await store.complete({ context, workerId, id, token, output: "1" });
        await new Promise((resolve) => setTimeout(resolve, 20));
        return page;
      },
    };
    const lines: string[] = [];
    const nothing = () => {};
    const listener: FollowListener = {
      onStatus: nothing,
      onProgress: nothing,
      onTrouble: nothing,
      onLog: ({ text }) => void lines.push(text),
    };
    const result = await followTask(watched, { id }, { listener, signal: new AbortController().signal });
    expect(result).toMatchObject({ status: "completed" });
    expect(lines).toEqual(["last words"]);
    await store.close();
  });
});
