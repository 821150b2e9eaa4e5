// Single transitions: what each rule of a definition makes of a run.

import { describe, expect, it } from "vitest";
import { defineFlow } from "../../../src/flow/definition/define.ts";
import type { FlowInput } from "../../../src/flow/definition/schema.ts";
import { type Plan, planOf } from "../../../src/flow/plan.ts";
import { type FlowState, nextDue } from "../../../src/flow/state.ts";
import type { Effect, FlowEvent, Outcome } from "../../../src/flow/transition/events.ts";
import { newRun, transition } from "../../../src/flow/transition/transition.ts";

/** A run that is told what happens. */
class Run {
  readonly plan: Plan;
  state: FlowState;
  now = 1_000_000;
  effects: readonly Effect[] = [];

  constructor(
    steps: FlowInput["steps"],
    { input = "{}", ...more }: Partial<Omit<FlowInput, "input" | "steps">> & { input?: string } = {},
  ) {
    this.plan = planOf(defineFlow({ name: "x", ...more, steps }));
    this.state = newRun(this.plan, { flowId: "f", input }, this.now);
    this.feed({ kind: "start" });
  }

  feed(event: FlowEvent): this {
    const { state, effects } = transition(this.plan, this.state, event, this.now);
    this.state = state;
    this.effects = effects;
    return this;
  }

  end(stepId: string, outcome: Outcome | string = "1", undo = false): this {
    const step = this.state.steps[stepId];
    const attempt = undo ? step.undo!.attemptCount : step.attemptCount;
    const as: Outcome = typeof outcome === "string" ? { kind: "completed", output: outcome } : outcome;
    return this.feed({ kind: "ended", stepId, attempt, undo, outcome: as });
  }

  fails(stepId: string, kind = "ErrorRuntime", message = "broken"): this {
    return this.end(stepId, { kind: "failed", error: { kind, message } });
  }

  after(ms: number): this {
    this.now += ms;
    return this.feed({ kind: "tick" });
  }

  signal(event: string, key: string | null = null, payload = "1"): this {
    return this.feed({ kind: "signal", signal: { event, key, payload, at: this.now, id: null } });
  }

  get statuses(): Record<string, string> {
    return Object.fromEntries(Object.values(this.state.steps).map(({ stepId, status }) => [stepId, status]));
  }

  get running(): string[] {
    return this.effects
      .filter(({ kind }) => kind === "run")
      .map(({ stepId, undo }) => (undo ? `undo ${stepId}` : stepId));
  }
}

const script = "1";

describe("order", () => {
  it("runs steps one after the other, and hands their outputs on", () => {
    const run = new Run([
      { name: "a", script },
      { name: "b", script, when: "steps.a.output.id == 7" },
      { name: "c", script },
    ]);
    expect(run.running).toEqual(["a"]);
    expect(run.state).toMatchObject({ status: "Running", startedAt: run.now });
    run.end("a", '{"id":7}');
    expect(run.running).toEqual(["b"]);
    run.end("b").end("c", '"done"');
    expect(run.state).toMatchObject({ status: "Completed", output: '"done"', error: null });
  });

  it("runs branches side by side and joins them", () => {
    const run = new Run([
      { name: "a", script },
      { name: "b", script, after: "a" },
      { name: "c", script, after: "a" },
      { name: "d", script, after: ["b", "c"] },
    ]);
    expect(run.end("a").running).toEqual(["b", "c"]);
    expect(run.end("c").running).toEqual([]);
    expect(run.end("b").running).toEqual(["d"]);
  });

  it("leaves steps out by their conditions, and goes on behind them", () => {
    const run = new Run(
      [
        { name: "a", script, when: "input.on" },
        { name: "b", script, when: 'steps.a.status == "Skipped"' },
      ],
      { input: '{"on":false}' },
    );
    expect(run.statuses).toEqual({ a: "Skipped", b: "Running" });
  });

  it("makes the result by the flow's expression", () => {
    const run = new Run([{ name: "a", script }], {
      output: "#{ id: steps.a.output + input.n, big: 9007199254740993 }",
      input: '{"n":1}',
    });
    expect(run.end("a", "41").state.output).toBe('{"big":9007199254740993,"id":42}');
  });
});

