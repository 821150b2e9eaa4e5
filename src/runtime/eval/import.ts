// Links `import` and `export`; runs scripts as modules.

import type { Ast, ExportStmt, ImportStmt } from "../../lang/ast.ts";
import { ParseError } from "../../lang/errors.ts";
import type { Position } from "../../lang/position.ts";
import {
  EvalError,
  inModule,
  mismatchDataType,
  moduleNotFound,
  parsingError,
  variableNotFound,
} from "../errors.ts";
import { Module } from "../module/module.ts";
import type { ImportContext, ModuleResolver } from "../module/resolver.ts";
import { isInstance } from "../thrown.ts";
import { rustTypeNameOf, type Value } from "../value/value.ts";
import { addExport } from "./block.ts";
import type { AsyncExec, Exec, Frame } from "./frame.ts";
import { ending, type Later, recovering, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { MayAwaitError, unexpectedPromise } from "./may-await-error.ts";
import { evaluateModule } from "./module-run.ts";
import { FrameView, type NameView } from "./name-view.ts";
import { isStackOverflow, nativeError } from "./native-error.ts";
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

/** Where, or for whom, a module is imported. */
export interface ImportSite {
  readonly path: string;
  /** The variables that the module sees. */
  readonly view: NameView;
  readonly pos: Position;
  readonly mayAwait: boolean;
  /** Told about the module's script before it is run. */
  readonly onCompiled?: (ast: Ast) => void;
}

/** Finds a module and runs its script. Throws moduleNotFound, or what loading raises, as an EvalError. */
export function loadModule(frame: Frame, site: ImportSite): Later<Module> {
  const { run } = frame;
  const { path, pos } = site;
  const context: ImportContext = {
    source: frame.source,
    files: run.engine.scriptFiles,
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
  const found = (module: Module | null): Module => {
    if (module === null) throw moduleNotFound(path, pos);
    return module;
  };
  if (run.loading.length > 200) throw new EvalError("ErrorStackOverflow", {}, pos);
  run.loading.push(path);
  return ending(
    frame,
    () => {
      const { embedded, engine } = run;
      const own = embedded === null ? null : ask(frame, embedded, context, site);
      return whenDone<Module | null, Module>(frame, own, (module) => {
        if (module !== null) return module;
        return whenDone<Module | null, Module>(
          frame,
          ask(frame, engine.moduleResolver, context, site),
          found,
        );
      });
    },
    () => {
      run.loading.pop();
    },
  );
}

/** What a resolver says. Throws what it throws, as an EvalError. */
function ask(
  frame: Frame,
  resolver: ModuleResolver,
  context: ImportContext,
  { path, pos, mayAwait }: ImportSite,
): Later<Module | null> {
  const { cancellation } = frame.run;
  const checked = (found: Module | null): Module | null => {
    if (found == null) return null;
    if (found instanceof Module) return found;
    throw new TypeError(`the module resolver returned something for '${path}' that is no Module`);
  };
  return recovering<Module | null>(
    frame,
    () => {
      const found = resolver.resolve(path, context);
      if (found instanceof Promise && !mayAwait) throw unexpectedPromise("import", pos, found);
      const guarded = found instanceof Promise && cancellation !== null ? cancellation.guard(found) : found;
      return whenDone(frame, guarded, checked);
    },
    (error) => {
      throw isInstance(error, ParseError)
        ? inModule(path, parsingError(error), pos)
        : nativeError(error, pos);
    },
  );
}

/** Compiles a script and runs it as a module in the importer's scope. */
function runModule(importing: Frame, text: string, source: string, site: ImportSite): Later<Module> {
  const { engine } = importing.run;
  const ast = engine.compileModule(text, source);
  site.onCompiled?.(ast);
  return evaluateModule(importing, ast, site.view, site.mayAwait);
}

export function linkExport(linker: Linker, node: ExportStmt): Exec {
  const { name, pos } = node.name;
  const alias = node.alias?.name ?? name;
  const variable = linker.scope.find(name);
  if (variable !== null) {
    linker.scope.markExported(variable.slot);
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
