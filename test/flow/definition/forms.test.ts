// The three forms of writing a flow make the same definition; its normal form and its hash.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemaFiles } from "../../../scripts/flow-schema.ts";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { defineFlow } from "../../../src/flow/definition/define.ts";
import { parseDuration } from "../../../src/flow/definition/duration.ts";
import { parseRhaiFlow, registerFlowBuilder } from "../../../src/flow/definition/rhai-form.ts";
import type { FlowInput } from "../../../src/flow/definition/schema.ts";
import { withScripts } from "../../../src/flow/definition/scripts.ts";
import { parseFlow } from "../../../src/flow/definition/yaml-form.ts";
import { planOf, planOfText } from "../../../src/flow/plan.ts";
import { Engine } from "../../../src/runtime/engine.ts";
import { anyFlow } from "../support/flows.ts";

const everything = () =>
  newFlow("everything")
    .version("3")
    .description("all there is")
    .input({ type: "object", required: ["order"] })
    .output("steps.ship.output")
    .timeout("1h")
    .schedule({ cron: "0 3 * * *", timeZone: "Europe/Brussels", catchUp: "all" })
    .addStep(
      newStep("pay")
        .description("takes the money")
        .script("charge(input.order)")
        .timeout(5)
        .retry({ count: 3, backoff: "linear", delay: "2s", on: ["Timeout", "/rate/"] })
        .compensate({ script: "refund(output)", retries: 2, after: "started" })
        .context("payments")
        .priority(7)
        .build(),
    )
    .addStep(
      newStep("confirmed").waitFor(["paid", "failed"], {
        key: "input.order",
        timeout: "3d",
        onTimeout: "continue",
      }),
    )
    .addStep(
      newStep("notify")
        .after("pay")
        .when("input.loud")
        .forEach("input.people", { limit: 2 })
        .script("tell(item)"),
    )
    .addStep(
      newStep("inner")
        .flow({ name: "inner", steps: [{ name: "a", script: "1" }] })
        .inputs({ x: "steps.pay.output" }),
    )
    .addStep(newStep("pause").sleep(1.5))
    .addStep(newStep("morning").sleepUntil("now + 1000"))
    .addStep(newStep("ship").after("confirmed", "morning").script("7").retries(1).onFailure("continue"))
    .build();

const RHAI = `
let pay = new_step("pay").description("takes the money").script("charge(input.order)").timeout(5)
  .retry(#{ count: 3, backoff: "linear", delay: "2s", on: ["Timeout", "/rate/"] })
  .compensate(#{ script: "refund(output)", retries: 2, after: "started" })
  .context("payments").priority(7);
let inner = new_flow("inner").add_step(new_step("a").script("1"));
let ship = new_step("ship").after(["confirmed", "morning"]);
ship.script("7");
ship.retries(1).on_failure("continue");
ship.on_failure("continue");
new_flow("everything").version("3").description("all there is")
  .input(#{ type: "object", required: ["order"] })
  .output("steps.ship.output")
  .timeout("1h")
  .schedule(#{ cron: "0 3 * * *", time_zone: "Europe/Brussels", catch_up: "all" })
  .add_step(pay)
  .add_step(new_step("confirmed").wait_for(["paid", "failed"], "input.order").wait_timeout("3d").on_timeout("continue"))
  .add_step(new_step("notify").after("pay").when("input.loud").for_each("input.people", 2).script("tell(item)"))
  .add_step(new_step("inner").flow(inner).inputs(#{ x: "steps.pay.output" }))
  .add_step(new_step("pause").sleep(1.5))
  .add_step(new_step("morning").sleep_until("now + 1000").build())
  .add_step(ship)
  .build()
`;

const YAML = `
name: everything
version: 3
description: all there is
input: { type: object, required: [order] }
output: steps.ship.output
timeout: 1h
schedule: { cron: 0 3 * * *, timeZone: Europe/Brussels, catchUp: all }
steps:
  - name: pay
    description: takes the money
    script: charge(input.order)
    timeout: 5s
    retry: { count: 3, backoff: linear, delay: 2, on: [Timeout, /rate/] }
    compensate: { script: refund(output), retries: 2, after: started }
    context: payments
    priority: 7
  - name: confirmed
    waitFor: { events: [paid, failed], key: input.order, timeout: 3d, onTimeout: continue }
  - name: notify
    after: pay
    when: input.loud
    forEach: { items: input.people, limit: 2 }
    script: tell(item)
  - name: inner
    flow: { name: inner, steps: [{ name: a, script: "1" }] }
    inputs: { x: steps.pay.output }
  - { name: pause, sleep: 1500ms }
  - { name: morning, until: now + 1000 }
  - name: ship
    after: [confirmed, morning]
    script: "7"
    retries: 1
    onFailure: continue
`;

