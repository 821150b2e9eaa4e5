// Flows written in Rhai: the functions of the builder for scripts, and reading a script that ends in a flow.

import { ParseError } from "../../lang/errors.ts";
import { columnOf, lineOf, type Position } from "../../lang/position.ts";
import { Engine } from "../../runtime/engine.ts";
import { EvalError } from "../../runtime/errors.ts";
import { isHostHandle } from "../../runtime/host/host-object.ts";
import type { HostClass, HostTypeName } from "../../runtime/host/type-names.ts";
import type { Value } from "../../runtime/value/value.ts";
import { defineFlow } from "./define.ts";
import { FlowDefinitionError, type Locate, type Place } from "./issues.ts";
import type { FlowInput } from "./schema.ts";
import type { FlowDefinition } from "./types.ts";

type Fields = Record<string, unknown>;

/** What a host function is told about the call. */
interface Call {
  readonly position: Position;
  readonly source: string | null;
}

function placeOf({ position, source }: Call): Place {
  return { file: source, line: lineOf(position), column: columnOf(position) };
}

/** What both kinds of builders are: fields, and where each was set. */
abstract class Draft {
  fields: Fields;
  places: ReadonlyMap<string, Place>;
  readonly place: Place;

  constructor(fields: Fields, place: Place, places: ReadonlyMap<string, Place> = new Map()) {
    this.fields = fields;
    this.place = place;
    this.places = places;
  }

  set(fields: Fields, place: Place): void {
    this.fields = { ...this.fields, ...fields };
    this.places = new Map([...this.places, ...Object.keys(fields).map((name) => [name, place] as const)]);
  }
}

class StepDraft extends Draft {
  copy(): StepDraft {
    return new StepDraft(this.fields, this.place, this.places);
  }
}

class FlowDraft extends Draft {
  steps: readonly StepDraft[] = [];

  copy(): FlowDraft {
    const flow = new FlowDraft(this.fields, this.place, this.places);
    flow.steps = this.steps;
    return flow;
  }

  /** Throws FlowDefinitionError. */
  define(): FlowDefinition {
    const { steps } = this;
    const locate: Locate = ([first, index, field], within) => {
      const step = first === "steps" && typeof index === "number" ? steps[index] : undefined;
      const name = String(step === undefined ? first : (field ?? "name"));
      const draft = step ?? this;
      const place = draft.places.get(name) ?? draft.place;
      return within !== undefined && within.line > 1 ? { ...place, textLine: within.line } : place;
    };
    return defineFlow(
      { ...this.fields, steps: steps.map(({ fields }) => fields) } as unknown as FlowInput,
      locate,
    );
  }
}

/** Names of the maps that scripts hand over may be written in Rhai's way: `max_delay`. */
function camelCased(map: Fields): Fields {
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [camel(name), value]));
}

/** A function of a builder: parameter types besides the builder, and the fields that it sets. */
type Method = readonly [
  name: string,
  params: readonly HostTypeName[],
  fields: (args: readonly unknown[], before: Fields) => Fields,
];

const one =
  (field: string) =>
  ([value]: readonly unknown[]): Fields => ({ [field]: value });

const wait = (events: unknown, more: Fields, before: Fields): Fields => ({
  waitFor: {
    ...(before.waitFor as Fields | undefined),
    ...(events === undefined ? {} : { events: Array.isArray(events) ? events : [events] }),
    ...more,
  },
});

const STEP_METHODS: readonly Method[] = [
  ["description", ["string"], one("description")],
  ["script", ["string"], one("script")],
  ["script_path", ["string"], one("scriptPath")],
  ["wait_for", ["string"], ([event], before) => wait(event, {}, before)],
  ["wait_for", ["array"], ([events], before) => wait(events, {}, before)],
  ["wait_for", ["string", "string"], ([event, key], before) => wait(event, { key }, before)],
  ["wait_for", ["array", "string"], ([events, key], before) => wait(events, { key }, before)],
  ["wait_timeout", ["dynamic"], ([timeout], before) => wait(undefined, { timeout }, before)],
  ["on_timeout", ["string"], ([onTimeout], before) => wait(undefined, { onTimeout }, before)],
  ["sleep", ["dynamic"], one("sleep")],
  ["sleep_until", ["string"], one("until")],
  ["after", ["string"], ([name]) => ({ after: [name] })],
  ["after", ["array"], one("after")],
  ["when", ["string"], one("when")],
  ["for_each", ["string"], ([items]) => ({ forEach: { items } })],
  ["for_each", ["string", "int"], ([items, limit]) => ({ forEach: { items, limit } })],
  ["inputs", ["map"], one("inputs")],
  ["timeout", ["dynamic"], one("timeout")],
  ["retries", ["int"], one("retries")],
  ["retry", ["map"], ([policy]) => ({ retry: camelCased(policy as Fields) })],
  ["on_failure", ["string"], one("onFailure")],
  ["compensate", ["string"], one("compensate")],
  ["compensate", ["map"], ([options]) => ({ compensate: compensationOf(options as Fields) })],
  ["context", ["string"], one("context")],
  ["priority", ["int"], one("priority")],
];

function compensationOf(options: Fields): Fields {
  const fields = camelCased(options);
  return { ...fields, ...(fields.retry ? { retry: camelCased(fields.retry as Fields) } : {}) };
}

