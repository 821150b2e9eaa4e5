// The mock API, the virtual clock, and tests of flows as files.

import { describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { FlowDefinitionError, issueText } from "../../../src/flow/definition/issues.ts";
import { MockApi } from "../../../src/flow/mock/mock-api.ts";
import { parseMocks } from "../../../src/flow/mock/mocks-file.ts";
import { differences, testFlow } from "../../../src/flow/mock/test-flow.ts";
import { VirtualClock } from "../../../src/flow/mock/virtual-clock.ts";
import { Engine } from "../../../src/runtime/engine.ts";
import { stepJob } from "../step-job.ts";

const step = (name: string) => newStep(name).script(`${name}_script`);
const one = newFlow("x").addStep(step("a").build()).build();

describe("testFlow", () => {
  it("answers steps as told, call by call, whatever their scripts are", async () => {
    const flow = newFlow("x")
      .addStep(newStep("a").script("this is no script at all").retries(3).build())
      .build();
    const { flow: run, calls } = await testFlow(flow, {
      input: { n: 1 },
      steps: {
        a: [
          { error: "no", times: 2 },
          { error: { kind: "Timeout", message: "late" } },
          { output: [1, "two"] },
        ],
      },
    });
    expect(run).toMatchObject({ status: "Completed", output: [1, "two"] });
    expect(calls).toHaveLength(4);
    expect(calls[0]).toMatchObject({
      kind: "step",
      name: "a",
      attempt: 1,
      args: { input: { n: 1 } },
      flowId: run.flowId,
    });
  });

  it("lets days pass in no time", async () => {
    const flow = newFlow("x")
      .addStep(step("a").build())
      .addStep(newStep("wait").waitFor("paid", { timeout: "14d" }).build())
      .addStep(newStep("pause").sleep("30d").build())
      .build();
    const start = performance.now();
    const { flow: run, elapsedMs } = await testFlow(flow, {
      steps: { a: { delay: "2h" } },
      signals: [{ event: "paid", after: "3d", payload: 7 }],
    });
    expect(run.status).toBe("Completed");
    expect(elapsedMs).toBe(33 * 86_400_000);
    expect(run.steps[1].output).toMatchObject({ payload: 7 });
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it("ends steps that never answer by their timeouts", async () => {
    const flow = newFlow("x")
      .addStep(step("a").timeout(5).retry({ count: 1, delay: 10, jitter: 0 }).build())
      .build();
    const { flow: run, elapsedMs } = await testFlow(flow, { steps: { a: { timeout: true } } });
    expect(run).toMatchObject({ status: "Failed", error: { kind: "Timeout" } });
    expect(elapsedMs).toBe(20_000);
  });

  it("says so when nothing can happen any more", async () => {
    const flow = newFlow("x").addStep(newStep("w").waitFor("never").build()).build();
    const tested = await testFlow(flow);
    expect(tested).toMatchObject({ hung: true, flow: { status: "Waiting" } });
    expect(differences(tested, { status: "Completed" })).toEqual([
      "the flow did not end: it is Waiting",
      'status: expected "Completed", got "Waiting"',
    ]);
    expect(differences(tested, { status: "Waiting" })).toEqual([]);
  });

  it("runs the scripts of steps without replies, with mocked functions in all their forms", async () => {
    const script =
      'let a = charge(1, #{ x: 2 }); a += "card".charge(); try { charge() } catch (e) { a += e } a';
    const flow = newFlow("x").addStep(newStep("a").script(script).build()).build();
    const { flow: run, calls } = await testFlow(flow, {
      functions: { charge: [{ output: 40 }, { output: 2, delay: 5 }, { error: "out of money" }] },
    });
    expect(run.output).toBe("42out of money");
    expect(calls.filter(({ kind }) => kind === "function").map(({ args }) => args)).toEqual([
      [1, { x: 2 }],
      ["card"],
      [],
    ]);
  });

  it("runs scripts on an engine of the caller's", async () => {
    const engine = new Engine().registerFn("double", ["int"], (n: number) => n * 2);
    const flow = newFlow("x").addStep(newStep("a").script("double(21)").build()).build();
    expect((await testFlow(flow, { engine })).flow.output).toBe(42);
  });

  it("answers single items, nested flows and compensations", async () => {
    const flow = newFlow("x")
      .addStep(newStep("e").forEach("[1, 2, 3]").script("e").compensate("undo e").build())
      .addStep(newStep("in").flow(one).build())
      .addStep(step("bad").build())
      .build();
    const tested = await testFlow(flow, {
      steps: { "e[1]": { output: "second" }, e: { output: "other" }, a: {}, bad: { error: "no" } },
      compensations: { e: [{ error: "not yet" }, {}] },
    });
    expect(tested.flow.steps[0].status).toBe("Compensated");
    expect(tested.calls.filter(({ kind, name }) => kind === "compensation" && name === "e")).toHaveLength(4);
    expect(tested.calls.map(({ name }) => name)).toContain("a");
    expect(differences(tested, { status: "Failed", error: "no", compensated: ["e", "e", "e", "e"] })).toEqual(
      [],
    );
  });

  it("cancels in the middle", async () => {
    const flow = newFlow("x").addStep(step("a").build()).addStep(newStep("w").waitFor("go").build()).build();
    const { flow: run, elapsedMs } = await testFlow(flow, {
      steps: { a: {} },
      cancel: { after: "1h", reason: "enough" },
    });
    expect(run).toMatchObject({ status: "Cancelled", error: { message: "enough" } });
    expect(elapsedMs).toBe(3_600_000);
  });

  it("tells every difference from what was expected", async () => {
    const tested = await testFlow(one, { steps: { a: { output: { n: 1 }, delay: 5 } } });
    expect(
      differences(tested, {
        status: "Failed",
        output: { n: 2 },
        error: "boom",
        steps: { a: { status: "Failed", attempts: 2, output: 3, error: "x" }, z: { status: "Completed" } },
        calls: { a: 2 },
        compensated: ["a"],
        seconds: 1,
      }),
    ).toEqual([
      'status: expected "Failed", got "Completed"',
      'output: expected {"n":2}, got {"n":1}',
      'error: expected one that mentions "boom", got null',
      'step a: status: expected "Failed", got "Completed"',
      "step a: attempts: expected 2, got 1",
      'step a: output: expected 3, got {"n":1}',
      'step a: error: expected one that mentions "x", got null',
      "step z: there is none",
      'step z: status: expected "Completed", got undefined',
      "calls of a: expected 2, got 1",
      'compensated: expected ["a"], got []',
      "time: expected at most 1 s, took 5 s",
    ]);
  });
});

describe("MockApi", () => {
  it("knows an attempt by its id: it is not done again", async () => {
    const mock = new MockApi({ steps: { a: [{ output: 1 }, { output: 2 }] } });
    const [first, again] = [await mock.run(stepJob()), await mock.run(stepJob())];
    expect(again).toEqual(first);
    expect(mock.callsOf("a")).toHaveLength(1);
    expect(await mock.run(stepJob({ taskId: "t2" }))).toEqual({ kind: "completed", output: "2" });
  });

  it("stops what was told to stop", async () => {
    const mock = new MockApi({ steps: { a: { timeout: true } } });
    const running = mock.run(stepJob());
    await mock.stop(stepJob());
    expect(await running).toEqual({ kind: "stopped" });
  });
});

describe("VirtualClock", () => {
  it("wakes sleepers in the order of their times, and stands still otherwise", async () => {
    const clock = new VirtualClock(0);
    const woken: number[] = [];
    const stop = new AbortController();
    for (const ms of [30, 10, 20]) void clock.sleep(ms).then(() => woken.push(clock.now()));
    void clock.sleep(25, stop.signal).then(() => woken.push(-1));
    stop.abort();
    await clock.advance(25);
    expect(woken).toEqual([-1, 10, 20]);
    expect([clock.now(), clock.next]).toEqual([25, 30]);
    expect(await clock.runUntil(() => woken.length === 4)).toBe(true);
    expect(await clock.runUntil(() => false)).toBe(false);
  });
});

describe("mocks in files", () => {
  it("are read from YAML", () => {
    const mocks = parseMocks(
      "steps: { a: [{ error: x, times: 2 }, { output: 1 }] }\nsignals: [{ event: go, after: 5m }]\nexpect: { status: Completed }",
    );
    expect(mocks).toEqual({
      steps: { a: [{ error: "x", times: 2 }, { output: 1 }] },
      signals: [{ event: "go", after: "5m" }],
      expect: { status: "Completed" },
    });
    expect(parseMocks("")).toEqual({});
  });

  it.each([
    ["stepz: {}", 'm.yaml:1:1: Unrecognized key: "stepz"'],
    ["steps:\n  a: { outputs: 1 }", "m.yaml:2:6: steps.a: "],
    [
      "signals:\n  - { event: go, after: soon }",
      "m.yaml:2:25: signals.0.after: expected a duration: seconds, or a text like `90s` or `5m`",
    ],
    ["expect: { status: Done }", "m.yaml:1:19: expect.status: Invalid option"],
  ])("complain about %j", (text, message) => {
    try {
      parseMocks(text, "m.yaml");
      throw new Error("expected a FlowDefinitionError");
    } catch (error) {
      expect(error).toBeInstanceOf(FlowDefinitionError);
      expect((error as FlowDefinitionError).issues.map(issueText).join("\n")).toContain(message);
    }
  });
});
