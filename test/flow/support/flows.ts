// Random flows and random histories of them, for tests by properties.

import fc from "fast-check";
import { defineFlow } from "../../../src/flow/definition/define.ts";
import type { StepInput } from "../../../src/flow/definition/schema.ts";
import type { FlowDefinition } from "../../../src/flow/definition/types.ts";

const KINDS = ["script", "script", "script", "items", "wait", "waitKey", "sleep", "until", "flow"] as const;

export interface StepShape {
  readonly kind: (typeof KINDS)[number];
  readonly after: readonly number[] | null;
  readonly when: string | null;
  readonly retries: number;
  readonly delay: number;
  readonly timeout: number | null;
  readonly onFailure: "fail" | "continue";
  readonly compensate: "completed" | "interrupted" | "started" | null;
  readonly limit: number;
}

const stepShape: fc.Arbitrary<StepShape> = fc.record({
  kind: fc.constantFrom(...KINDS),
  after: fc.option(fc.uniqueArray(fc.nat(5), { maxLength: 2 }), { freq: 2 }),
  when: fc.option(fc.constantFrom("true", "false", "input.on", "1 + 1", "missing()"), { freq: 2, nil: null }),
  retries: fc.nat(2),
  delay: fc.constantFrom(0, 1),
  timeout: fc.option(fc.constantFrom(5, 50), { freq: 2 }),
  onFailure: fc.constantFrom("fail", "fail", "continue"),
  compensate: fc.option(fc.constantFrom("completed", "interrupted", "started"), { freq: 2 }),
  limit: fc.integer({ min: 1, max: 3 }),
});

function action(shape: StepShape): Partial<StepInput> {
  const { kind, timeout, limit } = shape;
  if (kind === "wait")
    return { waitFor: { event: "go", timeout: timeout ?? undefined, onTimeout: shape.onFailure } };
  if (kind === "waitKey")
    return { waitFor: { events: ["go", "stop"], key: "input.key", timeout: timeout ?? undefined } };
  if (kind === "sleep") return { sleep: timeout ?? 1 };
  if (kind === "until") return { until: "now + 3000" };
  const script: Partial<StepInput> = {
    ...(kind === "flow"
      ? { flow: { name: "child", steps: [{ name: "a", script: "1", compensate: "2" }] } }
      : { script: "40 + 2" }),
    retry: { count: shape.retries, delay: shape.delay, backoff: "fixed" },
    ...(timeout !== null && { timeout }),
    ...(shape.compensate !== null && {
      compensate: {
        script: "undo",
        after: shape.compensate,
        retry: { count: 1, delay: shape.delay, backoff: "fixed" },
      },
    }),
  };
  return kind === "items" ? { ...script, forEach: { items: "input.items", limit } } : script;
}

function flowOf(shapes: readonly StepShape[], timeout: number | null): FlowDefinition {
  const steps = shapes.map((shape, i): StepInput => {
    const after = shape.after?.filter((other) => other < i).map((other) => `s${other}`);
    return {
      name: `s${i}`,
      ...(after && { after }),
      ...(shape.when !== null && { when: shape.when }),
      ...(shape.onFailure === "continue" && { onFailure: "continue" as const }),
      ...action(shape),
    };
  });
  return defineFlow({ name: "random", ...(timeout !== null && { timeout }), steps });
}

export interface RandomFlowOptions {
  /** With timeouts of the whole flow: whether they are met depends on how fast it is. */
  readonly timed: boolean;
  /** One thing after the other: how such a flow ends does not depend on which of two things is faster. */
  readonly inSequence?: boolean;
}

/** Valid definitions of up to six steps of all kinds. */
export function randomFlow({ timed, inSequence }: RandomFlowOptions): fc.Arbitrary<FlowDefinition> {
  const timeout = timed ? fc.option(fc.constantFrom(20, 200), { freq: 2 }) : fc.constant(null);
  return fc.tuple(fc.array(stepShape, { minLength: 1, maxLength: 6 }), timeout).map(([shapes, seconds]) => {
    const row = shapes.map((shape) => ({ ...shape, after: null, limit: 1 }));
    return flowOf(inSequence === true ? row : shapes, seconds);
  });
}

export const anyFlow = randomFlow({ timed: true });

export const FLOW_INPUT = '{"on":true,"key":"k1","items":[1,2,3]}';