const FLOW_METHODS: readonly Method[] = [
  ["version", ["string"], one("version")],
  ["description", ["string"], one("description")],
  ["input", ["map"], one("input")],
  ["output", ["string"], one("output")],
  ["timeout", ["dynamic"], one("timeout")],
  ["schedule", ["string"], ([cron]) => ({ schedule: { cron } })],
  ["schedule", ["map"], ([rule]) => ({ schedule: camelCased(rule as Fields) })],
];

const IN_PLACE = { context: true, receiver: "mut" } as const;

function registerMethods(engine: Engine, type: HostClass, methods: readonly Method[]): void {
  for (const [name, params, fields] of methods) {
    const call = (context: Call, draft: StepDraft | FlowDraft, ...args: unknown[]) => {
      draft.set(fields(args, draft.fields), placeOf(context));
      return draft.copy();
    };
    engine.registerFn(name, [type, ...params], call, IN_PLACE);
  }
}

/**
 * Gives an engine the builder: `new_flow`, `new_step` and their methods, the TypeScript ones in Rhai's spelling
 * (`add_step`, `for_each`, `wait_for` ...). Methods change the builder and return it.
 *
 * @throws TypeError when the engine has the functions already.
 * @example
 * registerFlowBuilder(engine).evalSync(`new_flow("x").add_step(new_step("a").script("40 + 2"))`);
 */
export function registerFlowBuilder(engine: Engine): Engine {
  engine.defineType({ name: "FlowStep", class: StepDraft, clone: (step: StepDraft) => step.copy() });
  engine.defineType({ name: "Flow", class: FlowDraft, clone: (flow: FlowDraft) => flow.copy() });
  const make = { context: true } as const;
  engine.registerFn(
    "new_step",
    ["string"],
    (call: Call, name: string) => new StepDraft({ name }, placeOf(call)),
    make,
  );
  engine.registerFn(
    "new_flow",
    ["string"],
    (call: Call, name: string) => new FlowDraft({ name }, placeOf(call)),
    make,
  );
  registerMethods(engine, StepDraft, STEP_METHODS);
  registerMethods(engine, FlowDraft, FLOW_METHODS);
  const addStep = (_: Call, flow: FlowDraft, step: StepDraft) => {
    flow.steps = [...flow.steps, step];
    return flow.copy();
  };
  engine.registerFn("add_step", [FlowDraft, StepDraft], addStep, IN_PLACE);
  const nest = (call: Call, step: StepDraft, flow: FlowDraft) => {
    step.set({ flow: flow.define() }, placeOf(call));
    return step.copy();
  };
  engine.registerFn("flow", [StepDraft, FlowDraft], nest, IN_PLACE);
  // `build` is there for those who know the builder from elsewhere: the script's value is checked anyway.
  engine.registerFn("build", [StepDraft], (step: StepDraft) => step.copy(), { receiver: "ref" });
  engine.registerFn("build", [FlowDraft], (flow: FlowDraft) => flow.copy(), { receiver: "ref" });
  return engine;
}

/** The flow that a script's value is. Throws FlowDefinitionError, also when it is something else. */
export function flowOfValue(value: Value, file: string | null = null): FlowDefinition {
  const instance = isHostHandle(value) ? value.instance : null;
  if (instance instanceof FlowDraft) return instance.define();
  const message = "the script does not end in a flow: its last expression has to be what new_flow(...) made";
  throw new FlowDefinitionError([
    { message, step: null, path: [], place: file === null ? null : { file, line: null, column: null } },
  ]);
}

export interface RhaiFlowOptions {
  readonly file?: string;
  /** An engine that has the builder (`registerFlowBuilder`), for scripts that use further functions. */
  readonly engine?: Engine;
}

/**
 * Runs a script and makes a definition of the flow that is its value.
 *
 * @throws FlowDefinitionError, also for syntax errors and errors of the script.
 * @example
 * await parseRhaiFlow(`new_flow("hello").add_step(new_step("greet").script("40 + 2"))`);
 */
export async function parseRhaiFlow(text: string, options: RhaiFlowOptions = {}): Promise<FlowDefinition> {
  const { file = null, engine = registerFlowBuilder(new Engine()) } = options;
  try {
    const ast = engine.compile(text, { source: file });
    return flowOfValue(await engine.evalAst(ast), file);
  } catch (error) {
    throw asDefinitionError(error, file);
  }
}

function asDefinitionError(error: unknown, file: string | null): unknown {
  if (error instanceof FlowDefinitionError) return error;
  if (error instanceof ParseError) return issueAt(error.message, error.position, file);
  if (!(error instanceof EvalError)) return error;
  const { root } = error;
  if (root.cause instanceof FlowDefinitionError) return root.cause;
  const hint = error.hint ?? root.hint;
  const message = hint === null ? root.message : `${root.message}: ${hint}`;
  return issueAt(message, root.position || root.place, root.source ?? file);
}

function issueAt(message: string, position: Position, file: string | null): FlowDefinitionError {
  const line = lineOf(position) || null;
  const place = { file, line, column: line && (columnOf(position) || null) };
  return new FlowDefinitionError([{ message, step: null, path: [], place }]);
}
