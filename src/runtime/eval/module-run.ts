// Running scripts as modules: what they export, their functions and the environment these keep.

import type { Ast } from "../../lang/ast.ts";
import { ExitSignal } from "../control.ts";
import { Module } from "../module/module.ts";
import { copyValue } from "../value/containers.ts";
import { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { type Environment, Frame, type Import, NO_THIS } from "./frame.ts";
import { type Later, recovering, settledLater, whenDone } from "./later.ts";
import { refuseWaiting } from "./may-await-error.ts";
import { exportedBy, type NameView } from "./name-view.ts";

/**
 * Runs a script as a module for whoever imports it; `view` holds the variables that it sees. Throws MayAwaitError when it may
 * have to wait and the importer cannot.
 */
export function evaluateModule(importing: Frame, ast: Ast, view: NameView, mayAwait: boolean): Later<Module> {
  const { run, lib, imports, level } = importing;
  const { engine } = run;
  // Its functions may be called from anywhere, and call what they see there.
  const everyNode = engine.registry.hasAsync;
  const program = engine.link(ast, { metered: run.metered, everyNode });
  const { table } = program;
  if (!mayAwait) refuseWaiting(program.refusal());
  const { body, frameSize } = mayAwait ? program.async : program;
  const constants = new Map();
  const environment: Environment = { table, imports: null, constants };
  const chain = { table, outer: lib.chain, entered: new Map() };
  const slots: Value[] = new Array(frameSize).fill(undefined);
  const library = { chain, constants, environment };
  const frame = new Frame(run, slots, NO_THIS, library, imports, level, table.source);
  frame.outer = view;
  const done = recovering<Value>(
    frame,
    () => body(frame),
    (error) => {
      if (!(error instanceof ExitSignal)) throw error;
      return undefined;
    },
  );
  return settledLater(
    frame,
    whenDone<Value, Module>(frame, done, () => moduleOf(frame, imports, environment, program.doc)),
  );
}

/** `outside`: the imports that were in force before. */
function moduleOf(frame: Frame, outside: Import | null, environment: Environment, doc: string): Module {
  const module = new Module();
  const { table, constants } = environment;
  module.id = table.source;
  module.doc = doc;
  for (let item = frame.imports; item !== null && item !== outside; item = item.next) {
    if (item.name !== "" && !module.modules.has(item.name)) module.setSubModule(item.name, item.module);
  }
  for (const { alias, read } of exportedBy(frame)) {
    if (module.containsVar(alias)) continue;
    const value = read();
    module.setVar(alias, copyValue(value instanceof Shared ? value.value : value));
  }
  const own: Environment = { table, imports: ownImports(frame.imports, outside), constants };
  for (const [key, fn] of table.functions) {
    fn.environment = own;
    if (!fn.def.isPrivate) module.scriptFunctions.set(key, fn);
  }
  for (const [key, fn] of table.methods) {
    fn.environment = own;
    if (!fn.def.isPrivate) module.methods.set(key, fn);
  }
  return module;
}

function ownImports(imports: Import | null, outside: Import | null): Import | null {
  if (imports === null || imports === outside) return null;
  return { ...imports, next: ownImports(imports.next, outside) };
}
