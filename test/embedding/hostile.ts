// What tests of bad input share: objects that misbehave, things that are thrown, a check that an engine still works.

import { expect } from "vitest";
import type { Engine } from "../../src/index.ts";

export const wrong = (value: unknown) => value as never;

/** A proxy that throws whatever is done with it. */
export function hostileProxy(target: object = {}): object {
  const handler = new Proxy(
    {},
    {
      get: () => () => {
        throw new Error("trapped");
      },
    },
  );
  return new Proxy(target, handler);
}

export function revokedProxy(target: object = {}): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

export function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

export async function rejectionOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The engine runs scripts as if nothing had happened. */
export function stillWorks(engine: Engine): void {
  expect(engine.evalSync("let a = [1, 2]; a.push(39); a.reduce(|sum, x| sum + x, 0)")).toBe(42);
}

export class Known {
  x = 1;
}

export const THEN = "then";

type Settle = (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => void;

/** An object that `await` takes for a promise. */
export function thenable(settle: Settle): object {
  return Object.defineProperty({}, THEN, { value: settle, enumerable: true });
}

/** What host code may throw, and the text that scripts see of it. */
export const THROWN: readonly (readonly [name: string, make: () => unknown, text: string])[] = [
  ["an Error", () => new Error("plain"), "plain"],
  ["undefined", () => undefined, "undefined"],
  ["null", () => null, "null"],
  ["a number", () => 7, "7"],
  ["a string", () => "only text", "only text"],
  ["a bigint", () => 7n, "7"],
  ["a symbol", () => Symbol("s"), "Symbol(s)"],
  ["an object", () => ({ code: 7 }), "[object Object]"],
  ["a frozen object", () => Object.freeze({ code: 7 }), "[object Object]"],
  ["a frozen Error", () => Object.freeze(new Error("frozen")), "frozen"],
  ["an object without prototype", () => Object.create(null), "unknown error"],
  ["a function", () => () => 1, "() => 1"],
  ["a proxy that throws", () => hostileProxy(), "unknown error"],
  ["an Error behind such a proxy", () => hostileProxy(new Error("x")), "unknown error"],
  ["a revoked proxy", () => revokedProxy(), "unknown error"],
  [
    "an Error whose message throws",
    () =>
      Object.defineProperty(new Error("x"), "message", {
        get() {
          throw new Error("trapped");
        },
      }),
    "unknown error",
  ],
  ["an Error whose message is no string", () => Object.assign(new Error("x"), { message: 7 }), "7"],
  ["an Error without message", () => new Error(""), ""],
  [
    "a RangeError without message",
    () => Object.defineProperty(new RangeError("x"), "message", { value: undefined }),
    "undefined",
  ],
  ["a text that is no Unicode", () => "\ud800", "\ufffd"],
  ["a promise", () => Promise.resolve(1), "[object Promise]"],
];
