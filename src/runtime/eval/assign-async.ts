// Links assignments that may have to wait: for the value, for the operator, or on the way to the place.

import type { AssignStmt, ThisExpr, VariableExpr } from "../../lang/ast.ts";
import { assignmentToConstant } from "../errors.ts";
import type { Value } from "../value/value.ts";
import { assignablePlace, asyncOperation, linkChainAssignAsync } from "./assign.ts";
import type { AsyncAssignOperation } from "./assign-op.ts";
import { type AsyncEval, type AsyncExec, type Frame, NO_THIS } from "./frame.ts";
import { type Later, thenPromise, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { linkStored, unboundThis } from "./variable.ts";

export function linkAssignAsync(linker: Linker, node: AssignStmt): AsyncExec {
  const { target } = node;
  switch (target.kind) {
    case "variable":
      return linkVariableAssign(linker, node, target);
    case "this":
      return linkThisAssign(linker, node, target);
    case "chain":
      return linkChainAssignAsync(linker, node, target);
    default:
      throw new Error(`cannot assign to ${target.kind}`);
  }
}

function linkVariableAssign(linker: Linker, node: AssignStmt, target: VariableExpr): AsyncExec {
  const value = linker.ownedAsync(node.value);
  const compute = asyncOperation(linker, node);
  if (target.namespace !== null) return linkQualifiedAssign(linker, target, value);
  const slot = linker.plainSlot(target);
  if (slot >= 0 && !linker.metered && linker.scope.find(target.name)?.constant !== true)
    return linkSlotAssign(slot, value, compute, target.pos, node.op === "+" && linker.options.fastOperators);
  const find = assignablePlace(linker, target.name, target.pos);
  const assign = (frame: Frame, b: Value): Later<undefined> => {
    const { place, old } = find(frame);
    return whenDone<Value, undefined>(
      frame,
      compute === null ? b : compute(frame, old, b, target.pos),
      (result) => {
        place.set(result);
        return undefined;
      },
    );
  };
  return (frame) => whenDone<Value, Value>(frame, value(frame), (b) => assign(frame, b));
}

const MAX = Number.MAX_SAFE_INTEGER;

/** Assignment to a plain slot: the usual place for the result of an asynchronous call, so it takes no detours. */
function linkSlotAssign(
  slot: number,
  value: AsyncEval,
  compute: AsyncAssignOperation | null,
  pos: number,
  isPlus: boolean,
): AsyncExec {
  const store = (result: Value, frame: Frame): undefined => {
    frame.slots[slot] = result;
    return undefined;
  };
  const assign = (b: Value, frame: Frame): Later<undefined> => {
    if (compute === null) return store(b, frame);
    const a = frame.slots[slot];
    if (isPlus && typeof a === "number" && typeof b === "number") {
      const sum = a + b;
      if (sum <= MAX && sum >= -MAX) return store(sum, frame);
    }
    const result = compute(frame, a, b, pos);
    return whenDone(frame, result, store);
  };
  return (frame) => {
    const b = value(frame);
    return b instanceof Promise ? thenPromise(frame, b, assign) : assign(b, frame);
  };
}

/** What a module holds is read-only. */
function linkQualifiedAssign(linker: Linker, target: VariableExpr, value: AsyncEval): AsyncExec {
  const read = linkStored(linker, target);
  const { name, pos } = target;
  return (frame) =>
    whenDone<Value, never>(frame, value(frame), () => {
      read(frame);
      throw assignmentToConstant(name, pos);
    });
}

function linkThisAssign(linker: Linker, node: AssignStmt, target: ThisExpr): AsyncExec {
  const value = linker.ownedAsync(node.value);
  const compute = asyncOperation(linker, node);
  const { pos } = target;
  return (frame) => {
    if (frame.self === NO_THIS) throw unboundThis(pos);
    return whenDone<Value, Value>(frame, value(frame), (b) => {
      if (frame.run.metered) frame.run.track(pos);
      if (frame.selfConstant) throw assignmentToConstant("", pos);
      const result = compute === null ? b : compute(frame, frame.self, b, pos);
      return whenDone<Value, undefined>(frame, result, (settled) => {
        frame.self = settled;
        return undefined;
      });
    });
  };
}
