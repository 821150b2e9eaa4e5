// Links closures: captured variables become shared cells, curried into the function pointer.

import type { Capture, ClosureExpr } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { functionNotFound, variableNotFound } from "../errors.ts";
import { copyValue } from "../value/containers.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import type { Value } from "../value/value.ts";
import type { Eval } from "./frame.ts";
import { environmentOf, findScriptFn, functionKey } from "./library.ts";
import type { Linker } from "./linker.ts";
import { linkAsk, linkPlace } from "./variable.ts";

export function linkClosure(linker: Linker, node: ClosureExpr): Eval {
  const key = functionKey(node.fn.name, node.fn.params.length);
  const captures = node.captures.map((capture) => linkCapture(linker, capture));
  const make: Eval = (frame) => {
    const fn = findScriptFn(frame.lib.chain, key);
    if (fn === null) throw functionNotFound(node.fn.name, node.pos);
    fn.captured = captures.length;
    const curry: Value[] = [];
    for (let i = 0; i < captures.length; i++) curry.push(captures[i](frame));
    return new FnPtr(fn.name, curry, fn, environmentOf(frame), true);
  };
  return captures.length === 0 || !linker.metered ? make : counting(make, captures.length, node.pos);
}

/** Rhai captures by two statements, `share` and a call of `curry` whose arguments are the pointer and the variables. */
function counting(make: Eval, captures: number, pos: Position): Eval {
  return (frame) => {
    frame.run.trackSeveral(3 + captures, pos);
    return make(frame);
  };
}

/** The variable's cell, or the value of what is known to be a constant. */
function linkCapture(linker: Linker, { name, pos, constant }: Capture): Eval {
  if (constant !== undefined) return linker.owned(constant);
  const find = linkPlace(linker, name);
  const ask = linkAsk(linker, name, pos);
  return (frame) => {
    const answer = ask === null ? null : ask(frame);
    if (answer !== null) return copyValue(answer.value);
    const place = find(frame);
    if (place === null) throw variableNotFound(name, pos);
    return place.share();
  };
}
