// Links closures: captured variables become shared cells, curried into the function pointer.

import type { ClosureExpr } from "../../lang/ast.ts";
import { functionNotFound, variableNotFound } from "../errors.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import type { Value } from "../value/value.ts";
import type { Eval } from "./frame.ts";
import { environmentOf, findScriptFn, functionKey } from "./library.ts";
import type { Linker } from "./linker.ts";
import { linkPlace } from "./variable.ts";

export function linkClosure(linker: Linker, node: ClosureExpr): Eval {
  const key = functionKey(node.fn.name, node.fn.params.length);
  const captures = node.captures.map((ident) => {
    const find = linkPlace(linker, ident.name);
    return { ident, find };
  });
  return (frame) => {
    const fn = findScriptFn(frame.lib.chain, key);
    if (fn === null) throw functionNotFound(node.fn.name, node.pos);
    fn.captured = captures.length;
    const cells: Value[] = [];
    for (const { ident, find } of captures) {
      const place = find(frame);
      if (place === null) throw variableNotFound(ident.name, ident.pos);
      cells.push(place.share());
    }
    return new FnPtr(fn.name, cells, fn, environmentOf(frame), true);
  };
}
