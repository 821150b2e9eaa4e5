// What a worker does with scripts that do not end, eat memory or kill their thread; and with those beside them.

import { afterEach, describe, expect, it, vi } from "vitest";
import { createMemoryStore } from "../../src/queue/memory/store.ts";
import type { ThreadEvent } from "../../src/queue/worker/pool-types.ts";
import type { WorkerOptions } from "../../src/queue/worker/worker-options.ts";
import { engineModule, markingEngine, Workshop } from "../support/queue-worker.ts";

/** Functions that no deadline inside of the engine can interrupt, and one that kills the thread. */
const { module: marking, marked } = markingEngine();
const HOSTILE = engineModule(`
  import addMarks from ${JSON.stringify(marking)};
  export default function (engine) {
    addMarks(engine);
    engine.registerFn("die", [], () => process.exit(3));
    engine.registerFn("crash_later", [], () => { setTimeout(() => { throw new Error("boom"); }, 20); });
    engine.registerAsyncFn("stuck", [], () => new Promise((resolve) => setTimeout(() => { for (;;); }, 50)));
    engine.registerAsyncFn("never", [], () => new Promise(() => {}));
  }
`);

/** Eats memory in large pieces: small ones keep the garbage collector busy for seconds before it gives up. */
const HUNGRY = "let piece = []; piece.pad(1000, 1); let a = []; loop { a.push(piece + [a.len()]); }";

const shops: Workshop[] = [];

async function open(
  options: Partial<WorkerOptions> = {},
): Promise<Workshop & { events: ThreadEvent["type"][] }> {
  const shop = new Workshop(createMemoryStore(), { engineModule: HOSTILE, ...options });
  shops.push(shop);
  const events: ThreadEvent["type"][] = [];
  shop.worker.on("thread", ({ type }) => events.push(type));
  await shop.worker.start();
  return Object.assign(shop, { events });
}

afterEach(async () => {
  await Promise.all(shops.splice(0).map((shop) => shop.close()));
});

describe("scripts that do not end", () => {
  it("are ended at their deadline without losing the thread", async () => {
    const shop = await open({ killGraceMs: 10_000 });
    for (const script of ["loop {}", "sleep(60)", "never()", "loop { try { throw 1 } catch {} }"]) {
      const { error, status } = await shop.run(script, { timeoutMs: 150 });
      expect({ script, status, error }).toEqual({
        script,
        status: "failed",
        error: { kind: "Timeout", message: "the script ran longer than the 150 ms that it had" },
      });
    }
    expect(shop.events).toEqual(["started"]);
    expect(await shop.outcome("40 + 2")).toBe("42");
  });

  it("lose their thread when they do not react", async () => {
    const shop = await open();
    const start = performance.now();
    const { error, status } = await shop.run("block(60000)", { timeoutMs: 100 });
    expect(status).toBe("failed");
    expect(error).toMatchObject({
      kind: "Timeout",
      message: expect.stringContaining("its thread was ended"),
    });
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(await shop.outcome("40 + 2")).toBe("42");
    expect(shop.events).toEqual(["started", "killed", "started"]);
  });

  it("are retried like other failures", async () => {
    const shop = await open();
    const backoff = { kind: "fixed", baseMs: 10 } as const;
    const spec = { timeoutMs: 1000, maxAttempts: 2, backoff };
    const script = "if attempt() == 1 { block(60000) } attempt()";
    expect(await shop.run(script, spec)).toMatchObject({ status: "completed", output: "2", attempts: 2 });
  });

  it("are ended by a cancel, whatever they do", async () => {
    const shop = await open();
    let marks = 0;
    for (const script of ["loop {}", "never()", "sleep(60)", "block(60000)", "try { loop {} } catch { 1 }"]) {
      const mark = `cancel-${marks++}`;
      const id = await shop.submit(`mark("${mark}"); ${script}`);
      await marked(mark);
      expect(await shop.store.cancel({ id })).toBe("requested");
      expect({ script, status: (await shop.end(id)).status }).toEqual({ script, status: "cancelled" });
    }
    expect(shop.events.filter((type) => type === "killed")).toHaveLength(1);
  });

  it("are ended by a cancel that comes as soon as they are claimed", async () => {
    const shop = await open();
    for (let i = 0; i < 20; i++) {
      const id = await shop.submit("loop {}");
      expect(await shop.store.cancel({ id })).not.toBe("finished");
      expect((await shop.end(id, 2000)).status).toBe("cancelled");
    }
  });

  it("have the worker's time when they ask for none, and no more than its longest", async () => {
    const shop = await open({ limits: { timeoutMs: 100, maxTimeoutMs: 200 } });
    expect((await shop.run("loop {}")).error?.message).toContain("100 ms");
    expect((await shop.run("loop {}", { timeoutMs: 60_000 })).error?.message).toContain("200 ms");
  });
});