describe("the forms of a flow", () => {
  it("make the same definition", async () => {
    const built = everything();
    expect(parseFlow(YAML)).toEqual(built);
    expect(await parseRhaiFlow(RHAI)).toEqual(built);
    expect(parseFlow(JSON.stringify(built))).toEqual(built);
    expect(planOf(parseFlow(YAML)).hash).toBe(planOf(built).hash);
  });

  it("let scripts use the builder on an engine of their own", () => {
    const engine = registerFlowBuilder(new Engine()).registerFn(
      "order_flow",
      ["string"],
      (name: string) => name,
    );
    expect(() => engine.evalSync(`new_flow(order_flow("x"))`)).not.toThrow();
  });

  it("does not share builders between variables of a script", async () => {
    const text = `let a = new_step("a").script("1"); let b = a; b.script("2"); new_flow("x").add_step(a)`;
    expect((await parseRhaiFlow(text)).steps[0].script).toBe("1");
  });
});

describe("the normal form", () => {
  it("stays as it is when it is normalised again, and read from its text", () => {
    fc.assert(
      fc.property(anyFlow, (flow) => {
        const again = defineFlow(JSON.parse(JSON.stringify(flow)) as FlowInput);
        expect(again).toEqual(flow);
        expect(planOf(again).hash).toBe(planOf(flow).hash);
        expect(planOfText(planOf(flow).text).hash).toBe(planOf(flow).hash);
      }),
      { numRuns: 60 },
    );
  });

  it("lets each step come after the one before, unless it says otherwise", () => {
    const { steps } = defineFlow({
      name: "x",
      steps: [
        { name: "a", script: "1" },
        { name: "b", script: "1" },
        { name: "c", after: [], script: "1" },
        { name: "d", after: "a", script: "1" },
      ],
    });
    expect(steps.map(({ after }) => after)).toEqual([[], ["a"], [], ["a"]]);
  });

  it("says how to retry where only the number is given", () => {
    const { steps } = defineFlow({ name: "x", steps: [{ name: "a", script: "1", retries: 2 }] });
    expect(steps[0].retry).toEqual({
      count: 2,
      backoff: "exponential",
      delay: 1,
      maxDelay: 300,
      jitter: 0.2,
    });
  });

  it("is frozen, and does not freeze what it was made of", () => {
    const data: FlowInput = { name: "x", input: { type: "object" }, steps: [{ name: "a", script: "1" }] };
    const flow = defineFlow(data);
    expect(Object.isFrozen(flow.steps[0])).toBe(true);
    expect(Object.isFrozen(data.input)).toBe(false);
    expect(defineFlow(flow)).toBe(flow);
  });

  it("reads the scripts of files into it", () => {
    const flow = defineFlow({ name: "x", steps: [{ name: "a", scriptPath: "forms.test.ts" }] });
    const [step] = withScripts(flow, import.meta.dirname).steps;
    expect(step.script).toContain("The three forms");
    expect(step.scriptPath).toBe("forms.test.ts");
    expect(() => withScripts(flow, "/nowhere")).toThrow(
      "step 'a': scriptPath: cannot read forms.test.ts (ENOENT)",
    );
  });
});

describe("durations", () => {
  it.each([
    [5, 5],
    ["5", 5],
    ["1.5s", 1.5],
    ["250ms", 0.25],
    ["1h30m", 5400],
    ["2 d", 172_800],
    ["1m 1s", 61],
    [-1, null],
    ["", null],
    ["5 apples", null],
    ["s5", null],
  ])("%j is %j seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});

describe("the JSON Schemas", () => {
  it("are as scripts/flow-schema.ts makes them", () => {
    for (const [path, text] of schemaFiles()) expect(readFileSync(path, "utf8"), path).toBe(text);
  });
});
