// What surrounds the scripts of a worker: engine modules, folders of scripts and modules, secrets, signatures.

import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RhaiDispatcher } from "../../src/queue/dispatcher/dispatcher.ts";
import { createMemoryStore } from "../../src/queue/memory/store.ts";
import { signedBytes, TaskSigner } from "../../src/queue/signature.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { EngineLoadError } from "../../src/queue/worker/thread-pool.ts";
import type { WorkerOptions } from "../../src/queue/worker/worker-options.ts";
import { engineModule, temporaryFolder, Workshop } from "../support/queue-worker.ts";

let store: TaskStore;
let shop: Workshop | null = null;

beforeEach(() => {
  store = createMemoryStore();
});

afterEach(async () => {
  await shop?.close();
  shop = null;
  await store.close();
});

async function open(options: Partial<WorkerOptions>): Promise<Workshop> {
  shop = await Workshop.open(store, options);
  return shop;
}

describe("engine modules", () => {
  it("add functions, also asynchronous ones, and settings", async () => {
    const module = engineModule(`
      export default async function configure(engine, { workerId, contexts }) {
        engine.registerFn("twice", ["i64"], (x) => x * 2);
        engine.registerAsyncFn("later", ["i64"], async (x) => x + 1);
        engine.registerFn("facts", [], () => [typeof workerId, contexts.length]);
        engine.setMaxStringSize(100);
      }
    `);
    const { outcome, context } = await open({ engineModule: module });
    void context;
    const run = outcome.bind(shop);
    expect(await run("twice(20) + later(1)")).toBe("42");
    expect(await run("facts()")).toBe('["string",1]');
    expect(await run('let s = ""; s.pad(101, "x"); s')).toBe("ErrorDataTooLarge");
  });

  it("may be exported by name", async () => {
    const module = engineModule(
      `export const createEngine = (engine) => engine.registerFn("one", [], () => 1);`,
    );
    expect(await (await open({ engineModule: module })).outcome("one()")).toBe("1");
  });

  it("tell failing host functions from failing scripts", async () => {
    const module = engineModule(`
      export default (engine) => {
        engine.registerFn("fail", [], () => { throw new Error("the printer is on fire"); });
        engine.registerAsyncFn("fail_later", [], async () => { throw new Error("the printer is on fire"); });
      };
    `);
    const { run } = await open({ engineModule: module });
    for (const call of ["fail()", "fail_later()"]) {
      const { error } = await run.call(shop, `let a = 1;\n${call}`);
      expect(error).toMatchObject({
        kind: "ErrorRuntime",
        message: expect.stringContaining("the printer is on fire"),
        position: { line: 2, column: 1 },
      });
    }
  });

  it.each([
    ["a file that is missing", () => join(temporaryFolder(), "missing.mjs"), "missing.mjs"],
    ["what does not parse", () => engineModule("export default {"), "Unexpected"],
    ["what throws while loading", () => engineModule('throw new Error("no licence")'), "no licence"],
    [
      "a factory that throws",
      () => engineModule('export default () => { throw new Error("no key") }'),
      "no key",
    ],
    ["what is no factory", () => engineModule("export default 5"), "neither a default export nor"],
    [
      "a factory that returns something else",
      () => engineModule("export default () => ({})"),
      "has to return an Engine",
    ],
  ])("that cannot be used are reported at the start: %s", async (_, file, message) => {
    const broken = new Workshop(store, { engineModule: file() });
    const error = await broken.worker.start().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EngineLoadError);
    expect((error as Error).message).toContain(message);
    expect(broken.worker.health().state).toBe("stopped");
  });

  it("that break later make the worker unready, and hand tasks back", async () => {
    const flag = join(temporaryFolder(), "flag");
    const module = engineModule(`
      import { existsSync } from "node:fs";
      export default (engine) => {
        if (existsSync(${JSON.stringify(flag)})) throw new Error("the disk is gone");
        engine.registerFn("die", [], () => process.exit(1));
      };
    `);
    const { worker } = await open({ engineModule: module });
    await store.configure({ context: shop!.context, settings: { maxCrashes: 1 } });
    writeFileSync(flag, "");
    await shop!.run("die()");
    await expect.poll(() => worker.health().ok).toBe(false);
    expect(worker.health().reasons.join()).toContain("the disk is gone");
    const id = await shop!.submit("1");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await store.get({ id })).toMatchObject({ status: "pending", attempts: 0 });
  });

  it("can name secrets, which are blanked out in what others read", async () => {
    const module = engineModule(`
      export default (engine, { addSecret }) => {
        addSecret("sk_live_12345");
        engine.registerFn("charge", [], () => { throw new Error("key sk_live_12345 is not valid"); });
      };
    `);
    const { run } = await open({ engineModule: module, secrets: ["hunter22"] });
    const task = await run.call(
      shop,
      'print("the key is sk_live_12345, hunter22"); report_progress(1, "hunter22"); charge()',
    );
    expect(task.error?.message).toBe("Runtime error: key *** is not valid");
    expect(task.progressMessage).toBe("***");
    expect((await store.logs({ id: task.id })).lines[0].text).toBe("the key is ***, ***");
  });
});