describe("scripts beside them", () => {
  it("are handed back uncharged when the culprit is known", async () => {
    const shop = await open();
    const waiting = await shop.submit('mark("waiting"); sleep(0.5); [attempt(), fencing_token()]');
    await marked("waiting");
    const culprit = await shop.submit("block(60000)", { timeoutMs: 100 });
    expect((await shop.end(culprit)).error?.kind).toBe("Timeout");
    const task = await shop.end(waiting);
    expect(task).toMatchObject({ status: "completed", attempts: 1, crashes: 0, output: `[1,${task.token}]` });
    const outcomes = shop.settled.filter(({ task: { id } }) => id === waiting).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["released", "completed"]);
  });

  it("are run again, each alone, when it is not", async () => {
    const shop = await open();
    const bystander = await shop.submit('mark("bystander"); sleep(0.4); attempt()');
    await marked("bystander");
    const culprit = await shop.submit("stuck()", { timeoutMs: 300 });
    expect((await shop.end(culprit)).error?.kind).toBe("Timeout");
    expect(await shop.end(bystander)).toMatchObject({
      status: "completed",
      output: "1",
      attempts: 1,
      crashes: 0,
    });
  });

  it.each([
    ["blocks its thread", "block(60000)"],
    ["ends its thread", "die()"],
  ])("do not run again when they had ended before the one that %s began", async (_, script) => {
    const shop = await open();
    await shop.store.pause({ context: shop.context });
    const before = [await shop.submit("1"), await shop.submit("2"), await shop.submit("3")];
    const culprit = await shop.submit(script, { timeoutMs: 100 });
    await shop.store.resume({ context: shop.context });
    await Promise.all(before.map((id) => shop.end(id)));
    await expect.poll(() => shop.settled.some(({ task: { id } }) => id === culprit)).toBe(true);
    const others = shop.settled.filter(({ task: { id } }) => id !== culprit);
    expect(others.map(({ outcome }) => outcome)).toEqual(["completed", "completed", "completed"]);
  });

  it("begin at once on a thread that has nothing to do", async () => {
    // Without the clock by which waiting scripts are moved to other threads later.
    vi.useFakeTimers({ toFake: ["setInterval"] });
    try {
      const shop = await open({ threads: 2, concurrency: 20 });
      await expect.poll(() => shop.events.filter((type) => type === "started").length).toBe(2);
      const long = await shop.submit('mark("busy"); block(500)');
      await marked("busy");
      await shop.run("1");
      expect((await shop.store.get({ id: long }))?.status).toBe("processing");
      await shop.end(long);
    } finally {
      vi.useRealTimers();
    }
  });

  it("do not wait behind a long script when another thread is free", async () => {
    const shop = await open({ threads: 2, concurrency: 20 });
    const long = await shop.submit('mark("long-1"); block(8000)');
    await marked("long-1");
    const start = performance.now();
    const ends = await Promise.all(Array.from({ length: 10 }, (_, n) => shop.outcome(`${n}`)));
    expect(ends).toHaveLength(10);
    expect(performance.now() - start).toBeLessThan(4000);
    await shop.store.cancel({ id: long });
  });

  it("start in their order, whether they wait or not", async () => {
    const shop = await open();
    await shop.store.pause({ context: shop.context });
    const waiting = await shop.submit("sleep(0.01); timestamp(); 1");
    const blocking = await shop.submit("block(300); 2");
    await shop.store.resume({ context: shop.context });
    const [first, second] = await Promise.all([shop.end(waiting), shop.end(blocking)]);
    expect([first.attempts, second.attempts]).toEqual([1, 1]);
    expect(shop.settled.map(({ outcome }) => outcome)).toEqual(["completed", "completed"]);
  });

  it("go back to the queue when there is no room beside a long script", async () => {
    const shop = await open({ threads: 2, concurrency: 4 });
    await expect.poll(() => shop.events.filter((type) => type === "started").length).toBe(2);
    // It holds one thread for so long that the next two fill the other.
    const first = await shop.submit('mark("full-1"); block(500)');
    await marked("full-1");
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const n of [2, 3]) {
      await shop.submit(`mark("full-${n}"); loop { sleep(0.05); report_progress(0.5); }`);
      await marked(`full-${n}`);
    }
    await shop.end(first);
    const long = await shop.submit('mark("full-4"); block(800)');
    await marked("full-4");
    await new Promise((resolve) => setTimeout(resolve, 300));
    // The worker waits for more already.
    expect(await shop.outcome("40 + 2")).toBe("42");
    expect((await shop.end(long)).status).toBe("completed");
  });

  it("go to another worker when all threads are held", async () => {
    const shop = await open();
    const long = await shop.submit('mark("long-2"); block(8000)');
    await marked("long-2");
    const other = await open({ contexts: [shop.context], store: shop.store });
    const start = performance.now();
    const ends = await Promise.all(Array.from({ length: 10 }, (_, n) => shop.outcome(`${n}`)));
    expect(ends).toHaveLength(10);
    expect(performance.now() - start).toBeLessThan(4000);
    expect(other.settled.length).toBeGreaterThan(0);
    await shop.store.cancel({ id: long });
  });
});

