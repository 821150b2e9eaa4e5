// Links variables: reading by slot, by name at run time, through modules; `this`.

import type { Expr, Ident, ThisExpr, VariableExpr } from "../../lang/ast.ts";
import { NO_POSITION, type Position } from "../../lang/position.ts";
import { EvalError, moduleNotFound, variableNotFound } from "../errors.ts";
import type { Module } from "../module/module.ts";
import { copyValue } from "../value/containers.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { Shared } from "../value/objects.ts";
import { rustTypeNameOf, type Value } from "../value/value.ts";
import type { Answer } from "./callbacks.ts";
import { type Chain, type Eval, type Frame, type Library, NO_THIS, type ScriptFn } from "./frame.ts";
import { environmentOf } from "./library.ts";
import type { Linker } from "./linker.ts";
import { DynamicPlace, FrameView, findDynamic, type Place, readCell, SlotPlace } from "./name-view.ts";
import { nativeError } from "./native-error.ts";
import type { StaticVariable } from "./static-scope.ts";

/** Links a read; the value is borrowed. */
export function linkVariable(linker: Linker, node: VariableExpr): Eval {
  const stored = linkStored(linker, node);
  const ask = node.namespace === null ? linkAsk(linker, node.name, node.pos) : null;
  if (ask === null) return stored;
  return (frame) => {
    const answer = ask(frame);
    return answer === null ? stored(frame) : answer.value;
  };
}

/** A read that does not ask the host. */
export function linkStored(linker: Linker, node: VariableExpr): Eval {
  if (node.namespace !== null) return linkQualified(node, node.namespace);
  const variable = linker.scope.find(node.name);
  if (variable === null) return linkUnresolved(node);
  if (linker.scope.facts.hasEval) return linkHideable(node.name, variable);
  const { slot } = variable;
  if (variable.maybeShared) return (frame) => readCell(frame.slots[slot]);
  return (frame) => frame.slots[slot];
}

/** What asks the host for the value of a variable (`onVar`); null when it is not to be asked. */
export function linkAsk(
  linker: Linker,
  name: string,
  position: Position,
): ((frame: Frame) => Answer | null) | null {
  if (!linker.settings.asksVariables) return null;
  const visible = linker.scope.visible();
  const known = visible.findLastIndex((variable) => variable.name === name);
  return (frame) => {
    const { variable } = frame.run.engine.hooks.callbacks;
    // The name of a function is no variable.
    if (variable === null || (known < 0 && findFunctionByName(frame.lib, name) !== null)) return null;
    const isCertain = known >= 0 && (frame.dynamic === null || frame.dynamic.length === 0);
    try {
      const view = new FrameView(frame, visible);
      return variable(name, isCertain ? visible.length - known : 0, {
        frame,
        view,
        position,
        level: frame.level,
        mayAwait: false,
      });
    } catch (error) {
      throw nativeError(error, position);
    }
  };
}

/** A static variable in a function with `eval`, which may have defined one of the same name since. */
function linkHideable(name: string, { slot }: StaticVariable): Eval {
  return (frame) => {
    const dynamic = findDynamic(frame, name, slot);
    return readCell(dynamic === null ? frame.slots[slot] : dynamic.value);
  };
}

function linkUnresolved(node: VariableExpr): Eval {
  const { name, pos } = node;
  return (frame) => {
    const fn = findFunctionByName(frame.lib, name);
    if (fn !== null) return fnPointer(frame, fn);
    const place = findByName(frame, name);
    if (place !== null) return place.get();
    const constants = frame.run.engine.registry.constants;
    if (constants.has(name)) return copyValue(constants.get(name));
    throw variableNotFound(name, pos);
  };
}

/** A variable that the linker does not know: defined by `eval`, or outside of the frame. */
export function findByName(frame: Frame, name: string): Place | null {
  const dynamic = findDynamic(frame, name, -1);
  if (dynamic !== null) return new DynamicPlace(dynamic);
  return frame.outer === null ? null : frame.outer.find(name);
}

/** Rust's type of the cell of a captured variable. */
const CELL_TYPE = "alloc::rc::Rc<core::cell::RefCell<rhai::types::dynamic::Dynamic>>";

/** How a message names the type of a value that is of the wrong one: where a captured variable is read, Rhai names its cell. */
export function linkTypeName(linker: Linker, node: Expr): (frame: Frame, value: Value) => string {
  if (node.kind !== "variable" || node.namespace !== null) return (_frame, value) => rustTypeNameOf(value);
  const place = linkPlace(linker, node.name);
  return (frame, value) => (place(frame)?.cell instanceof Shared ? CELL_TYPE : rustTypeNameOf(value));
}

/** The place of a plain variable, wherever it is; null when there is none. */
export function linkPlace(linker: Linker, name: string): (frame: Frame) => Place | null {
  const variable = linker.scope.find(name);
  if (variable === null) return (frame) => findByName(frame, name);
  const { slot, constant } = variable;
  return (frame) => {
    const dynamic = findDynamic(frame, name, slot);
    return dynamic === null ? new SlotPlace(frame.slots, slot, constant) : new DynamicPlace(dynamic);
  };
}

export function findFunctionByName(lib: Library, name: string): ScriptFn | null {
  for (let chain: Chain | null = lib.chain; chain !== null; chain = chain.outer) {
    const fn = chain.table.byName.get(name);
    if (fn !== undefined) return fn;
  }
  return null;
}

function fnPointer(frame: Frame, fn: ScriptFn): Value {
  return new FnPtr(fn.name, [], fn, fn.environment ?? environmentOf(frame), true);
}

/** The module that a namespace names, or null. */
export function findModule(
  frame: Frame,
  path: readonly Ident[],
): { root: Module | null; module: Module | null } {
  const rootName = path[0].name;
  let root: Module | null = null;
  for (let item = frame.imports; item !== null; item = item.next) {
    if (item.name === rootName) {
      root = item.module;
      break;
    }
  }
  root ??= frame.run.engine.globalModules.get(rootName) ?? null;
  if (root === null) return { root: null, module: null };
  return { root, module: root.resolve(path.slice(1).map((ident) => ident.name)) };
}

export function namespaceText(path: readonly Ident[]): string {
  return path.map((ident) => ident.name).join("::");
}

function linkQualified(node: VariableExpr, path: readonly Ident[]): Eval {
  const { name } = node;
  const text = namespaceText(path);
  const pos = path[0].pos;
  return (frame) => {
    const { root, module } = findModule(frame, path);
    if (root !== null) {
      if (module?.containsVar(name)) return module.variables.get(name);
      throw variableNotFound(`${text}::${name}`, pos);
    }
    if (text === "global") {
      const { constants } = frame.lib;
      if (constants.has(name)) return constants.get(name);
      throw variableNotFound(`${text}::${name}`, pos);
    }
    throw moduleNotFound(text, pos);
  };
}

export function linkThis(node: ThisExpr): Eval {
  const { pos } = node;
  return (frame) => {
    if (frame.self === NO_THIS) throw unboundThis(pos);
    return frame.self;
  };
}

export function unboundThis(pos = NO_POSITION): EvalError {
  return new EvalError("ErrorUnboundThis", {}, pos);
}
