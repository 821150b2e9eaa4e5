// From what a caller hands over to what a run needs: a plan whose scripts can be run, and an input that matches its schema.

import { z } from "zod";
import { toJson } from "../../runtime/json-write.ts";
import { ConversionError, jsToValue } from "../../runtime/value/convert.ts";
import { FlowBuilder } from "../definition/builder.ts";
import type { Finding } from "../definition/check.ts";
import { defineFlow, issuesOf } from "../definition/define.ts";
import { type DefinitionPath, FlowDefinitionError } from "../definition/issues.ts";
import type { FlowInput } from "../definition/schema.ts";
import { withScripts } from "../definition/scripts.ts";
import type { FlowDefinition } from "../definition/types.ts";
import { FlowError } from "../errors.ts";
import { type Plan, planOf } from "../plan.ts";
import type { StepRunner } from "../runner/runner.ts";

/** A flow in any form that a program may hold it in. */
export type AnyFlow = FlowDefinition | FlowBuilder | FlowInput;

export interface PrepareOptions {
  readonly runner: StepRunner;
  /** What script paths are relative to. */
  readonly scriptsFolder: string;
  readonly checkScripts: boolean;
}

export class Preparation {
  readonly #options: PrepareOptions;
  readonly #checked = new WeakSet<FlowDefinition>();
  readonly #schemas = new WeakMap<FlowDefinition, z.ZodType>();

  constructor(options: PrepareOptions) {
    this.#options = options;
  }

  /** Throws FlowDefinitionError. */
  plan(flow: AnyFlow): Plan {
    const defined = flow instanceof FlowBuilder ? flow.build() : defineFlow(flow);
    const definition = withScripts(defined, this.#options.scriptsFolder);
    if (this.#options.checkScripts && !this.#checked.has(definition)) {
      const findings = this.#scriptFindings(definition, []);
      if (findings.length > 0) throw new FlowDefinitionError(issuesOf(definition, findings));
      this.#checked.add(definition);
    }
    return planOf(definition);
  }

  #scriptFindings({ steps }: FlowDefinition, above: DefinitionPath): Finding[] {
    const { runner } = this.#options;
    return steps.flatMap(({ name, script, compensate, flow }, i) => {
      const at = [...above, "steps", i];
      const check = (text: string | undefined, path: DefinitionPath): Finding[] => {
        const problem = text === undefined ? null : (runner.checkScript?.(text, name) ?? null);
        return problem === null
          ? []
          : [{ path: [...at, ...path], message: problem.message, within: problem.at }];
      };
      return [
        ...check(script, ["script"]),
        ...check(compensate?.script, ["compensate", "script"]),
        ...(flow === undefined ? [] : this.#scriptFindings(flow, [...at, "flow"])),
      ];
    });
  }

  /** The input as JSON text. Throws `input`. */
  input(plan: Plan, input: unknown): string {
    const text = jsonOf(input ?? {});
    const { input: schema } = plan.definition;
    if (schema === undefined) return text;
    const result = this.#schema(plan.definition, schema).safeParse(JSON.parse(text));
    if (result.success) return text;
    const issues = result.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join(".")}: ${message}`,
    );
    throw new FlowError("input", issues.join("; "));
  }

  #schema(definition: FlowDefinition, schema: Readonly<Record<string, unknown>>): z.ZodType {
    let made = this.#schemas.get(definition);
    if (made === undefined) {
      made = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
      this.#schemas.set(definition, made);
    }
    return made;
  }
}

/** JSON text of a value from a program. Throws `input`, naming the place, for what has no JSON form. */
export function jsonOf(value: unknown): string {
  try {
    return toJson(jsToValue(value));
  } catch (error) {
    if (error instanceof ConversionError) throw new FlowError("input", error.message);
    throw error;
  }
}
