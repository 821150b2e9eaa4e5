// Runs one conformance case on an engine of its own and puts what happened into the recorded form.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { threadId } from "node:worker_threads";
import { ParseError } from "../../lang/errors.ts";
import { columnOf, lineOf, NO_POSITION, type Position } from "../../lang/position.ts";
import { Engine } from "../../runtime/engine.ts";
import { EvalError, parsingError } from "../../runtime/errors.ts";
import { FileModuleResolver } from "../../runtime/module/file-resolver.ts";
import { Scope } from "../../runtime/scope.ts";
import { debug, display } from "../../runtime/value/display.ts";
import { typeNameOf, type Value } from "../../runtime/value/value.ts";
import type { Case, ErrorResult, OkResult, Outcome, OutputEntry, Place } from "./case.ts";
import { readScope } from "./scope-json.ts";
import { applyOptions, applyRecordingLimits } from "./settings.ts";

function placeOf(position: Position): Place {
  return position === NO_POSITION ? null : [lineOf(position), columnOf(position)];
}

function kindOf(error: EvalError): string {
  return error.kind === "ErrorParsing" ? `ErrorParsing/${error.fields.parse?.kind}` : error.kind;
}

function errorResult(error: EvalError, folder: string | null): ErrorResult {
  const text = error.toString();
  return {
    kind: kindOf(error),
    at: placeOf(error.position),
    inner: kindOf(error.root),
    inner_at: placeOf(error.root.position),
    message: folder === null ? text : text.replaceAll(folder, "<dir>"),
  };
}

export function okResult(value: Value): OkResult {
  return { type: typeNameOf(value), debug: debug(value), string: display(value) };
}

/** Writes the case's module files into a fresh folder; null when it has none. */
export function writeModules(item: Case): string | null {
  if (item.files === null) return null;
  const name = `rhai_conformance_${process.pid}_${threadId}_${item.id.replace(/[^\p{L}\p{N}]/gu, "_")}`;
  const folder = join(tmpdir(), name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(item.files)) {
    const path = resolve(folder, file);
    if (!path.startsWith(folder + sep)) throw new Error(`file ${file} lies outside of the case's folder`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

export function prepareEngine<E extends Engine>(
  engine: E,
  item: Case,
  folder: string | null,
  output: OutputEntry[],
): E {
  engine.onPrint((text) => void output.push({ print: text }));
  engine.onDebug((text, source, at) => void output.push({ debug: text, source, at: placeOf(at) }));
  if (item.file === null) applyRecordingLimits(engine);
  const modules = item.file?.folder ?? folder;
  if (modules !== null) engine.setModuleResolver(new FileModuleResolver(modules));
  applyOptions(engine, item.options);
  return engine;
}

export function scopeOf(item: Case): Scope {
  const scope = new Scope();
  for (const [name, value] of item.scopeLine === null ? [] : readScope(item.scopeLine))
    scope.push(name, value);
  return scope;
}

function evaluate(engine: Engine, item: Case): Value {
  const scope = scopeOf(item);
  const ast = engine.compile(item.script, { source: item.file?.source ?? null, scope });
  return engine.evalAstSync(ast, scope);
}

export function failure(error: unknown, folder: string | null): Pick<Outcome, "error" | "crash"> {
  const raised = error instanceof ParseError ? parsingError(error) : error;
  if (raised instanceof EvalError) return { error: errorResult(raised, folder) };
  return { crash: raised instanceof Error ? (raised.stack ?? String(raised)) : String(raised) };
}

/** Runs the case. Whatever goes wrong is part of the outcome. */
export function executeCase(item: Case): Outcome {
  const output: OutputEntry[] = [];
  let folder: string | null = null;
  try {
    folder = writeModules(item);
    const engine = prepareEngine(new Engine(), item, folder, output);
    return { output, ok: okResult(evaluate(engine, item)) };
  } catch (error) {
    return { output, ...failure(error, folder) };
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}
