// Links assignments: to variables, to `this`, and through chains of properties and indices.

import type { AssignStmt, ChainExpr, ThisExpr, VariableExpr } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { assignmentToConstant, EvalError, variableNotFound } from "../errors.ts";
import { copyValue, RhaiArray, RhaiMap } from "../value/containers.ts";
import { Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import {
  type AssignOperation,
  type AsyncAssignOperation,
  assignOperation,
  asyncAssignOperation,
} from "./assign-op.ts";
import {
  type AsyncChain,
  indexSite,
  type LinkedChain,
  linkChainParts,
  linkChainPartsAsync,
  linkChainRun,
  linkChainRunAsync,
  propertySite,
} from "./chain.ts";
import { type AsyncExec, type Eval, type Exec, type Frame, NO_THIS } from "./frame.ts";
import { callIndexer, elementIndex, type IndexSite, indexGet, indexPut, isIndexable } from "./index-ops.ts";
import { type Later, recovering, thenPromise, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import type { Place } from "./name-view.ts";
import { type Done, ENDED, type Path } from "./path.ts";
import { type PropertySite, propertyGet, propertySet } from "./property-ops.ts";
import { startPosition } from "./start-position.ts";
import { findFunctionByName, linkAsk, linkPlace, linkStored, unboundThis } from "./variable.ts";

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

export function operation(linker: Linker, node: AssignStmt): AssignOperation | null {
  return node.op === null ? null : assignOperation(node.op, node.pos, linker.options.fastOperators);
}

function linkVariableAssign(linker: Linker, node: AssignStmt, target: VariableExpr): Exec {
  const compute = operation(linker, node);
  const slot = linker.plainSlot(target);
  if (slot >= 0 && linker.scope.find(target.name)?.constant !== true) {
    // Finding the variable is an operation too.
    const value = linker.owned(node.value, target.pos);
    if (compute === null) {
      return (frame) => {
        frame.slots[slot] = value(frame);
        return undefined;
      };
    }
    return linkSlotOperation(linker, node, slot, value, compute);
  }
  return linkPlaceAssign(linker, target, linker.owned(node.value), compute);
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
  const find = assignablePlace(linker, name, pos);
  return (frame) => {
    const b = value(frame);
    const { place, old } = find(frame);
    place.set(compute === null ? b : compute(frame, old, b, pos));
    return undefined;
  };
}

/** Finds a variable that is to be assigned, and its value so far. Throws when it is a constant or does not exist. */
export function assignablePlace(
  linker: Linker,
  name: string,
  pos: Position,
): (frame: Frame) => { place: Place; old: Value } {
  const find = linkPlace(linker, name);
  const known = linker.scope.find(name) !== null;
  const ask = linkAsk(linker, name, pos);
  return (frame) => {
    if (frame.run.metered) frame.run.track(pos);
    if (ask !== null && ask(frame) !== null) throw assignmentToConstant(name, pos);
    if (!known && findFunctionByName(frame.lib, name) !== null) throw assignmentToConstant(name, pos);
    const place = find(frame);
    if (place === null) {
      const constants = frame.run.engine.registry.constants;
      throw constants.has(name) ? assignmentToConstant(name, pos) : variableNotFound(name, pos);
    }
    const old = place.get();
    if (place.constant) throw assignmentToConstant(name, pos);
    return { place, old };
  };
}

/** What a module holds is read-only. */
function linkQualifiedAssign(linker: Linker, target: VariableExpr, value: Eval): Exec {
  const read = linkStored(linker, target);
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
  readonly compute: AsyncAssignOperation | null;
  /** Position of the assignment's operator. */
  readonly pos: Position;
  /** Name and position of the root, for constants. */
  readonly rootName: string;
  readonly rootPos: Position;
}

function linkChainAssign(linker: Linker, node: AssignStmt, chainNode: ChainExpr): Exec {
  const value = linker.owned(node.value);
  const chain = linkChainParts(linker, chainNode);
  const assign = linkLastStep(linker, chain, chainTarget(node, chainNode, operation(linker, node)));
  const pay = linker.due.payment();
  if (chain.findCell === null && chain.argCount === 0 && chain.before.length + chain.stages.length === 0) {
    return (frame) => {
      const b = value(frame);
      if (pay !== null) pay(frame);
      assign(frame, NO_ARGS, b);
      return undefined;
    };
  }
  // The value travels in a slot of `args` of its own, so that chain and assignment share one way of running.
  const valueIndex = chain.argCount;
  const before = [storeValue(value, valueIndex), ...chain.before, ...(pay === null ? [] : [pay])];
  const run = linkChainRun({ ...chain, argCount: valueIndex + 1, before }, (frame, args) => {
    assign(frame, args, args[valueIndex]);
    return undefined;
  });
  return run;
}

function chainTarget(
  node: AssignStmt,
  { root }: ChainExpr,
  compute: AsyncAssignOperation | null,
): ChainTarget {
  const rootName = root.kind === "variable" ? root.name : "";
  return { compute, pos: node.pos, rootName, rootPos: startPosition(root) };
}

/** Assignment through a chain in which something may await. */
export function linkChainAssignAsync(linker: Linker, node: AssignStmt, chainNode: ChainExpr): AsyncExec {
  const value = linker.ownedAsync(node.value);
  const chain = linkChainPartsAsync(linker, chainNode);
  const target = chainTarget(node, chainNode, asyncOperation(linker, node));
  const assign = linkLastStep(linker, chain, target);
  const valueIndex = chain.argCount;
  const storeFirst = (frame: Frame, args: Value[]) =>
    whenDone<Value, void>(frame, value(frame), (settled) => {
      args[valueIndex] = settled;
    });
  return linkChainRunAsync(
    { ...chain, argCount: valueIndex + 1, before: [storeFirst, ...chain.before] },
    (frame, args) => whenDone<void, Value>(frame, assign(frame, args, args[valueIndex]), () => undefined),
  );
}

export function asyncOperation(linker: Linker, node: AssignStmt): AsyncAssignOperation | null {
  return node.op === null ? null : asyncAssignOperation(node.op, node.pos, linker.options.fastOperators);
}

const NO_ARGS: Value[] = [];

function storeValue(value: Eval, index: number): (frame: Frame, args: Value[]) => void {
  return (frame, args) => {
    args[index] = value(frame);
  };
}

type Assign = (frame: Frame, args: Value[], value: Value) => Done;

/** Links the assignment itself; it returns promises only when an operator, indexer or setter does. */
function linkLastStep(linker: Linker, chain: LinkedChain | AsyncChain, target: ChainTarget): Assign {
  const { last, path, lastArgs } = chain;
  if (last.kind === "index") {
    const site = indexSite(linker, last);
    const { optional } = last;
    const [index] = lastArgs;
    return (frame, args, value) => {
      const key = index(frame, args);
      const object = path.own(frame, args);
      if (object === ENDED || (optional && object === undefined)) return;
      return assignIndex(frame, args, path, object, key, value, site, target);
    };
  }
  if (last.kind === "property") {
    const site = propertySite(linker, last);
    const { optional } = last;
    return (frame, args, value) => {
      const object = path.own(frame, args);
      if (object === ENDED || (optional && object === undefined)) return;
      if (!(object instanceof RhaiMap)) return assignProperty(frame, args, path, object, value, site, target);
      return whenDone(frame, assignKey(frame, path, object, site.name, value, target), () => {
        if (frame.run.hasSizeLimits) frame.run.checkSize(object, target.pos);
      });
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
): Done {
  const { run } = frame;
  if (object instanceof RhaiArray) {
    return whenDone(frame, assignElement(frame, path, object, index, value, site, target), () =>
      path.commit(frame, args, object, target.pos),
    );
  }
  if (object instanceof RhaiMap) {
    if (typeof index !== "string") indexGet(frame, object, index, site);
    return whenDone(frame, assignKey(frame, path, object, index as string, value, target), () => {
      if (run.hasSizeLimits) run.checkSize(object.get(index as string), target.pos);
      return path.commit(frame, args, object, target.pos);
    });
  }
  if (!isIndexable(object)) return assignIndexer(frame, args, path, object, index, value, site, target);
  return assignPart(frame, args, path, object, index, value, site, target);
}

/** Replaces a character, a bit or a byte. */
function assignPart(
  frame: Frame,
  args: Value[],
  path: Path,
  object: Value,
  index: Value,
  value: Value,
  site: IndexSite,
  target: ChainTarget,
): Done {
  const old = indexGet(frame, object, index, site);
  const computed = target.compute === null ? value : target.compute(frame, old, value, target.rootPos);
  return whenDone<Value, void>(frame, computed, (next) =>
    whenDone(frame, indexPut(frame, object, index, next, site, target.pos), (changed): Done => {
      if (frame.run.hasSizeLimits) frame.run.checkSize(next, target.pos);
      if (changed === object) return path.commit(frame, args, object, target.pos);
      if (path.isPlace(frame, args)) return path.put(frame, args, changed, target.pos);
    }),
  );
}

function assignElement(
  frame: Frame,
  path: Path,
  array: RhaiArray,
  index: Value,
  value: Value,
  site: IndexSite,
  target: ChainTarget,
): Done {
  const at = elementIndex(array.items.length, index, site.idxPos);
  if (path.constant(frame)) throw refuseConstant(target);
  const items = array.write();
  const next = target.compute === null ? value : target.compute(frame, items[at], value, target.rootPos);
  if (next instanceof Promise) {
    return thenPromise(frame, next, (settled) => {
      // The array may have changed in the meantime.
      array.write()[elementIndex(array.items.length, index, site.idxPos)] = settled;
      if (frame.run.hasSizeLimits) frame.run.checkSize(settled, target.pos);
    });
  }
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
): Done {
  if (path.constant(frame)) {
    if (map.has(key) && !map.isAdded(key)) throw refuseConstant(target);
    map.markAdded(key);
  }
  if (target.compute === null) {
    map.set(key, value);
    return;
  }
  const old = map.getForWrite(key);
  if (old === undefined && !map.has(key)) map.set(key, undefined);
  const next = target.compute(frame, old, value, target.rootPos);
  if (!(next instanceof Promise)) map.set(key, next);
  else
    return thenPromise(frame, next, (settled) => {
      map.set(key, settled);
    });
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
): Done {
  const { compute } = target;
  const constant = path.constant(frame);
  const computed =
    compute === null
      ? value
      : whenDone(frame, tryIndexer(frame, object, index, site), (old) =>
          old === null ? value : compute(frame, old.value, value, target.rootPos),
        );
  return whenDone<Value, void>(frame, computed, (next) =>
    whenDone(frame, callIndexer(frame, [object, index, next], site, true, constant), () =>
      path.commit(frame, args, object, target.pos),
    ),
  );
}

function tryIndexer(
  frame: Frame,
  object: Value,
  index: Value,
  site: IndexSite,
): Later<{ value: Value } | null> {
  return recovering<{ value: Value } | null>(
    frame,
    () => whenDone(frame, callIndexer(frame, [object, index], site, true), (value) => ({ value })),
    (error) => {
      if (error instanceof EvalError) return null;
      throw error;
    },
  );
}

function assignProperty(
  frame: Frame,
  args: Value[],
  path: Path,
  object: Value,
  value: Value,
  site: PropertySite,
  target: ChainTarget,
): Done {
  const { compute } = target;
  const constant = path.constant(frame) && path.isPlace(frame, args);
  const computed =
    compute === null
      ? value
      : whenDone(frame, propertyGet(frame, object, site, true, constant), (old) =>
          compute(frame, copyValue(old), value, target.rootPos),
        );
  return whenDone<Value, void>(frame, computed, (next) =>
    whenDone(frame, propertySet(frame, object, next, site, constant), (changed) =>
      changed === object
        ? path.commit(frame, args, object, target.pos)
        : path.put(frame, args, changed, target.pos),
    ),
  );
}
