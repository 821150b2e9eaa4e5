// Values of expressions that are constants as they stand: literals, and arrays and maps of them.

import type { Expr } from "../../lang/ast.ts";
import { fnPtrFromName } from "../function/fn-name.ts";
import { RhaiArray, RhaiMap } from "../value/containers.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import type { Value } from "../value/value.ts";
import { isLiteral, literalValue } from "./literal.ts";

/** The value; throws when the expression is no constant. */
export function constantValue(node: Expr): Value {
  if (isLiteral(node)) return literalValue(node);
  if (node.kind === "array") return new RhaiArray(node.items.map(constantValue));
  if (node.kind === "map") {
    return new RhaiMap(new Map(node.entries.map((entry) => [entry.key.name, constantValue(entry.value)])));
  }
  if (node.kind === "interpolated" && node.parts.every((part) => part.kind === "string")) {
    return node.parts.map((part) => (part.kind === "string" ? part.value : "")).join("");
  }
  if (node.kind === "call" && node.name === "Fn" && node.args[0]?.kind === "string")
    return fnPtrFromName(node.args[0].value);
  // Only what is not: no value equals a function.
  if (node.kind === "closure") return new FnPtr(node.fn.name);
  throw new Error(`${node.kind} is no constant`);
}