describe("logs", () => {
  it("say what happened, and nothing that a task holds", async () => {
    const lines: string[] = [];
    const logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    const { worker } = await open({ logger });
    const { id } = await shop!.run('print("PRIVATE"); let a = PRIVATE; throw "PRIVATE " + a', {
      args: '{"PRIVATE":"PRIVATE"}',
    });
    await shop!.run('"PRIVATE"');
    await worker.stop();
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining([
        "script thread",
        "worker ready",
        "task settled",
        "worker stopping",
        "worker stopped",
      ]),
    );
    expect(logged.find(({ task }) => task === id)).toMatchObject({
      workerId: worker.id,
      context: shop!.context,
      outcome: "failed",
      error: "ErrorRuntime",
      position: { line: 1 },
    });
    expect(lines.join("")).not.toContain("PRIVATE");
  });
});

describe("folders", () => {
  function folders(): { readonly root: string; readonly outside: string } {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    writeFileSync(join(outside, "secret.rhai"), "fn of() { 1 } 666");
    writeFileSync(join(root, "main.rhai"), "#!/usr/bin/env rhai\nx + 1");
    writeFileSync(join(root, "large.rhai"), "/".repeat(2000));
    writeFileSync(join(root, "broken.rhai"), "\nlet = 1");
    mkdirSync(join(root, "sub"));
    writeFileSync(join(root, "sub", "lib.rhai"), "fn of(x) { x * 2 }");
    symlinkSync(join(outside, "secret.rhai"), join(root, "link.rhai"));
    symlinkSync(outside, join(root, "door"));
    return { root, outside };
  }

  it("of scripts let nobody out", async () => {
    const { root, outside } = folders();
    const { run } = await open({ scriptsRoot: root, limits: { scriptBytes: 1000 } });
    const outcome = async (scriptPath: string) => {
      const { output, error } = await run.call(shop, "", { scriptPath, args: '{"x":1}' });
      return output ?? error?.kind;
    };
    expect(await outcome("main.rhai")).toBe("2");
    expect(await outcome("sub/../main.rhai")).toBe("2");
    expect(await outcome("missing.rhai")).toBe("ScriptNotFound");
    expect(await outcome("large.rhai")).toBe("ScriptTooLarge");
    expect(await outcome("broken.rhai")).toBe("ErrorParsing");
    const out = [
      "../secret.rhai",
      "link.rhai",
      "door/secret.rhai",
      join(outside, "secret.rhai"),
      "sub",
      "",
      ".",
    ];
    for (const path of [...out, "a\0b", "sub/../../x", join(root, "main.rhai")])
      expect([path, await outcome(path || "./")]).toEqual([path, "ScriptPathRefused"]);
  });

  it("of modules let nobody out", async () => {
    const { root } = folders();
    const { outcome } = await open({ modulesRoot: root });
    const run = (path: string) => outcome.call(shop, `import "${path}" as m; m::of(21)`);
    expect(await run("sub/lib")).toBe("42");
    for (const path of ["../secret", "link", "door/secret", "/etc/passwd", "sub/../../secret"])
      expect([path, await run(path)]).toEqual([path, "ErrorModuleNotFound"]);
  });

  it("have to be there", async () => {
    const missing = new Workshop(store, { scriptsRoot: join(temporaryFolder(), "missing") });
    await expect(missing.worker.start()).rejects.toThrow("missing");
  });
});

