// examples/flow: the three forms are the same flow, and it ends as its test says.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main, flow as typescript } from "../../../examples/flow/stripe-payment.ts";
import { loadFlowFile } from "../../../src/flow/definition/load.ts";
import { exploreFlow } from "../../../src/flow/explore/explore.ts";
import { loadMocksFile } from "../../../src/flow/mock/mocks-file.ts";
import { differences, testFlow } from "../../../src/flow/mock/test-flow.ts";
import { planOf } from "../../../src/flow/plan.ts";

const FOLDER = join(import.meta.dirname, "../../../examples/flow");
const mocks = () => loadMocksFile(join(FOLDER, "stripe-payment.mocks.yaml"));

describe("the stripe example", () => {
  it("is the same definition in all forms", async () => {
    for (const form of ["yaml", "rhai", "ts"]) {
      const flow = await loadFlowFile(join(FOLDER, `stripe-payment.${form}`));
      expect(flow, form).toEqual(typescript);
      expect(planOf(flow).hash).toBe(planOf(typescript).hash);
    }
    expect(typescript.steps.map(({ name, timeout, retry }) => [name, timeout, retry?.count ?? 0])).toEqual([
      ["stripe_config", 5, 2],
      ["stripe_config_confirm", 5, 0],
      ["create_product", 10, 1],
    ]);
  });

  for (const form of ["yaml", "rhai", "ts"]) {
    it(`ends as its test says, written in ${form}`, async () => {
      const flow = await loadFlowFile(join(FOLDER, `stripe-payment.${form}`));
      const { expect: expected, ...options } = mocks();
      const tested = await testFlow(flow, options);
      expect(differences(tested, expected)).toEqual([]);
      expect(tested.flow.output).toEqual({ id: "prod_42", name: "Premium" });
      expect(tested.calls.filter(({ kind }) => kind === "step").map(({ name }) => name)).toEqual([
        "stripe_config",
        "stripe_config",
        "stripe_config_confirm",
        "create_product",
      ]);
    });
  }

  it("fails, and undoes what was done, when a service does", async () => {
    const { functions, input } = mocks();
    const tested = await testFlow(typescript, {
      input,
      functions: { ...functions, create: { error: { message: "no such price" } } },
    });
    expect(
      differences(tested, {
        status: "Failed",
        error: "no such price",
        calls: { create: 2 },
        compensated: [],
      }),
    ).toEqual([]);
    const killed = await testFlow(typescript, {
      input,
      functions: { ...functions, create: { timeout: true }, archive_product: {} },
    });
    expect(killed.flow.error).toMatchObject({ kind: "Timeout", step: "create_product" });
    expect(differences(killed, { compensated: ["create_product"] })).toEqual([]);
  });

  it("comes to the same end wherever its executor dies", async () => {
    const { problems, tried } = await exploreFlow(typescript, mocks());
    expect(tried).toBeGreaterThan(20);
    expect(problems).toEqual([]);
  });

  it("prints what it does", async () => {
    const lines: string[] = [];
    await main((line) => lines.push(line));
    expect(lines).toEqual([
      "Flow started",
      'Completed: {"id":"prod_42","name":"Premium"}',
      "  stripe_config: Completed at attempt 2",
      "  stripe_config_confirm: Completed at attempt 1",
      "  create_product: Completed at attempt 1",
    ]);
  });
});