describe("failure", () => {
  it("skips what comes after, stops what runs beside, and ends the flow", () => {
    const run = new Run([
      { name: "a", script },
      { name: "b", script, after: [] },
      { name: "c", script, after: ["a", "b"] },
    ]);
    run.fails("a");
    expect(run.statuses).toEqual({ a: "Failed", b: "Running", c: "Skipped" });
    expect(run.effects).toEqual([{ kind: "stop", stepId: "b", attempt: 1, undo: false }]);
    run.end("b", { kind: "stopped" });
    expect(run.state).toMatchObject({
      status: "Failed",
      error: { step: "a", kind: "ErrorRuntime", message: "broken" },
    });
    expect(run.state.steps.b.error).toMatchObject({ kind: "Cancelled", interrupted: true });
  });

  it("is passed over where the definition says so", () => {
    const run = new Run([
      { name: "a", script, onFailure: "continue" },
      { name: "b", script, when: 'steps.a.error.kind == "Timeout"' },
    ]);
    expect(run.fails("a", "Timeout").statuses).toEqual({ a: "Failed", b: "Running" });
    expect(run.end("b").state.status).toBe("Completed");
  });

  it.each([
    ["when", { when: "1" }, "when: expected true or false, not a value of type i64"],
    ["when", { when: "steps.a.output.x.y" }, "when: Unknown property 'y'"],
    ["forEach", { forEach: "5" }, "forEach: expected an array, not a value of type i64"],
    ["forEach", { forEach: "let_me_fail()" }, "forEach: Function not found: let_me_fail"],
    ["inputs", { inputs: { x: "|a| a" } }, "a value of type Fn has no JSON form"],
    ["inputs", { inputs: { x: "steps.a.output.x.y" } }, "inputs.x"],
  ])("of the expression in %s ends the step like any other", (_, fields, message) => {
    const run = new Run([
      { name: "a", script },
      { name: "b", script, retries: 3, ...fields },
    ]).end("a");
    expect(run.state.status).toBe("Failed");
    expect(run.state.error).toMatchObject({ kind: "Expression", step: "b" });
    expect(run.state.error!.message).toContain(message.split(":")[0]);
  });
});

describe("retries", () => {
  const retry = { count: 2, backoff: "exponential", delay: 10, jitter: 0 } as const;

  it("begin after a pause that grows, as often as the policy says", () => {
    const run = new Run([{ name: "a", script, retry }]).fails("a");
    expect(run.state).toMatchObject({ status: "Waiting" });
    expect(nextDue(run.state)).toBe(run.now + 10_000);
    expect(run.after(9999).running).toEqual([]);
    expect(run.after(1).running).toEqual(["a"]);
    run.fails("a");
    expect(nextDue(run.state)).toBe(run.now + 20_000);
    run.after(20_000).fails("a");
    expect(run.state.steps.a).toMatchObject({ status: "Failed", attemptCount: 3 });
    expect(run.state.status).toBe("Failed");
  });

  it("begin at once without a delay", () => {
    const run = new Run([{ name: "a", script, retry: { count: 1, delay: 0 } }]).fails("a");
    expect(run.running).toEqual(["a"]);
    expect(run.state.steps.a.attemptCount).toBe(2);
  });

  it("vary by a jitter that is the same for the same attempt", () => {
    const due = () =>
      nextDue(new Run([{ name: "a", script, retry: { ...retry, jitter: 0.5 } }]).fails("a").state)!;
    expect(due()).toBe(due());
    expect(due() - 1_000_000).toBeGreaterThanOrEqual(5000);
    expect(due() - 1_000_000).toBeLessThan(10_000);
  });

  it.each([
    [{ on: ["Timeout"] }, "ErrorRuntime", "x", false],
    [{ on: ["Timeout"] }, "Timeout", "x", true],
    [{ on: ["/rate limit/"] }, "ErrorRuntime", "hit the rate limit", true],
    [{ except: ["ErrorRuntime"] }, "ErrorRuntime", "x", false],
    [{ except: ["ErrorRuntime"] }, "Timeout", "x", true],
    [{}, "ErrorParsing", "x", false],
    [{ on: ["ErrorParsing"] }, "ErrorParsing", "x", true],
  ])("with %j after %s '%s': %s", (rule, kind, message, again) => {
    const run = new Run([{ name: "a", script, retry: { ...retry, ...rule } }]).fails("a", kind, message);
    expect(run.state.steps.a.status).toBe(again ? "Waiting" : "Failed");
  });

  it("are not made when the script itself says that they would not help", () => {
    const run = new Run([{ name: "a", script, retry }]);
    run.end("a", { kind: "failed", error: { kind: "ErrorRuntime", message: "no", final: true } });
    expect(run.state.status).toBe("Failed");
  });
});

