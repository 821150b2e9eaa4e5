// Links closures: captured variables become shared cells, curried into the function pointer.

import type { Capture, ClosureExpr } from "../../lang/ast.ts";
import { functionNotFound, variableNotFound } from "../errors.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import type { Value } from "../value/value.ts";
import type { Eval } from "./frame.ts";
import { environmentOf, findScriptFn, functionKey } from "./library.ts";
import type { Linker } from "./linker.ts";
import { linkPlace } from "./variable.ts";

export function linkClosure(linker: Linker, node: ClosureExpr): Eval {
  const key = functionKey(node.fn.name, node.fn.params.length);
  const captures = node.captures.map((capture) => linkCapture(linker, capture));
  return (frame) => {
    const fn = findScriptFn(frame.lib.chain, key);
    if (fn === null) throw functionNotFound(node.fn.name, node.pos);
    fn.captured = captures.length;
    const curry: Value[] = [];
    for (let i = 0; i < captures.length; i++) curry.push(captures[i](frame));
    return new FnPtr(fn.name, curry, fn, environmentOf(frame), true);
  };
}

/** The variable's cell, or the value of what is known to be a constant. */
function linkCapture(linker: Linker, { name, pos, constant }: Capture): Eval {
  if (constant !== undefined) return linker.owned(constant);
  const find = linkPlace(linker, name);
  return (frame) => {
    const place = find(frame);
    if (place === null) throw variableNotFound(name, pos);
    return place.share();
  };
}
