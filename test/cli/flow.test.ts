// `rhai flow` with a real redis-server: runs with a worker, stored runs looked at and changed, serving, export.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../src/flow/definition/builder.ts";
import { FlowExecutor } from "../../src/flow/executor/executor.ts";
import { Engine } from "../../src/runtime/engine.ts";
import { freePort, redisVersion } from "../support/redis.ts";
import { QueueCommand } from "./queue-command.ts";

const SUM = newFlow("sum")
  .addStep(newStep("double").script("input.n * 2"))
  .addStep(newStep("add").script("steps.double.output + 1"))
  .build();

const WAITS = newFlow("waits")
  .addStep(newStep("first").script("1").compensate("2"))
  .addStep(newStep("paid").waitFor("paid", { key: "input.order" }))
  .addStep(newStep("last").script("steps.paid.output.payload"))
  .build();

const FAILS = newFlow("fails")
  .addStep(newStep("ok").script("20"))
  .addStep(newStep("bad").script('if input.fine == true { steps.ok.output + 1 } else { throw "no luck" }'))
  .build();

const STUBBORN = newFlow("stubborn")
  .addStep(
    newStep("ok")
      .script("1")
      .compensate({ script: 'throw "stays"', retry: { count: 0 } }),
  )
  .addStep(newStep("bad").script('throw "no"'))
  .build();