describe("timeouts", () => {
  it("of an attempt tell it to stop, and count when it has", () => {
    const run = new Run([{ name: "a", script, timeout: 5, retry: { count: 1, delay: 0 } }]);
    run.after(5000);
    expect(run.effects).toEqual([{ kind: "stop", stepId: "a", attempt: 1, undo: false }]);
    expect(run.state.steps.a).toMatchObject({ status: "Running", stopping: "timeout" });
    run.end("a", { kind: "stopped" });
    expect(run.state.steps.a).toMatchObject({
      status: "Running",
      attemptCount: 2,
      error: { kind: "Timeout" },
    });
  });

  it("do not throw away a result that came while the attempt was being stopped", () => {
    const run = new Run([{ name: "a", script, timeout: 5 }]).after(5000).end("a", "7");
    expect(run.state).toMatchObject({ status: "Completed", output: "7" });
  });

  it("end an attempt that nobody hears of any more", () => {
    const run = new Run([{ name: "a", script, timeout: 5 }]).after(5000).after(30_000);
    expect(run.state).toMatchObject({ status: "Failed", error: { kind: "Timeout", interrupted: true } });
    // What comes from it later means nothing.
    expect(run.end("a", "7").state.status).toBe("Failed");
  });

  it("of an attempt begin anew when another executor takes over", () => {
    const run = new Run([{ name: "a", script, timeout: 5 }]);
    run.now += 60_000;
    run.feed({ kind: "takenOver" }).feed({ kind: "tick" });
    expect(run.state.steps.a.stopping).toBeNull();
    expect(nextDue(run.state)).toBe(run.now + 5000);
  });

  it("of the flow end it, waiting or not", () => {
    const run = new Run([{ name: "a", waitFor: "go" }], { timeout: 60 });
    expect(nextDue(run.state)).toBe(run.now + 60_000);
    run.after(60_000);
    expect(run.state).toMatchObject({
      status: "Failed",
      error: { kind: "Timeout", message: "the flow took longer than 60 s" },
    });
    expect(run.statuses).toEqual({ a: "Skipped" });
  });
});

describe("waiting for signals", () => {
  it("takes one that came before, the first of several, by event and key", () => {
    const run = new Run(
      [
        { name: "a", script },
        { name: "w", waitFor: { events: ["paid", "failed"], key: "input.order" } },
      ],
      {
        input: '{"order":7}',
      },
    );
    run.signal("paid", "8").signal("failed", "7", '{"why":1}').signal("paid", "7");
    expect(run.state.signals).toHaveLength(3);
    run.end("a");
    expect(run.state.output).toBe('{"event":"failed","key":"7","payload":{"why":1},"timed_out":false}');
    // The rest is of no use to a run that has ended.
    expect(run.state.signals).toEqual([]);
  });

  it("waits until one comes, and takes no other", () => {
    const run = new Run([
      { name: "w", waitFor: "paid" },
      { name: "v", waitFor: "paid" },
    ]);
    expect(run.state.status).toBe("Waiting");
    expect(run.signal("other").statuses).toEqual({ w: "Waiting", v: "Pending" });
    expect(run.signal("paid").statuses).toEqual({ w: "Completed", v: "Waiting" });
    expect(run.state.signals.map(({ event }) => event)).toEqual(["other"]);
  });

  it("gives up after its time, or goes on", () => {
    const wait = (onTimeout: "fail" | "continue") =>
      new Run([{ name: "w", waitFor: { event: "paid", timeout: "1d", onTimeout } }]).after(86_400_000).state;
    expect(wait("fail")).toMatchObject({
      status: "Failed",
      error: { kind: "Timeout", message: "no signal 'paid' within 86400 s" },
    });
    expect(wait("continue")).toMatchObject({
      status: "Completed",
      output: '{"event":null,"key":null,"payload":null,"timed_out":true}',
    });
  });
});

