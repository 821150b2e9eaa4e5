// Links assignments: to variables, to `this`, and through chains of properties and indices.

import type { AssignStmt, ChainExpr, ThisExpr, VariableExpr } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { assignmentToConstant, EvalError, variableNotFound } from "../errors.ts";
import { Blob, Container, copyValue, RhaiArray, RhaiMap } from "../value/containers.ts";
import { Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import { type AssignOperation, assignOperation } from "./assign-op.ts";
import { type LinkedChain, linkChainParts, linkChainRun } from "./chain.ts";
import { type Eval, type Exec, type Frame, NO_THIS } from "./frame.ts";
import { callIndexer, elementIndex, type IndexSite, indexGet, indexPut } from "./index-ops.ts";
import type { Linker } from "./linker.ts";
import { ENDED, type Path } from "./path.ts";
import { type PropertySite, propertyGet, propertySet } from "./property-ops.ts";
import { startPosition } from "./start-position.ts";
import { findFunctionByName, linkPlace, unboundThis } from "./variable.ts";

export function linkAssign(linker: Linker, node: AssignStmt): Exec {
  const { target } = node;
  switch (target.kind) {
    case "variable":
      return linkVariableAssign(linker, node, target);
    case "this":
      return linkThisAssign(linker, node, target);
    case "chain":
      return linkChainAssign(linker, node, target);
    default:
      throw new Error(`cannot assign to ${target.kind}`);
  }
}

function operation(linker: Linker, node: AssignStmt): AssignOperation | null {
  return node.op === null ? null : assignOperation(node.op, node.pos, linker.options.fastOperators);
}

function linkVariableAssign(linker: Linker, node: AssignStmt, target: VariableExpr): Exec {
  const value = linker.owned(node.value);
  const compute = operation(linker, node);
  const variable = target.namespace === null ? linker.scope.find(target.name) : null;
  const slot = linker.plainSlot(target);
  if (slot >= 0 && variable?.constant !== true) {
    if (compute === null) {
      return (frame) => {
        frame.slots[slot] = value(frame);
        return undefined;
      };
    }
    return linkSlotOperation(linker, node, slot, value, compute);
  }
  return linkPlaceAssign(linker, target, value, compute);
}

const MAX = Number.MAX_SAFE_INTEGER;

/** Op-assignment to a plain slot, with fast paths for `+=` and `-=` on small integers and floats. */
function linkSlotOperation(
  linker: Linker,
  node: AssignStmt,
  slot: number,
  value: Eval,
  compute: AssignOperation,
): Exec {
  const pos = node.target.pos;
  if (linker.options.fastOperators && (node.op === "+" || node.op === "-")) {
    const sign = node.op === "+" ? 1 : -1;
    return (frame) => {
      const b = value(frame);
      const { slots } = frame;
      const a = slots[slot];
      if (typeof a === "number" && typeof b === "number") {
        const result = sign === 1 ? a + b : a - b;
        if (result <= MAX && result >= -MAX) {
          slots[slot] = result;
          return undefined;
        }
      } else if (a instanceof Float && b instanceof Float) {
        slots[slot] = new Float(sign === 1 ? a.value + b.value : a.value - b.value);
        return undefined;
      }
      slots[slot] = compute(frame, a, b, pos);
      return undefined;
    };
  }
  return (frame) => {
    const b = value(frame);
    frame.slots[slot] = compute(frame, frame.slots[slot], b, pos);
    return undefined;
  };
}

function linkPlaceAssign(
  linker: Linker,
  target: VariableExpr,
  value: Eval,
  compute: AssignOperation | null,
): Exec {
  const { name, pos } = target;
  if (target.namespace !== null) return linkQualifiedAssign(linker, target, value);
  const find = linkPlace(linker, name);
  const known = linker.scope.find(name) !== null;
  return (frame) => {
    const b = value(frame);
    if (frame.run.metered) frame.run.track(pos);
    if (!known && findFunctionByName(frame.lib, name) !== null) throw assignmentToConstant(name, pos);
    const place = find(frame);
    if (place === null) {
      const constants = frame.run.engine.registry.constants;
      throw constants.has(name) ? assignmentToConstant(name, pos) : variableNotFound(name, pos);
    }
    const old = place.get();
    if (place.constant) throw assignmentToConstant(name, pos);
    place.set(compute === null ? b : compute(frame, old, b, pos));
    return undefined;
  };
}

/** What a module holds is read-only. */
function linkQualifiedAssign(linker: Linker, target: VariableExpr, value: Eval): Exec {
  const read = linker.expr(target);
  const { name, pos } = target;
  return (frame) => {
    value(frame);
    read(frame);
    throw assignmentToConstant(name, pos);
  };
}

function linkThisAssign(linker: Linker, node: AssignStmt, target: ThisExpr): Exec {
  const value = linker.owned(node.value);
  const compute = operation(linker, node);
  const { pos } = target;
  return (frame) => {
    if (frame.self === NO_THIS) throw unboundThis(pos);
    const b = value(frame);
    if (frame.run.metered) frame.run.track(pos);
    if (frame.selfConstant) throw assignmentToConstant("", pos);
    frame.self = compute === null ? b : compute(frame, frame.self, b, pos);
    return undefined;
  };
}

/** What an assignment through a chain needs at run time. */
interface ChainTarget {
  readonly compute: AssignOperation | null;
  /** Position of the assignment's operator. */
  readonly pos: Position;
  /** Name and position of the root, for constants. */
  readonly rootName: string;
  readonly rootPos: Position;
}

function linkChainAssign(linker: Linker, node: AssignStmt, chainNode: ChainExpr): Exec {
  const value = linker.owned(node.value);
  const chain = linkChainParts(linker, chainNode);
  const target: ChainTarget = {
    compute: operation(linker, node),
    pos: node.pos,
    rootName: chainNode.root.kind === "variable" ? chainNode.root.name : "",
    rootPos: startPosition(chainNode.root),
  };
  const assign = linkLastStep(linker, chain, target);
  if (chain.findCell === null && chain.argCount === 0 && chain.before.length === 0) {
    return (frame) => {
      const b = value(frame);
      assign(frame, NO_ARGS, b);
      return undefined;
    };
  }
  // The value travels in a slot of `args` of its own, so that chain and assignment share one way of running.
  const valueIndex = chain.argCount;
  const run = linkChainRun(
    { ...chain, argCount: valueIndex + 1, before: [storeValue(value, valueIndex), ...chain.before] },
    (frame, args) => {
      assign(frame, args, args[valueIndex]);
      return undefined;
    },
  );
  return run;
}

const NO_ARGS: Value[] = [];

function storeValue(value: Eval, index: number): (frame: Frame, args: Value[]) => void {
  return (frame, args) => {
    args[index] = value(frame);
  };
}

type Assign = (frame: Frame, args: Value[], value: Value) => void;

function linkLastStep(linker: Linker, chain: LinkedChain, target: ChainTarget): Assign {
  const { last, path, lastArgs } = chain;
  const strict = linker.options.failOnInvalidMapProperty;
  if (last.kind === "index") {
    const site: IndexSite = { idxPos: startPosition(last.index), opPos: last.opPos, strict };
    const { optional } = last;
    const [index] = lastArgs;
    return (frame, args, value) => {
      const key = index(frame, args);
      const object = path.own(frame, args);
      if (object === ENDED || (optional && object === undefined)) return;
      assignIndex(frame, args, path, object, key, value, site, target);
    };
  }
  if (last.kind === "property") {
    const site: PropertySite = { name: last.name, idxPos: last.pos, opPos: last.opPos, strict };
    const { optional } = last;
    return (frame, args, value) => {
      const object = path.own(frame, args);
      if (object === ENDED || (optional && object === undefined)) return;
      if (object instanceof RhaiMap) {
        if (frame.run.metered) frame.run.track(0);
        assignKey(frame, path, object, site.name, value, target);
        if (frame.run.hasSizeLimits) frame.run.checkSize(object, target.pos);
      } else assignProperty(frame, args, path, object, value, site, target);
    };
  }
  throw new Error("a method call cannot be assigned to");
}

function refuseConstant(target: ChainTarget): EvalError {
  return assignmentToConstant(target.rootName, target.rootPos);
}

function assignIndex(
  frame: Frame,
  args: Value[],
  path: Path,
  object: Value,
  index: Value,
  value: Value,
  site: IndexSite,
  target: ChainTarget,
): void {
  if (frame.run.metered) frame.run.track(0);
  if (object instanceof RhaiArray) {
    assignElement(frame, path, object, index, value, site, target);
    path.commit(frame, args, object, target.pos);
  } else if (object instanceof RhaiMap) {
    if (typeof index !== "string") indexGet(frame, object, index, site);
    assignKey(frame, path, object, index as string, value, target);
    if (frame.run.hasSizeLimits) frame.run.checkSize(object.get(index as string), target.pos);
    path.commit(frame, args, object, target.pos);
  } else if (
    typeof object === "string" ||
    typeof object === "number" ||
    typeof object === "bigint" ||
    object instanceof Blob
  ) {
    const old = indexGet(frame, object, index, site);
    const next = target.compute === null ? value : target.compute(frame, old, value, target.rootPos);
    const changed = indexPut(frame, object, index, next, site, target.pos);
    if (frame.run.hasSizeLimits) frame.run.checkSize(next, target.pos);
    if (changed === object) path.commit(frame, args, object, target.pos);
    else if (path.isPlace(frame, args)) path.put(frame, args, changed, target.pos);
  } else {
    assignIndexer(frame, args, path, object, index, value, site, target);
  }
}

function assignElement(
  frame: Frame,
  path: Path,
  array: RhaiArray,
  index: Value,
  value: Value,
  site: IndexSite,
  target: ChainTarget,
): void {
  const at = elementIndex(array.items.length, index, site.idxPos);
  if (path.constant(frame)) throw refuseConstant(target);
  const items = array.write();
  const next = target.compute === null ? value : target.compute(frame, items[at], value, target.rootPos);
  items[at] = next;
  if (frame.run.hasSizeLimits) frame.run.checkSize(next, target.pos);
}

/** Sets a key of a map. On a constant only new keys (and keys added to it since) may be set. */
function assignKey(
  frame: Frame,
  path: Path,
  map: RhaiMap,
  key: string,
  value: Value,
  target: ChainTarget,
): void {
  if (path.constant(frame)) {
    if (map.has(key) && !map.isAdded(key)) throw refuseConstant(target);
    map.markAdded(key);
  }
  if (target.compute === null) {
    map.set(key, value);
  } else {
    const old = map.getForWrite(key);
    if (old === undefined && !map.has(key)) map.set(key, undefined);
    map.set(key, target.compute(frame, old, value, target.rootPos));
  }
}

function assignIndexer(
  frame: Frame,
  args: Value[],
  path: Path,
  object: Value,
  index: Value,
  value: Value,
  site: IndexSite,
  target: ChainTarget,
): void {
  let next = value;
  const constant = path.constant(frame);
  if (target.compute !== null) {
    const old = tryIndexer(frame, object, index, site);
    if (old !== null) next = target.compute(frame, old.value, value, target.rootPos);
  }
  callIndexer(frame, [object, index, next], site.opPos, true, constant);
  path.commit(frame, args, object, target.pos);
}

function tryIndexer(frame: Frame, object: Value, index: Value, site: IndexSite): { value: Value } | null {
  try {
    return { value: callIndexer(frame, [object, index], site.opPos, true) };
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}

function assignProperty(
  frame: Frame,
  args: Value[],
  path: Path,
  object: Value,
  value: Value,
  site: PropertySite,
  target: ChainTarget,
): void {
  const constant = path.constant(frame) && path.isPlace(frame, args);
  let next = value;
  if (target.compute !== null) {
    const old = propertyGet(frame, object, site, true, constant);
    next = target.compute(frame, old instanceof Container ? copyValue(old) : old, value, target.rootPos);
  }
  const changed = propertySet(frame, object, next, site, constant);
  if (changed !== object) path.put(frame, args, changed, target.pos);
  else path.commit(frame, args, object, target.pos);
}
