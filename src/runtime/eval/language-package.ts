// The package of functions that need the evaluator itself: parse_json and reflection over script functions.

import { ParseError } from "../../lang/errors.ts";
import { mismatchOutputType, parsingError } from "../errors.ts";
import { definePackage } from "../function/native.ts";
import { RhaiArray, RhaiMap } from "../value/containers.ts";
import { typeNameOf, type Value } from "../value/value.ts";
import { type Chain, Frame, type Import, NO_THIS, type ScriptFn } from "./frame.ts";
import { mainLibrary } from "./library.ts";
import type { NativeContext } from "./native-context.ts";

/** Evaluates JSON with Rhai's own expression parser, as its `parse_json` does: in a run of its own. */
function parseJson(context: NativeContext, json: string): Value {
  const { run } = context.frame;
  const { engine } = run;
  let program: ReturnType<typeof engine.link>;
  try {
    program = engine.link(engine.compileFor("json", json));
  } catch (error) {
    throw error instanceof ParseError ? parsingError(error) : error;
  }
  const slots: Value[] = new Array(program.frameSize).fill(undefined);
  const frame = new Frame(
    run,
    slots,
    NO_THIS,
    mainLibrary(program.table, engine.globalNamespace),
    null,
    context.callLevel,
    null,
  );
  const value = program.body(frame);
  if (!(value instanceof RhaiMap)) throw mismatchOutputType("map", typeNameOf(value));
  return value;
}

interface Found {
  readonly fn: ScriptFn;
  readonly namespace: string;
}

/** Script functions that calls from here can reach: the script's own, then those of imported modules. */
function* reachable(frame: Frame): IterableIterator<Found> {
  for (let chain: Chain | null = frame.lib.chain; chain !== null; chain = chain.outer) {
    for (const fn of chain.table.functions.values()) yield { fn, namespace: "" };
    for (const fn of chain.table.methods.values()) yield { fn, namespace: "" };
  }
  for (let item: Import | null = frame.imports; item !== null; item = item.next) {
    yield* inModule(item.module, item.name);
  }
}

function* inModule(module: Import["module"], namespace: string): IterableIterator<Found> {
  for (const fn of module.scriptFunctions.values()) yield { fn, namespace };
  for (const fn of module.methods.values()) yield { fn, namespace };
  for (const [name, sub] of module.modules) yield* inModule(sub, `${namespace}::${name}`);
}

function metadata({ fn, namespace }: Found): Value {
  const { def } = fn;
  const map = new RhaiMap();
  if (namespace !== "") map.set("namespace", namespace);
  map.set("name", def.name);
  map.set("access", def.isPrivate ? "private" : "public");
  map.set("is_anonymous", def.name.startsWith("anon$"));
  if (def.thisType !== null) map.set("this_type", def.thisType);
  map.set("params", new RhaiArray([...def.params]));
  return map;
}

function list(context: NativeContext, name?: string, arity?: number | bigint): Value {
  const found: Value[] = [];
  for (const item of reachable(context.frame)) {
    if (name !== undefined && item.fn.name !== name) continue;
    if (arity !== undefined && item.fn.arity !== arity) continue;
    found.push(metadata(item));
  }
  return new RhaiArray(found);
}

/** Functions that need the evaluator itself; a part of `standardPackages`. */
export const languagePackage = definePackage("LanguageCorePackage", (m) => {
  m.fn("parse_json", ["string"], "dynamic", parseJson, {
    context: true,
    isPure: false,
    paramNames: ["json"],
    doc: "Parses the JSON text of an object into an object map.",
  });
  const reflection = { context: true, isPure: false };
  m.fn("get_fn_metadata_list", [], "array", list, { ...reflection, doc: "Describes all script functions." });
  m.fn("get_fn_metadata_list", ["string"], "array", list, {
    ...reflection,
    paramNames: ["name"],
    doc: "Describes the script functions of a name.",
  });
  m.fn("get_fn_metadata_list", ["string", "i64"], "array", list, {
    ...reflection,
    paramNames: ["name", "params"],
    doc: "Describes the script functions of a name with so many parameters.",
  });
});