describe("waiting for time", () => {
  it.each([
    ["sleep", { sleep: "1m" }, 60_000],
    ["until, in ms", { until: "now + 1500" }, 1500],
    ["until, as text", { until: '"1970-01-01T00:20:00Z"' }, 200_000],
  ])("%s", (_, fields, ms) => {
    const run = new Run([{ name: "s", ...fields }]);
    expect(nextDue(run.state)).toBe(run.now + ms);
    expect(run.after(ms).state.status).toBe("Completed");
  });

  it("fails for what is no moment", () => {
    const { state } = new Run([{ name: "s", until: '"tomorrow"' }]);
    expect(state.error!.message).toBe('until: expected ms since 1970 or an ISO 8601 text, not "tomorrow"');
  });
});

describe("items", () => {
  const each = (more: object = {}) =>
    new Run([{ name: "e", script, forEach: { items: "input.list", limit: 2 }, ...more }], {
      input: '{"list":[1,"two",{"n":3}]}',
    });

  it("run so many at a time, and make one output", () => {
    const run = each();
    expect(run.running).toEqual(["e[0]", "e[1]"]);
    expect(run.state.steps["e[2]"].item).toBe('{"n":3}');
    expect(run.end("e[1]", "20").running).toEqual(["e[2]"]);
    run.end("e[2]", "30").end("e[0]", "10");
    expect(run.state).toMatchObject({ status: "Completed", output: "[10,20,30]" });
  });

  it("stop with the first that fails", () => {
    const run = each().fails("e[0]");
    expect(run.effects).toEqual([{ kind: "stop", stepId: "e[1]", attempt: 1, undo: false }]);
    run.end("e[1]", { kind: "stopped" });
    expect(run.statuses).toEqual({ e: "Failed", "e[0]": "Failed", "e[1]": "Failed", "e[2]": "Skipped" });
    expect(run.state.error).toMatchObject({ step: "e", message: "item 0: broken" });
  });

  it("that may fail leave a gap", () => {
    const run = each({ onFailure: "continue" }).fails("e[0]").end("e[1]", "20").end("e[2]", "30");
    expect(run.state).toMatchObject({ status: "Completed", output: "[null,20,30]" });
  });

  it("of an empty array are done at once", () => {
    const run = new Run([{ name: "e", script, forEach: "[]" }]);
    expect(run.state).toMatchObject({ status: "Completed", output: "[]" });
  });
});

