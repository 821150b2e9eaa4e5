// Writing flows in TypeScript: the fluent builder.

import { CallSite } from "./call-site.ts";
import { defineFlow } from "./define.ts";
import { FlowDefinitionError, type Locate } from "./issues.ts";
import type { CompensationInput, FlowInput, RetryInput, StepInput } from "./schema.ts";
import { checkStepShape } from "./shape.ts";
import type { FlowDefinition, JsonSchema, ScheduleRule } from "./types.ts";

/** Seconds, or a text like `90s`, `5m` or `1h30m`. */
export type Duration = number | string;

/** A step as the builder made it, to be added to a flow. */
export type BuiltStep = Readonly<StepInput>;

const sites = new WeakMap<object, CallSite>();

/**
 * Begins a step.
 *
 * @param name letters, digits, `_` and `-`; under this name other steps find its output: `steps.name.output`.
 * @example
 * const pay = newStep("pay").script("charge(input.order)").timeout(10).retries(2).build();
 */
export function newStep(name: string): StepBuilder {
  return new StepBuilder(name, new CallSite(newStep));
}

/**
 * Begins a flow. Steps run one after the other unless they say otherwise.
 *
 * @example
 * const flow = newFlow("order").addStep(pay).addStep(ship).build();
 */
export function newFlow(name: string): FlowBuilder {
  return new FlowBuilder(name, new CallSite(newFlow));
}

type Fields = { -readonly [Name in keyof StepInput]: StepInput[Name] };

/** Collects what a step is; every method returns the builder itself. */
export class StepBuilder {
  readonly #fields: Fields;
  readonly #site: CallSite;

  constructor(name: string, site: CallSite) {
    this.#fields = { name };
    this.#site = site;
  }

  #set(fields: Partial<StepInput>): this {
    Object.assign(this.#fields, fields);
    return this;
  }

  description(text: string): this {
    return this.#set({ description: text });
  }
  /** Source text of the step's script. */
  script(source: string): this {
    return this.#set({ script: source });
  }
  /** A script file, read when a run of the flow starts. */
  scriptPath(path: string): this {
    return this.#set({ scriptPath: path });
  }
  /** The step is a flow of its own. */
  flow(flow: FlowDefinition | FlowInput): this {
    return this.#set({ flow: flow as FlowInput });
  }
  /** Waits for a signal of this name, or for the first of several. */
  waitFor(
    event: string | readonly string[],
    options: {
      readonly key?: string;
      readonly timeout?: Duration;
      readonly onTimeout?: "fail" | "continue";
    } = {},
  ): this {
    const events = typeof event === "string" ? [event] : [...event];
    return this.#set({ waitFor: { events, ...options } });
  }
  /** Waits so long. */
  sleep(duration: Duration): this {
    return this.#set({ sleep: duration });
  }
  /** Waits until a moment: an expression for ms since 1970, or for an ISO 8601 text. */
  sleepUntil(expression: string): this {
    return this.#set({ until: expression });
  }

  /** The steps that have to be done before; without it that is the step added before, with no names there is none. */
  after(...names: readonly string[]): this {
    return this.#set({ after: [...names] });
  }
  /** Runs the step only if the expression is true. */
  when(expression: string): this {
    return this.#set({ when: expression });
  }
  /** Does the step for each item of an array, `limit` at a time. */
  forEach(items: string, options: { readonly limit?: number } = {}): this {
    return this.#set({ forEach: { items, ...options } });
  }
  /** Expressions for further variables of the script; of a flow, for its input. */
  inputs(expressions: Readonly<Record<string, string>>): this {
    return this.#set({ inputs: { ...expressions } });
  }

  /** For one attempt, in seconds. */
  timeout(duration: Duration): this {
    return this.#set({ timeout: duration });
  }
  /** Attempts after the first one, with growing pauses; `retry` says more. */
  retries(count: number): this {
    return this.#set({ retries: count });
  }
  retry(policy: RetryInput): this {
    return this.#set({ retry: policy });
  }
  onFailure(what: "fail" | "continue"): this {
    return this.#set({ onFailure: what });
  }
  /** A script that undoes the step when the flow fails or is cancelled later. */
  compensate(compensation: CompensationInput): this {
    return this.#set({ compensate: compensation });
  }
  /** Context of the queue whose workers run the script. */
  context(name: string): this {
    return this.#set({ context: name });
  }
  priority(priority: number): this {
    return this.#set({ priority });
  }

  /** @throws FlowDefinitionError for values that no step can have. */
  build(): BuiltStep {
    const step: StepInput = { ...this.#fields };
    const { issues } = checkStepShape(step);
    if (issues !== null) {
      const { place } = this.#site;
      throw new FlowDefinitionError(
        issues.map(({ path, message }) => ({
          path,
          message: path.length === 0 ? message : `${path.join(".")}: ${message}`,
          step: String(step.name),
          place,
        })),
      );
    }
    sites.set(step, this.#site);
    return Object.freeze(step);
  }
}

/** Collects what a flow is; every method returns the builder itself. */
export class FlowBuilder {
  readonly #fields: { -readonly [Name in keyof FlowInput]?: FlowInput[Name] };
  readonly #steps: BuiltStep[] = [];
  readonly #site: CallSite;

  constructor(name: string, site: CallSite) {
    this.#fields = { name };
    this.#site = site;
  }

  #set(fields: Partial<FlowInput>): this {
    Object.assign(this.#fields, fields);
    return this;
  }

  version(version: string): this {
    return this.#set({ version });
  }
  description(text: string): this {
    return this.#set({ description: text });
  }
  /** JSON Schema that the input of every run has to match. */
  input(schema: JsonSchema): this {
    return this.#set({ input: schema });
  }
  /** Expression for the result; the output of the last step when missing. */
  output(expression: string): this {
    return this.#set({ output: expression });
  }
  /** For the whole run, in seconds. */
  timeout(duration: Duration): this {
    return this.#set({ timeout: duration });
  }
  /** When to start by itself, once it is given to `FlowExecutor.schedule`. */
  schedule(rule: ScheduleRule | string): this {
    return this.#set({ schedule: typeof rule === "string" ? { cron: rule } : { ...rule } });
  }
  addStep(step: BuiltStep | StepBuilder): this {
    this.#steps.push(step instanceof StepBuilder ? step.build() : step);
    return this;
  }

  /** @throws FlowDefinitionError with everything that is wrong, naming file, line and step. */
  build(): FlowDefinition {
    const steps = this.#steps;
    const locate: Locate = ([list, index], within) => {
      const step = list === "steps" && typeof index === "number" ? steps[index] : undefined;
      const { place } = (step && sites.get(step)) ?? this.#site;
      return place && within ? { ...place, textLine: within.line } : place;
    };
    return defineFlow({ ...this.#fields, steps: [...steps] } as FlowInput, locate);
  }
}