describe("scripts that kill their thread", () => {
  it("count as crashes, and end in quarantine", async () => {
    const shop = await open();
    await shop.store.configure({ context: shop.context, settings: { crashDelayMs: 10, maxCrashes: 2 } });
    const task = await shop.run("die()", { maxAttempts: 5 });
    expect(task).toMatchObject({ status: "failed", deadReason: "quarantined", crashes: 2, attempts: 0 });
    expect(task.error).toEqual({
      kind: "ThreadLost",
      message: "the script's thread died: it ended with code 3",
    });
    expect(shop.events.filter((type) => type === "died")).toHaveLength(2);
    expect(await shop.outcome("40 + 2")).toBe("42");
  });

  it("are found out when several run at once", async () => {
    const shop = await open();
    await shop.store.configure({ context: shop.context, settings: { crashDelayMs: 10, maxCrashes: 1 } });
    const innocent = await shop.submit('mark("innocent"); sleep(0.3); 1');
    await marked("innocent");
    const poison = await shop.submit("crash_later(); sleep(5)");
    expect((await shop.end(poison)).error).toEqual({
      kind: "ThreadLost",
      message: "the script's thread died: boom",
    });
    expect(await shop.end(innocent)).toMatchObject({ status: "completed", crashes: 0, output: "1" });
  });

  it("run out of memory without harm to the worker", async () => {
    const shop = await open({ limits: { heapMb: 48 } });
    await shop.store.configure({ context: shop.context, settings: { maxCrashes: 1 } });
    const { error, deadReason } = await shop.run(HUNGRY, {
      timeoutMs: 20_000,
    });
    expect(deadReason).toBe("quarantined");
    expect(error).toEqual({
      kind: "OutOfMemory",
      message: "the script needed more than the 48 MB of heap that its thread has",
    });
    expect(await shop.outcome("40 + 2")).toBe("42");
  });

  it("may have a smaller heap of their own", async () => {
    const shop = await open();
    await shop.store.configure({ context: shop.context, settings: { maxCrashes: 1 } });
    const spec = { limits: { heapMb: 40 }, timeoutMs: 20_000 };
    expect(await shop.outcome("40 + 2", spec)).toBe("42");
    const { error } = await shop.run(HUNGRY, spec);
    expect(error?.message).toContain("40 MB");
    expect(await shop.outcome("40 + 2", spec)).toBe("42");
  });

  it("keep their smaller heap when their thread is replaced", async () => {
    const shop = await open({ recycle: { tasks: 1 } });
    await shop.store.configure({ context: shop.context, settings: { maxCrashes: 1 } });
    await shop.store.pause({ context: shop.context });
    const limits = { heapMb: 40 };
    const first = await shop.submit("1", { limits });
    // 64 MB: more than its own heap, less than that of the other threads.
    const large = "let a = []; for i in 0..80 { let b = []; b.pad(100000, 1.5); a.push(b); } a.len()";
    const second = await shop.submit(large, { limits });
    await shop.store.resume({ context: shop.context });
    expect((await shop.end(first)).output).toBe("1");
    expect((await shop.end(second)).error?.kind).toBe("OutOfMemory");
  });

  it("are not run for a while after they did so several times in a row", async () => {
    const shop = await open();
    await shop.store.configure({ context: shop.context, settings: { maxCrashes: 1 } });
    const messages: string[] = [];
    for (let i = 0; i < 6; i++) messages.push((await shop.run("die()")).error!.message);
    expect(messages.slice(0, 5)).toEqual(new Array(5).fill("the script's thread died: it ended with code 3"));
    expect(messages[5]).toContain("not run");
    expect(await shop.outcome("40 + 2")).toBe("42");
  });
});

