// Links calls that belong to the language and may have to wait: for an argument, or for what `eval` and `call` run.

import type { CallExpr } from "../../lang/ast.ts";
import type { Value } from "../value/value.ts";
import { linkRawArgumentAsync } from "./arguments.ts";
import { syntacticCall } from "./dynamic-call.ts";
import type { AsyncEval, Frame } from "./frame.ts";
import { evaluation, linkTextCheck, pointerCall, pointerTo, requirePointer } from "./keyword-call.ts";
import { evaluateAll, type Later, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { FrameView } from "./name-view.ts";

/** The linked call, or null when the name (with that many arguments) is an ordinary function; see `linkKeywordCall`. */
export function linkKeywordCallAsync(linker: Linker, node: CallExpr): AsyncEval | null {
  const count = node.args.length;
  switch (node.name) {
    case "eval":
      return count === 1 ? withText(linker, node, evaluation(linker, node, true)) : syntactic(linker, node);
    case "call":
      return count >= 1 ? linkPointerCall(linker, node) : syntactic(linker, node);
    case "Fn": {
      if (count !== 1) return syntactic(linker, node);
      const { pos } = node.args[0];
      return withText(linker, node, (_frame, name) => pointerTo(name, pos));
    }
    case "curry":
      return count > 1 ? linkCurry(linker, node) : syntactic(linker, node);
    case "is_shared":
      return count === 1 ? linkIsShared(linker, node) : syntactic(linker, node);
    case "is_def_var": {
      if (count !== 1) return syntactic(linker, node);
      const visible = linker.scope.visible();
      return withText(linker, node, (frame, name) => new FrameView(frame, visible).find(name) !== null);
    }
    case "type_of":
    case "is_def_fn":
      return syntactic(linker, node);
    default:
      return null;
  }
}

function syntactic(linker: Linker, node: CallExpr): AsyncEval {
  const args = node.args.map((arg) => linker.exprAsync(arg));
  const { name, pos } = node;
  return (frame) =>
    whenDone(frame, evaluateAll(frame, args), (values) => syntacticCall(frame, name, values, pos)?.value);
}

/** A call with one string argument. */
function withText(
  linker: Linker,
  node: CallExpr,
  work: (frame: Frame, text: string) => Later<Value>,
): AsyncEval {
  const [arg] = node.args;
  const text = linker.exprAsync(arg);
  const check = linkTextCheck(linker, arg);
  return (frame) => whenDone(frame, text(frame), (value) => work(frame, check(frame, value)));
}

function linkCurry(linker: Linker, node: CallExpr): AsyncEval {
  const target = linker.exprAsync(node.args[0]);
  const args = node.args.slice(1).map((arg) => linkRawArgumentAsync(linker, arg));
  const { pos } = node.args[0];
  return (frame) =>
    whenDone(frame, target(frame), (value) => {
      const pointer = requirePointer(value, pos);
      return whenDone(frame, evaluateAll(frame, args), (values) => pointer.withCurry(values));
    });
}

function linkIsShared(linker: Linker, node: CallExpr): AsyncEval {
  const raw = linkRawArgumentAsync(linker, node.args[0]);
  const { name, pos } = node;
  return (frame) => whenDone(frame, raw(frame), (value) => syntacticCall(frame, name, [value], pos)?.value);
}

function linkPointerCall(linker: Linker, node: CallExpr): AsyncEval {
  const target = linker.exprAsync(node.args[0]);
  const args = node.args.slice(1).map((arg) => linkRawArgumentAsync(linker, arg));
  const call = pointerCall(linker, node, true);
  const targetPos = node.args[0].pos;
  return (frame) =>
    whenDone(frame, target(frame), (value) => {
      const pointer = requirePointer(value, targetPos);
      return whenDone(frame, evaluateAll(frame, args), (values) => call(frame, pointer, values));
    });
}
