// Links `import` and `export`; runs scripts as modules.

import type { ExportStmt, ImportStmt } from "../../lang/ast.ts";
import { ParseError } from "../../lang/errors.ts";
import type { Position } from "../../lang/position.ts";
import { ExitSignal } from "../control.ts";
import {
  EvalError,
  inModule,
  mismatchDataType,
  moduleNotFound,
  parsingError,
  variableNotFound,
} from "../errors.ts";
import { Module } from "../module/module.ts";
import { copyValue } from "../value/containers.ts";
import { Shared } from "../value/objects.ts";
import { typeNameOf } from "../value/value.ts";
import { addExport } from "./block.ts";
import { type Environment, type Exec, type Export, Frame, type Import, NO_THIS } from "./frame.ts";
import type { Linker } from "./linker.ts";
import { FrameView, type NameView } from "./name-view.ts";
import { isStackOverflow } from "./script-call.ts";
import { startPosition } from "./start-position.ts";
import { findByName } from "./variable.ts";

export function linkImport(linker: Linker, node: ImportStmt): Exec {
  const path = linker.expr(node.path);
  const visible = linker.scope.visible();
  const pathPos = startPosition(node.path);
  const alias = node.alias?.name ?? "";
  return (frame) => {
    const { run } = frame;
    if (run.modulesLoaded >= run.engine.limits.maxModules)
      throw new EvalError("ErrorTooManyModules", {}, node.pos);
    const name = path(frame);
    if (typeof name !== "string") throw mismatchDataType("string", typeNameOf(name), node.path.pos);
    const module = loadModule(frame, name, new FrameView(frame, visible), pathPos);
    frame.imports = { name: alias, module, next: frame.imports };
    run.modulesLoaded++;
    return undefined;
  };
}

function loadModule(frame: Frame, path: string, view: NameView, pos: Position): Module {
  const { run } = frame;
  const context = {
    source: frame.source,
    loadScript: (text: string, source: string) => {
      try {
        return runModule(frame, text, source, view);
      } catch (error) {
        if (error instanceof ParseError) throw inModule(path, parsingError(error), pos);
        if (error instanceof EvalError) throw inModule(path, error, pos);
        if (isStackOverflow(error)) throw new EvalError("ErrorStackOverflow", {}, pos);
        throw error;
      }
    },
  };
  if (run.loading.length > 200) throw new EvalError("ErrorStackOverflow", {}, pos);
  run.loading.push(path);
  try {
    const module = run.engine.moduleResolver.resolve(path, context);
    if (module === null) throw moduleNotFound(path, pos);
    return module;
  } finally {
    run.loading.pop();
  }
}

/** Compiles and runs a script as a module in the importer's scope, and collects what it exports. */
function runModule(importer: Frame, text: string, source: string, view: NameView): Module {
  const { run } = importer;
  const program = run.engine.link(run.engine.compileModule(text, source));
  const { table } = program;
  const constants = new Map();
  const environment: Environment = { table, imports: null, constants };
  const chain = { table, outer: importer.lib.chain, entered: new Map() };
  const frame = new Frame(
    run,
    new Array(program.frameSize).fill(undefined),
    NO_THIS,
    { chain, constants, environment },
    importer.imports,
    importer.level,
    table.source,
  );
  frame.outer = view;
  try {
    program.body(frame);
  } catch (error) {
    if (!(error instanceof ExitSignal)) throw error;
  }
  return moduleOf(frame, importer, environment, program.doc);
}

function moduleOf(frame: Frame, importer: Frame, environment: Environment, doc: string): Module {
  const outside = importer.imports;
  const module = new Module();
  const { table } = environment;
  module.id = table.source;
  module.doc = doc;
  for (let item = frame.imports; item !== null && item !== outside; item = item.next) {
    if (item.name !== "" && !module.modules.has(item.name)) module.setSubModule(item.name, item.module);
  }
  for (const { alias, read } of exportsOf(frame)) {
    if (module.containsVar(alias)) continue;
    const value = read();
    module.setVar(alias, copyValue(value instanceof Shared ? value.value : value));
  }
  const own: Environment = {
    table,
    imports: ownImports(frame.imports, outside),
    constants: environment.constants,
  };
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

/** What a module exports, the latest definition first; importers' exports so far count as well, since the scope is theirs. */
function exportsOf(frame: Frame): Export[] {
  const own = [...(frame.exports ?? [])].sort((a, b) => b.order - a.order);
  return frame.outer instanceof FrameView ? [...own, ...exportsOf(frame.outer.frame)] : own;
}

function ownImports(imports: Import | null, outside: Import | null): Import | null {
  if (imports === null || imports === outside) return null;
  return { ...imports, next: ownImports(imports.next, outside) };
}

export function linkExport(linker: Linker, node: ExportStmt): Exec {
  const { name, pos } = node.name;
  const alias = node.alias?.name ?? name;
  const variable = linker.scope.find(name);
  if (variable !== null) {
    return (frame) => {
      addExport(frame, alias, variable.slot);
      return undefined;
    };
  }
  return (frame) => {
    const place = findByName(frame, name);
    if (place === null) throw variableNotFound(name, pos);
    frame.exports ??= [];
    frame.exports.push({ alias, order: -1, read: () => place.get() });
    return undefined;
  };
}
