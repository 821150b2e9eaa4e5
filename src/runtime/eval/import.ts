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
import type { ImportContext } from "../module/resolver.ts";
import { copyValue } from "../value/containers.ts";
import { Shared } from "../value/objects.ts";
import { rustTypeNameOf, type Value } from "../value/value.ts";
import { addExport } from "./block.ts";
import {
  type AsyncExec,
  type Environment,
  type Exec,
  type Export,
  Frame,
  type Import,
  NO_THIS,
} from "./frame.ts";
import { ending, type Later, recovering, settledLater, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { MayAwaitError, refuseWaiting, unexpectedPromise } from "./may-await-error.ts";
import { FrameView, type NameView } from "./name-view.ts";
import { isStackOverflow } from "./native-error.ts";
import { startPosition } from "./start-position.ts";
import { findByName } from "./variable.ts";

export function linkImport(linker: Linker, node: ImportStmt): Exec {
  const path = linker.expr(node.path);
  const load = importer(linker, node, false);
  return (frame) => load(frame, () => path(frame)) as Value;
}

export function linkImportAsync(linker: Linker, node: ImportStmt): AsyncExec {
  const path = linker.exprAsync(node.path);
  const load = importer(linker, node, true);
  return (frame) => load(frame, () => path(frame));
}

/** What `import` does around the evaluation of its path. */
function importer(
  linker: Linker,
  node: ImportStmt,
  mayAwait: boolean,
): (frame: Frame, path: () => Later<Value>) => Later<undefined> {
  const visible = linker.scope.visible();
  const pos = startPosition(node.path);
  const alias = node.alias?.name ?? "";
  return (frame, path) => {
    const { run } = frame;
    if (run.modulesLoaded >= run.engine.limits.maxModules)
      throw new EvalError("ErrorTooManyModules", {}, node.pos);
    return whenDone<Value, undefined>(frame, path(), (name) => {
      if (typeof name !== "string") throw mismatchDataType("string", rustTypeNameOf(name), node.path.pos);
      const site: ImportSite = { path: name, view: new FrameView(frame, visible), pos, mayAwait };
      return whenDone<Module, undefined>(frame, loadModule(frame, site), (module) => {
        frame.imports = { name: alias, module, next: frame.imports };
        run.modulesLoaded++;
        return undefined;
      });
    });
  };
}

interface ImportSite {
  readonly path: string;
  /** The variables that the module sees. */
  readonly view: NameView;
  readonly pos: Position;
  readonly mayAwait: boolean;
}

function loadModule(frame: Frame, site: ImportSite): Later<Module> {
  const { run } = frame;
  const { path, pos, mayAwait } = site;
  const context: ImportContext = {
    source: frame.source,
    loadScript: (text, source) =>
      recovering(
        frame,
        () => runModule(frame, text, source, site),
        (error) => {
          if (error instanceof ParseError) throw inModule(path, parsingError(error), pos);
          if (error instanceof MayAwaitError) throw error;
          if (error instanceof EvalError) throw inModule(path, error, pos);
          if (isStackOverflow(error)) throw new EvalError("ErrorStackOverflow", {}, pos);
          throw error;
        },
      ),
  };
  if (run.loading.length > 200) throw new EvalError("ErrorStackOverflow", {}, pos);
  run.loading.push(path);
  return ending(
    frame,
    () => {
      const found = run.engine.moduleResolver.resolve(path, context);
      if (found instanceof Promise && !mayAwait) throw unexpectedPromise("import", pos, found);
      const { cancellation } = run;
      const guarded = found instanceof Promise && cancellation !== null ? cancellation.guard(found) : found;
      return whenDone<Module | null, Module>(frame, guarded, (module) => {
        if (module === null) throw moduleNotFound(path, pos);
        return module;
      });
    },
    () => {
      run.loading.pop();
    },
  );
}

/** Compiles and runs a script as a module in the importer's scope, and collects what it exports. */
function runModule(importing: Frame, text: string, source: string, site: ImportSite): Later<Module> {
  const { run, lib } = importing;
  const { engine } = run;
  // Its functions may be called from anywhere, and call what they see there.
  const everyNode = engine.registry.hasAsync;
  const program = engine.link(engine.compileModule(text, source), { metered: run.metered, everyNode });
  const { table } = program;
  if (!site.mayAwait) refuseWaiting(program.refusal());
  const { body, frameSize } = site.mayAwait ? program.async : program;
  const constants = new Map();
  const environment: Environment = { table, imports: null, constants };
  const chain = { table, outer: lib.chain, entered: new Map() };
  const slots: Value[] = new Array(frameSize).fill(undefined);
  const library = { chain, constants, environment };
  const frame = new Frame(run, slots, NO_THIS, library, importing.imports, importing.level, table.source);
  frame.outer = site.view;
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
    whenDone<Value, Module>(frame, done, () => moduleOf(frame, importing, environment, program.doc)),
  );
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