describe("leases", () => {
  it("are renewed while scripts keep all threads busy", async () => {
    const shop = await open({ leaseMs: 1000 });
    const computing = "let start = timestamp(); while start.elapsed < 2.5 {} attempt()";
    for (const script of ["block(2500); attempt()", computing])
      expect(await shop.run(script)).toMatchObject({
        status: "completed",
        output: "1",
        attempts: 1,
        crashes: 0,
      });
  });
});

describe("threads", () => {
  it("are no more than allowed, and only one stays when there is nothing to do", async () => {
    const shop = await open({ threads: 3, concurrency: 30, recycle: { idleMs: 100 } });
    await Promise.all(Array.from({ length: 60 }, () => shop.run("block(10)")));
    expect(shop.worker.health().threads).toBeLessThanOrEqual(3);
    await expect.poll(() => shop.worker.health().threads).toBe(1);
    await Promise.all(Array.from({ length: 60 }, () => shop.run("block(10)")));
    expect(shop.worker.health().threads).toBeGreaterThan(1);
  });

  it("outlive promises of host functions that fail with nobody to notice", async () => {
    const module = engineModule(`
      export default (engine) => {
        engine.registerFn("leak", [], () => { Promise.reject(new Error("lost s3cr3t")); });
      };
    `);
    const shop = new Workshop(createMemoryStore(), { engineModule: module, secrets: ["s3cr3t"] });
    shops.push(shop);
    const complaints: string[] = [];
    shop.worker.on("thread", ({ type, message }) => type === "complaint" && complaints.push(message));
    await shop.worker.start();
    expect(await shop.outcome("leak(); sleep(0.05); 1")).toBe("1");
    expect(complaints).toEqual(["a promise failed with nobody to notice: lost ***"]);
  });

  it("are replaced after so many tasks, while none is lost", async () => {
    const shop = await open({ recycle: { tasks: 20 } });
    const ends = await Promise.all(Array.from({ length: 100 }, (_, n) => shop.outcome(`${n}`)));
    expect(ends).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`));
    expect(shop.settled.every(({ outcome }) => outcome === "completed" || outcome === "released")).toBe(true);
    await expect.poll(() => shop.events.filter((type) => type === "ended").length).toBeGreaterThan(0);
  });
});