describe("compensation", () => {
  const undoable = (name: string, more: object = {}) => ({ name, script, compensate: "undo", ...more });

  it("goes back from the latest, one after the other, and then the flow ends", () => {
    const run = new Run([undoable("a"), undoable("b"), { name: "c", script }]).end("a").end("b").fails("c");
    expect(run.running).toEqual(["undo b"]);
    expect(run.state.status).toBe("Running");
    expect(run.end("b", "null", true).running).toEqual(["undo a"]);
    run.end("a", "null", true);
    expect(run.state.status).toBe("Failed");
    expect(run.statuses).toEqual({ a: "Compensated", b: "Compensated", c: "Failed" });
  });

  it("waits for what still runs", () => {
    const run = new Run([
      undoable("a"),
      { name: "b", script, after: "a" },
      { name: "c", script, after: "a" },
    ]);
    run.end("a").fails("b");
    expect(run.running).toEqual([]);
    expect(run.end("c", { kind: "stopped" }).running).toEqual(["undo a"]);
  });

  it.each([
    ["completed", "thrown", false],
    ["interrupted", "thrown", false],
    ["started", "thrown", true],
    ["completed", "killed", false],
    ["interrupted", "killed", true],
    ["started", "killed", true],
  ] as const)("of steps that are undone when %s, after the script was %s: %s", (after, how, undone) => {
    const run = new Run([{ name: "a", script, compensate: { script: "undo", after } }]);
    const error = {
      kind: "WorkerLost",
      message: "gone",
      ...(how === "killed" && { interrupted: true as const }),
    };
    run.end("a", { kind: "failed", error });
    expect(run.running).toEqual(undone ? ["undo a"] : []);
  });

  it("is retried, and then given up loudly", () => {
    const retry = { count: 1, delay: 5, jitter: 0 };
    const run = new Run([
      undoable("a", { compensate: { script: "undo", retry } }),
      undoable("b"),
      { name: "c", script },
    ]);
    run.end("a").end("b").fails("c").end("b", "null", true);
    const broken: Outcome = { kind: "failed", error: { kind: "ErrorRuntime", message: "cannot" } };
    run.end("a", broken, true);
    expect(run.state.status).toBe("Waiting");
    run.after(5000).end("a", broken, true);
    expect(run.state.status).toBe("Failed");
    expect(run.state.steps.a.undo).toMatchObject({ status: "Failed", error: { message: "cannot" } });
    run.feed({ kind: "retryUndo" });
    expect(run.running).toEqual(["undo a"]);
    run.end("a", "null", true);
    expect(run.state.steps.a.status).toBe("Compensated");
    expect(run.state.status).toBe("Failed");
  });

  it("is done for each item", () => {
    const run = new Run([undoable("e", { forEach: "[1, 2]" }), { name: "c", script }]);
    run.end("e[1]").end("e[0]").fails("c");
    expect(run.running).toEqual(["undo e[0]"]);
    run.end("e[0]", "null", true).end("e[1]", "null", true);
    expect(run.statuses).toEqual({
      e: "Compensated",
      "e[0]": "Compensated",
      "e[1]": "Compensated",
      c: "Failed",
    });
  });

  it("undoes a flow inside by undoing its steps", () => {
    const flow = { name: "inner", steps: [{ name: "x", script, compensate: "undo" }] };
    const run = new Run([
      { name: "i", flow },
      { name: "c", script },
    ])
      .end("i")
      .fails("c");
    expect(run.running).toEqual(["undo i"]);
    const inner = new Run(flow.steps).end("x").feed({ kind: "undo" });
    expect(inner.running).toEqual(["undo x"]);
    expect(inner.end("x", "null", true).state.status).toBe("Cancelled");
  });
});

describe("control", () => {
  it("cancels: what waits is skipped, what runs is stopped, what was done is undone", () => {
    const run = new Run([
      { name: "a", script, compensate: "undo" },
      { name: "b", script, after: "a" },
      { name: "w", waitFor: "go", after: "a" },
    ]).end("a");
    run.feed({ kind: "cancel", reason: "not needed" });
    expect(run.statuses).toEqual({ a: "Completed", b: "Running", w: "Skipped" });
    run.end("b", { kind: "stopped" }).end("a", "null", true);
    expect(run.state).toMatchObject({
      status: "Cancelled",
      error: { kind: "Cancelled", message: "not needed" },
    });
    expect(run.feed({ kind: "cancel", reason: "again" }).state.error!.message).toBe("not needed");
  });

  it("pauses: nothing new begins, what runs goes on, signals and times wait", () => {
    const run = new Run(
      [
        { name: "a", script },
        { name: "w", waitFor: "go", after: [] },
        { name: "s", sleep: 10, after: [] },
        { name: "b", script, after: "a" },
      ],
      { timeout: 100 },
    );
    run.feed({ kind: "pause" }).end("a").signal("go").after(50_000);
    expect(run.state.status).toBe("Paused");
    expect(run.statuses).toEqual({ a: "Completed", w: "Waiting", s: "Waiting", b: "Pending" });
    expect(nextDue(run.state)).toBeNull();
    run.feed({ kind: "resume" });
    expect(run.statuses).toEqual({ a: "Completed", w: "Completed", s: "Completed", b: "Running" });
    // The flow's own time stood still.
    expect(run.state.deadlineAt).toBe(1_000_000 + 150_000);
  });

  it("cancels what is paused", () => {
    const run = new Run([{ name: "w", waitFor: "go" }]).feed({ kind: "pause" });
    expect(run.feed({ kind: "cancel", reason: "x" }).state.status).toBe("Cancelled");
  });
});
