// Checks of what hosts hand over: programs in plain JS, or in TypeScript with casts, give anything.

import type { Ast } from "../lang/ast.ts";
import { Scope } from "./scope.ts";

/** How a message names a value that is of the wrong type; looks at nothing that could run code of the value. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" && isArray(value) ? "an array" : typeof value;
}

/** `Array.isArray`, which throws for revoked proxies. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** Throws TypeError, like all functions here. */
export function requireText(what: string, value: unknown): asserts value is string {
  if (typeof value !== "string") throw new TypeError(`expected ${what}, got ${kindOf(value)}`);
}

export function requireFunction(
  what: string,
  value: unknown,
): asserts value is (...args: never[]) => unknown {
  if (typeof value !== "function") throw new TypeError(`${what}: expected a function, got ${kindOf(value)}`);
}

export function requireArray(what: string, value: unknown): asserts value is readonly unknown[] {
  if (!isArray(value)) throw new TypeError(`expected ${what}, got ${kindOf(value)}`);
}

export function requireObject(what: string, value: unknown): asserts value is object {
  if (typeof value !== "object" || value === null)
    throw new TypeError(`expected ${what}, got ${kindOf(value)}`);
}

export function requireAst(value: unknown): asserts value is Ast {
  const ast = value as Partial<Ast> | null | undefined;
  if (typeof value === "object" && isArray(ast?.statements) && isArray(ast?.functions)) return;
  throw new TypeError(`expected a script compiled by engine.compile(), got ${kindOf(value)}`);
}

export function requireScope(value: unknown): asserts value is Scope {
  if (!(value instanceof Scope)) throw new TypeError(`expected a Scope, got ${kindOf(value)}`);
}
