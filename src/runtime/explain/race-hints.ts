// Hints for data races: which call holds a captured variable, and who wants it at the same time.

import { isBlock, isFunction } from "../../lang/walk.ts";
import {
  chainOf,
  type Failure,
  type Link,
  nativesNamed,
  receiverText,
  scriptFunctions,
  variableName,
} from "./failure.ts";

interface Holder {
  readonly name: string;
  readonly method: string;
  /** What the method is called on. */
  readonly receiver: string;
  readonly argCount: number;
}

/** The method call at a link's position, when it works on a variable. */
function holderAt(failure: Failure, { error, view }: Link): Holder | null {
  if (view === null) return null;
  for (const { node } of view.marksAt(error.position)) {
    if (isBlock(node) || isFunction(node) || node.kind !== "method") continue;
    const place = chainOf({ ...failure, view }, node);
    const name = place === null ? null : variableName(place.chain.root);
    if (place === null || name === null) continue;
    const receiver = receiverText({ ...failure, view }, place);
    return { name, method: node.name, receiver, argCount: node.args.length };
  }
  return null;
}

/** Whether a closure of the script takes or captures a variable of this name (captured ones are its first parameters). */
function isCaptured({ view }: Failure, name: string): boolean {
  return view?.ast.functions.some((fn) => fn.isAnonymous && fn.params.includes(name)) ?? false;
}

/** How to avoid holding the variable. */
function wayOut(failure: Failure, { name, method, receiver, argCount }: Holder): string {
  const inFunctionStyle = `write \`${method}(${receiver}${argCount === 0 ? "" : ", ..."})\``;
  if (method === "call") return inFunctionStyle;
  if (nativesNamed(failure, method).length > 0)
    return `${inFunctionStyle}, which works on a copy, or copy \`${name}\` first`;
  return scriptFunctions(failure).some((fn) => fn.name === method)
    ? `copy \`${name}\` first`
    : `use \`this\` inside of the closure instead of \`${name}\``;
}

/** A hint for a data race. */
export function raceHint(failure: Failure): string {
  for (const link of failure.chain.slice(0, -1).reverse()) {
    const holder = holderAt(failure, link);
    if (holder === null || !isCaptured(failure, holder.name)) continue;
    const { name, method, receiver } = holder;
    return `a closure has captured \`${name}\` and uses it while \`${receiver}.${method}(...)\` runs on it: ${wayOut(failure, holder)}`;
  }
  const about = /of function '(.*)'/.exec(failure.error.fields.name ?? "")?.[1];
  const what = about === undefined || about.startsWith("anon$") ? "a method" : `\`${about}\``;
  return `${what} runs on a variable that a closure has captured, and the closure or an argument uses that variable meanwhile: call in function style, or copy the variable first`;
}