describe("signed tasks", () => {
  const keys = generateKeyPairSync("ed25519");
  const pem = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  const strangers = generateKeyPairSync("ed25519");

  async function signingShop(): Promise<Workshop> {
    return await open({
      trustedKeys: { web: [pem, generateKeyPairSync("ed25519").publicKey], other: strangers.publicKey },
    });
  }

  it("run when one of the caller's keys signed them", async () => {
    const { context } = await signingShop();
    const dispatcher = new RhaiDispatcher({ store, context, callerId: "web", signingKey: keys.privateKey });
    expect(await dispatcher.run({ script: "a + 1", args: { a: 41 }, meta: "é" })).toBe(42);
    const text = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const again = new RhaiDispatcher({ store, context, callerId: "web", signingKey: text });
    expect(await again.run({ script: "1" })).toBe(1);
  });

  it("run when a schedule submits them", async () => {
    const { context } = await signingShop();
    const dispatcher = new RhaiDispatcher({ store, context, callerId: "web", signingKey: keys.privateKey });
    await dispatcher.schedules.put({ name: "s", every: "1s", script: "42" });
    await expect.poll(() => shop!.settled[0]?.outcome, { timeout: 5000 }).toBe("completed");
  });

  it.each([
    ["nobody signed it", {}, "is not signed"],
    ["its caller is not known", { callerId: "nobody", signature: "AA" }, 'no key of caller "nobody"'],
    ["its caller is not named", { callerId: undefined, signature: "AA" }, "no key of caller (none)"],
    ["another caller's key signed it", { callerId: "other" }, "none of those of caller"],
    ["the script was changed", { script: "2" }, "does not fit"],
    ["the arguments were changed", { args: '{"a":2}' }, "does not fit"],
    ["it was copied to another id", { id: "another" }, "does not fit"],
    ["the signature is garbage", { signature: "%%%" }, "does not fit"],
    ["the key's name is wrong", { signedBy: "x" }, "none of those"],
  ])("are refused when %s", async (why, change, message) => {
    const { context } = await signingShop();
    const task = { id: `t-${context}`, context, callerId: "web", script: "1", args: '{"a":1}' };
    const signature = new TaskSigner(keys.privateKey).sign(task);
    const forged = { ...task, ...(why !== "nobody signed it" && signature), ...change, maxAttempts: 3 };
    const { id } = await store.enqueue({ task: forged });
    const { error, deadReason, attempts } = await shop!.end(id);
    expect({ kind: error?.kind, deadReason, attempts }).toEqual({
      kind: "SignatureInvalid",
      deadReason: "notRetryable",
      attempts: 1,
    });
    expect(error?.message).toContain(message);
  });

  it("are signed over documented bytes", () => {
    const fields = {
      id: "{c}7",
      context: "c",
      callerId: "web",
      script: "ä",
      args: null,
      scriptPath: undefined,
    };
    expect(signedBytes(fields).toString()).toBe(
      "rhai-task-1\nid:1:7\ncontext:1:c\ncallerId:3:web\nscript:2:ä\n",
    );
    const firing = { id: "schedule:c:s:1700000000000", context: "c", schedule: "s" };
    expect(signedBytes(firing).toString()).toBe("rhai-task-1\nid:12:schedule:c:s\ncontext:1:c\n");
  });

  it("need a key that is one, and a caller", async () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
    for (const signingKey of [rsa.privateKey, keys.publicKey, "not a key"])
      expect(() => new RhaiDispatcher({ store, signingKey })).toThrow("Ed25519 private key");
    expect(() => new Workshop(store, { trustedKeys: { web: "not a key" } })).toThrow("Ed25519 public key");
    const nameless = new RhaiDispatcher({ store, context: "c", signingKey: keys.privateKey });
    await expect(nameless.submit({ script: "1" })).rejects.toThrow("caller id");
  });
});