describe.skipIf(redisVersion() === null)("rhai flow, with Redis", () => {
  let rhai: QueueCommand;
  /** Starts flows and advances them, in this process. */
  let executor: FlowExecutor;

  beforeAll(async () => {
    rhai = await QueueCommand.start();
    executor = await FlowExecutor.connect(rhai.redis.url, { engine: new Engine() });
    rhai.rhai.write({
      "sum.yaml": `
name: sum
steps:
  - name: double
    script: print("doubling"); input.n * 2
  - name: add
    script: steps.double.output + 1
`,
      "wait.yaml": "name: wait\nsteps:\n  - { name: w, waitFor: go }\n",
    });
  });
  afterAll(async () => {
    await executor.close();
    await rhai.stop();
  });

  const ended = async (flowId: string) => (await executor.waitFor(flowId, { timeoutMs: 20_000 })).status;
  const until = (flowId: string, status: string) =>
    expect.poll(async () => (await executor.status(flowId)).status, { timeout: 10_000 }).toBe(status);

  describe("run", () => {
    it("says that no worker serves the flow, and goes on as soon as one does", async () => {
      const args = ["flow", "run", "sum.yaml", "--context", "late", "--input", "n:=20"];
      const running = rhai.start(args);
      const [hint] = await running.until(/no worker serves.*/);
      expect(hint).toBe("no worker serves the context 'late': start one with `rhai worker --context late`");
      const worker = rhai.start(["worker", "--context", "late", "--threads", "1"]);
      const { code, stdout, stderr } = await running.ended;
      expect({ code, stdout }).toEqual({ code: 0, stdout: "41\n" });
      expect(stderr).toContain("double | doubling");
      worker.kill("SIGTERM");
      await worker.ended;
    });

    it("leaves a run where it is on Ctrl-C, and finds it again", async () => {
      const running = rhai.start(["flow", "run", "wait.yaml", "--watch", "--context", "left"]);
      await running.until(/w: Waiting/);
      running.kill("SIGINT");
      const { code, stderr } = await running.ended;
      expect(code).toBe(130);
      const [, flowId] = /rhai flow status (\S+) --watch/.exec(stderr) ?? [];
      expect(rhai.json(["flow", "status", flowId, "--context", "left"])).toMatchObject({
        flowId,
        status: "Waiting",
      });
      // Flows of another context are not seen.
      expect(rhai.run(["flow", "list"]).stdout).not.toContain(flowId);
    });

    it("cancels a local run on Ctrl-C, and undoes what it did", async () => {
      rhai.rhai.write({
        "undo.yaml": `
name: undo
steps:
  - { name: a, script: '1', compensate: 'print("undone")' }
  - { name: w, waitFor: never }
`,
      });
      const running = rhai.start(["flow", "run", "undo.yaml", "--local", "--watch"]);
      await running.until(/w: Waiting/);
      running.kill("SIGINT");
      const { code, stdout, stderr } = await running.ended;
      expect(code).toBe(130);
      expect(stderr).toContain("cancelling the flow; once more stops at once");
      expect(stdout).toMatch(/a \| undone$/m);
      expect(stdout).toMatch(/a: Compensated[\s\S]*flow: Cancelled/);
    });

    it("starts a run for others to advance", async () => {
      const { code, stdout } = rhai.run(["flow", "run", "wait.yaml", "--detach", "--key", "k-1"]);
      expect(code).toBe(0);
      const flowId = stdout.trim();
      expect(rhai.run(["flow", "run", "wait.yaml", "--detach", "--key", "k-1"]).stdout.trim()).toBe(flowId);
      await until(flowId, "Waiting");
      await executor.signal(flowId, "go");
      expect(await ended(flowId)).toBe("Completed");
    });

    it("ends at once when nobody is there", async () => {
      const url = `redis://127.0.0.1:${await freePort()}`;
      const { code, stderr } = rhai.run(["flow", "run", "sum.yaml", "--redis", url]);
      expect(code).toBe(3);
      expect(stderr).toMatch(
        /^error: Redis cannot be reached at 127\.0\.0\.1:\d+ \(connection refused\); .*\n$/,
      );
    });
  });

  describe("looking", () => {
    it("shows a run", async () => {
      const flowId = await executor.executeFlow(FAILS, { input: {} });
      expect(await ended(flowId)).toBe("Failed");
      const { code, stdout } = rhai.run(["flow", "status", flowId]);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^fails: Failed, .* {2}${flowId}\\n`));
      expect(stdout).toMatch(/^├─ ✓ ok {3}Completed {2}\d+ ms$/m);
      expect(stdout).toMatch(/^└─ ✗ bad {2}Failed .*no luck$/m);
      expect(stdout).toMatch(/^error +step 'bad': .*no luck$/m);
      expect(rhai.json(["flow", "status", flowId])).toMatchObject({
        flowId,
        status: "Failed",
        completedSteps: ["ok"],
      });
    });

    it("watches a run until its end", async () => {
      const flowId = await executor.executeFlow(WAITS, { input: { order: "w-1" } });
      const watching = rhai.start(["flow", "status", flowId, "--watch"]);
      await watching.until(/paid: Waiting/);
      await executor.signal(flowId, "paid", { key: "w-1", payload: 42 });
      const { code, stdout } = await watching.ended;
      expect(code).toBe(0);
      expect(stdout).toMatch(/last: Completed\n[\d:.]+ {2}flow: Completed\n42\n$/);
    });

    it("lists runs page by page, by status and by name", async () => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n++) ids.unshift(await executor.executeFlow(SUM, { input: { n } }));
      for (const flowId of ids) await ended(flowId);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const more: string[] = cursor === null ? [] : ["--cursor", cursor];
        const page = rhai.json(["flow", "list", "--name", "sum", "--limit", "2", ...more]);
        expect(page.flows.length).toBeLessThanOrEqual(2);
        seen.push(...page.flows.map(({ flowId }: { flowId: string }) => flowId));
        cursor = page.cursor;
      } while (cursor !== null);
      expect(seen).toEqual(ids);
      const table = rhai.run(["flow", "ls", "--status", "completed", "--limit", "1"]).stdout;
      expect(table).toMatch(
        /^ID +FLOW +STATUS +CREATED +TOOK +DETAIL\n\S+ +\w+ +Completed .*\nmore: the same with --cursor '/,
      );
      expect(rhai.run(["flow", "list", "--status", "nope"])).toMatchObject({ code: 2 });
    });

    it("lists every transition", async () => {
      const flowId = await executor.executeFlow(SUM, { input: { n: 1 } });
      await ended(flowId);
      const { stdout } = rhai.run(["flow", "history", flowId]);
      const told = stdout.trimEnd().split("\n");
      expect(told.map((line) => line.split("  ")[1])).toEqual([
        ...[
          "double: Running",
          "flow: Running",
          "double: Completed",
          "add: Running",
          "add: Completed",
          "flow: Completed",
        ],
      ]);
      expect(told[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}.* {2}executor-/);
      expect(rhai.json(["flow", "history", flowId]).entries.length).toBeGreaterThan(2);
    });

    it("draws a run", async () => {
      const flowId = await executor.executeFlow(FAILS, { input: {} });
      await ended(flowId);
      const { stdout } = rhai.run(["flow", "graph", "--run", flowId]);
      expect(stdout).toContain('title: "fails, Failed"');
      expect(stdout).toMatch(/s2\["bad<br\/>Failed: \d+ ms"\]:::Failed/);
    });

    it.each(["status", "history", "graph --run", "export"])(
      "tells in one line that there is no such run: %s",
      (command) => {
        const { code, stdout, stderr } = rhai.run(["flow", ...command.split(" "), "nope"]);
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        expect(stderr).toMatch(/^error: no such flow: nope; `rhai flow list` .*\n$/);
      },
    );
  });

  describe("changing", () => {
    it("pauses, resumes, signals and delivers", async () => {
      const flowId = await executor.executeFlow(WAITS, { input: { order: "p-1" } });
      await until(flowId, "Waiting");
      expect(rhai.run(["flow", "pause", flowId])).toMatchObject({ code: 0 });
      await until(flowId, "Paused");
      const signal = [
        "flow",
        "signal",
        flowId,
        "paid",
        "--key",
        "p-1",
        "--data",
        '{"big":9007199254740993}',
        "--id",
        "e1",
      ];
      expect(rhai.run(signal).stdout).toBe(`sent to ${flowId}\n`);
      expect(rhai.json(signal)).toEqual({ flowId, event: "paid", outcome: "duplicate" });
      expect((await executor.status(flowId)).status).toBe("Paused");
      expect(rhai.run(["flow", "resume", flowId]).stdout).toBe(`${flowId} goes on\n`);
      expect(await ended(flowId)).toBe("Completed");
      expect((await executor.store.get({ id: flowId }))?.flow.output).toBe('{"big":9007199254740993}');

      const other = await executor.executeFlow(WAITS, { input: { order: "p-2" } });
      await until(other, "Waiting");
      expect(rhai.run(["flow", "deliver", "paid", "--key", "p-2"]).stdout).toBe(`sent to 1 flow: ${other}\n`);
      expect(await ended(other)).toBe("Completed");
      expect(rhai.json(["flow", "deliver", "paid", "--key", "p-3"])).toEqual({
        event: "paid",
        ids: [],
        kept: true,
      });
      const late = await executor.executeFlow(WAITS, { input: { order: "p-3" } });
      expect(await ended(late)).toBe("Completed");
    });

    it("cancels several, and goes on after one that there is not", async () => {
      const ids = [await executor.executeFlow(WAITS, { input: { order: "c-1" } }), "nope"];
      ids.push(await executor.executeFlow(WAITS, { input: { order: "c-2" } }));
      const { code, stdout, stderr } = rhai.run(["flow", "cancel", ...ids, "--reason", "not wanted"]);
      expect(code).toBe(1);
      expect(stdout).toBe(`${ids[0]} is being cancelled\n${ids[2]} is being cancelled\n`);
      expect(stderr).toContain("error: no such flow: nope");
      for (const flowId of [ids[0], ids[2]]) expect(await ended(flowId)).toBe("Cancelled");
      const view = await executor.status(ids[0]);
      expect(view.error?.message).toBe("not wanted");
      expect(view.steps[0].status).toBe("Compensated");
      expect(rhai.run(["flow", "cancel", ids[0]]).stdout).toBe(`${ids[0]} had ended before\n`);
      expect(rhai.run(["flow", "pause", ids[0]])).toMatchObject({ code: 1, stdout: "" });
    });

    it("does a failed run again, taking over what was done", async () => {
      const flowId = await executor.executeFlow(FAILS, { input: {} });
      expect(await ended(flowId)).toBe("Failed");
      const { stdout } = rhai.run(["flow", "retry", flowId, "--input", "fine:=true", "--from", "bad"]);
      const newId = stdout.trim();
      expect(await executor.waitFor(newId, { timeoutMs: 10_000 })).toMatchObject({
        status: "Completed",
        output: 21,
      });
      expect((await executor.status(newId)).rerunOf).toBe(flowId);
      const [{ newFlowId }] = rhai.json(["flow", "retry", flowId]);
      expect(await ended(newFlowId)).toBe("Failed");
      expect(rhai.run(["flow", "retry", flowId, "--from", "nope"])).toMatchObject({ code: 2 });
      expect(rhai.run(["flow", "retry", flowId, "--undo", "--from", "bad"])).toMatchObject({ code: 2 });
    });

    it("shows what could not be undone, and tries it again", async () => {
      const flowId = await executor.executeFlow(STUBBORN);
      expect(await ended(flowId)).toBe("Failed");
      expect(rhai.run(["flow", "list", "--uncompensated"]).stdout).toMatch(
        new RegExp(`^${flowId} .*not undone: ok; `, "m"),
      );
      expect(rhai.run(["flow", "status", flowId]).stdout).toMatch(/✓ ok .*could not be undone, .*stays$/m);
      const before = (await executor.history(flowId)).length;
      expect(rhai.run(["flow", "retry", "--undo", flowId]).stdout).toBe(
        `${flowId}: undoing is tried again\n`,
      );
      await expect
        .poll(async () => (await executor.history(flowId)).length, { timeout: 5000 })
        .toBeGreaterThan(before);
      const { stderr } = rhai.run([
        "flow",
        "retry",
        "--undo",
        await executor.executeFlow(SUM, { input: { n: 1 } }),
      ]);
      expect(stderr).toContain("nothing left to undo");
    });
  });

  describe("serve", () => {
    it("advances flows and takes signals over HTTP until it is told to stop", async () => {
      const port = await freePort();
      const context = ["--context", "served"];
      const serving = rhai.start(["flow", "serve", "--listen", `127.0.0.1:${port}`, ...context], {
        RHAI_FLOW_TOKEN: "t0ken",
      });
      await serving.until(new RegExp(`serving flows of the context 'served' and http://127.0.0.1:${port}`));
      const flowId = rhai.run(["flow", "run", "wait.yaml", "--detach", ...context]).stdout.trim();
      const post = (authorization: string) =>
        fetch(`http://127.0.0.1:${port}/flows/${flowId}/signals/go`, {
          method: "POST",
          body: '{"by":"ada"}',
          headers: { "content-type": "application/json", authorization },
        });
      expect((await post("Bearer wrong")).status).toBe(401);
      expect((await post("Bearer t0ken")).status).toBe(202);
      const watched = rhai.run(["flow", "status", flowId, "--watch", ...context]);
      expect(watched.stdout).toContain('"payload":{"by":"ada"}');
      serving.kill("SIGTERM");
      expect((await serving.ended).code).toBe(0);
    });

    it("lets nobody but this machine in without a token", () => {
      const { code, stderr } = rhai.run(["flow", "serve", "--listen", "0.0.0.0:0"], {
        env: { RHAI_FLOW_TOKEN: "" },
      });
      expect(code).toBe(2);
      expect(stderr).toBe(
        "error: --listen 0.0.0.0: others are let in with a token only: set RHAI_FLOW_TOKEN\n",
      );
    });
  });

  it("schedules flows, lists and removes the schedules", () => {
    const context = ["--context", "timed"];
    const rule = ["--cron", "0 3 * * *", "--time-zone", "Europe/Brussels"];
    const { code, stdout } = rhai.run([
      "flow",
      "schedule",
      "sum.yaml",
      ...context,
      ...rule,
      "--input",
      "n:=1",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sum: next at \d{4}-\d\d-\d\dT0[12]:00:00\.000Z, where an executor runs/);
    expect(rhai.run(["flow", "schedules", ...context]).stdout).toMatch(
      /^NAME +RULE +NEXT +LAST +LAST RUN\nsum +0 3 \* \* \* Europe\/Brussels +\S+Z +- +-\n$/,
    );
    expect(rhai.json(["flow", "schedules", ...context]).schedules[0]).toMatchObject({
      name: "sum",
      input: '{"n":1}',
    });
    const wrong = rhai.run(["flow", "schedule", "sum.yaml", ...context, "--cron", "0 3"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^error: invalid value: .*\n$/);
    expect(rhai.run(["flow", "unschedule", "sum", ...context]).stdout).toBe("schedule sum removed\n");
    expect(rhai.run(["flow", "unschedule", "sum", ...context])).toMatchObject({ code: 1 });
  });

  it("exports a run to a file that opens elsewhere", async () => {
    const flowId = await executor.executeFlow(FAILS, { input: { order: 7 } });
    await ended(flowId);
    const { code, stdout } = rhai.run(["flow", "export", flowId, "--out", "run.json"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "run.json: 1 run, 2 attempts\n" });
    const file = JSON.parse(readFileSync(join(rhai.rhai.folder, "run.json"), "utf8"));
    expect(file).toMatchObject({
      format: "rhai-flow-run",
      runs: [{ flowId, flow: { input: '{"order":7}' } }],
    });
    expect(rhai.run(["flow", "export", flowId]).stdout).toContain('"format": "rhai-flow-run"');
    expect(rhai.run(["flow", "import", "run.json", "--replay"])).toMatchObject({ code: 0 });
  });
});
