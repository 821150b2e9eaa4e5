// Object maps: the functions of BasicMapPackage, called directly.

import { describe, expect, it } from "vitest";
import { EvalError, inFunctionCall, runtimeError } from "../../../src/runtime/errors.ts";
import { mapPackage } from "../../../src/runtime/packages/map.ts";
import type { RhaiMap } from "../../../src/runtime/value/containers.ts";
import { FnPtr } from "../../../src/runtime/value/fn-ptr.ts";
import { Float } from "../../../src/runtime/value/scalars.ts";
import type { Value } from "../../../src/runtime/value/value.ts";
import { array, type Callback, map, messageOf, PackageCaller, show } from "./caller.ts";

const caller = new PackageCaller(mapPackage);

const abc = () => map({ a: 1, b: 2, c: 3 });

/** Name, arguments, expected result, expected map afterwards (when it changes). */
const direct: [name: string, args: () => Value[], result: string, after?: string][] = [
  ["len", () => [abc()], "3"],
  ["len", () => [map()], "0"],
  ["is_empty", () => [abc()], "false"],
  ["is_empty", () => [map()], "true"],
  ["contains", () => [abc(), "b"], "true"],
  ["contains", () => [abc(), "x"], "false"],
  ["contains", () => [map({ u: undefined }), "u"], "true"],
  ["contains", () => [map(), "__proto__"], "false"],
  ["get", () => [abc(), "b"], "2"],
  ["get", () => [abc(), "x"], "()"],
  ["get", () => [map(), "constructor"], "()"],
  ["set", () => [abc(), "b", 42], "()", "#{a: 1,b: 42,c: 3}"],
  ["set", () => [abc(), "A", "new"], "()", '#{A: "new",a: 1,b: 2,c: 3}'],
  ["clear", () => [abc()], "()", "#{}"],
  ["remove", () => [abc(), "b"], "2", "#{a: 1,c: 3}"],
  ["remove", () => [abc(), "x"], "()", "#{a: 1,b: 2,c: 3}"],
  ["mixin", () => [abc(), map({ a: 42, d: 0 })], "()", "#{a: 42,b: 2,c: 3,d: 0}"],
  ["+=", () => [abc(), map({ a: 42, d: 0 })], "()", "#{a: 42,b: 2,c: 3,d: 0}"],
  ["+=", () => [abc(), map()], "()", "#{a: 1,b: 2,c: 3}"],
  ["+", () => [abc(), map({ a: 42, d: 0 })], "#{a: 42,b: 2,c: 3,d: 0}", "#{a: 1,b: 2,c: 3}"],
  ["+", () => [map(), map({ a: 42 })], "#{a: 42}", "#{}"],
  ["+", () => [abc(), map()], "#{a: 1,b: 2,c: 3}"],
  ["fill_with", () => [abc(), map({ a: 42, d: 0 })], "()", "#{a: 1,b: 2,c: 3,d: 0}"],
  ["fill_with", () => [map({ a: undefined }), map({ a: 42 })], "()", "#{a: ()}"],
  ["fill_with", () => [map(), map({ a: 42 })], "()", "#{a: 42}"],
  ["==", () => [abc(), abc()], "true"],
  ["==", () => [abc(), map({ a: 1, c: 3 })], "false"],
  ["==", () => [map({ a: undefined }), map({ b: undefined })], "false"],
  ["==", () => [map({ a: 1 }), map({ a: new Float(1) })], "true"],
  ["==", () => [map({ a: map({ b: array(1) }) }), map({ a: map({ b: array(1) }) })], "true"],
  ["!=", () => [abc(), abc()], "false"],
  ["!=", () => [abc(), map()], "true"],
  [
    "keys",
    () => [map({ b: 1, "10": 2, "9": 3, "\u{1f600}": 4, "\ufffd": 5 })],
    '["10", "9", "b", "\ufffd", "\u{1f600}"]',
  ],
  ["keys", () => [map()], "[]"],
  ["values", () => [map({ b: 1, a: "x" })], '["x", 1]'],
  [
    "to_json",
    () => [map({ b: array(1, "x", undefined), a: new Float(2) })],
    '"{\\"a\\":2.0,\\"b\\":[1,\\"x\\",null]}"',
  ],
];

describe("object map functions", () => {
  it.each(direct)("%s %#", (name, makeArgs, result, after) => {
    const args = makeArgs();
    const before = show(args[0]);
    expect(show(caller.call(name, args))).toBe(result);
    expect(show(args[0])).toBe(after ?? before);
  });

  it("has values of its own", () => {
    const inner = array(1);
    const source = map({ list: inner });
    const target = map();
    caller.call("mixin", [target, source]);
    caller.call("set", [target, "again", inner]);
    const joined = caller.call("+", [target, source]) as RhaiMap;
    const copy = caller.call("get", [source, "list"]) as typeof inner;
    copy.write().push(2);
    (target.getForWrite("list") as typeof inner).write().push(3);
    (target.getForWrite("again") as typeof inner).write().push(4);
    inner.write().push(5);
    expect(show(source)).toBe("#{list: [1, 5]}");
    expect(show(target)).toBe("#{again: [1, 4],list: [1, 3]}");
    expect(show(joined)).toBe("#{again: [1],list: [1]}");
    expect(show(copy)).toBe("[1, 2]");
  });

  it("drops the tag when adding maps", () => {
    const tagged = abc();
    tagged.tag = 7;
    expect((caller.call("+", [tagged, map()]) as RhaiMap).tag).toBe(0);
    expect(tagged.tag).toBe(7);
  });

  it("cannot compare function pointers", () => {
    const side = () => map({ f: new FnPtr("f") });
    expect(messageOf(() => caller.call("==", [side(), side()]))).toBe("Function not found: == (Fn, Fn)");
  });
});

const isOdd: Callback = (self) => (self!.value as number) % 2 === 1;
const bump: Callback = (self) => {
  self!.value = (self!.value as number) + 10;
  return self!.value === 12;
};
const failAt =
  (key: string): Callback =>
  (self, at) => {
    self!.value = "touched";
    if (at === key) throw runtimeError("oops");
    return at === "a";
  };

const withCallbacks: [name: string, callback: Callback, result: string, after: string][] = [
  ["map", (self, key) => `${key}${self!.value}`, '#{a: "a1",b: "b2",c: "c3"}', "#{a: 1,b: 2,c: 3}"],
  ["map", bump, "#{a: false,b: true,c: false}", "#{a: 11,b: 12,c: 13}"],
  ["filter", isOdd, "#{a: 1,c: 3}", "#{a: 1,b: 2,c: 3}"],
  ["filter", () => 1, "#{}", "#{a: 1,b: 2,c: 3}"],
  ["filter", bump, "#{b: 12}", "#{a: 11,b: 12,c: 13}"],
  ["drain", isOdd, "#{a: 1,c: 3}", "#{b: 2}"],
  ["drain", bump, "#{b: 12}", "#{a: 11,c: 13}"],
  ["retain", isOdd, "#{b: 2}", "#{a: 1,c: 3}"],
  ["retain", () => "true", "#{a: 1,b: 2,c: 3}", "#{}"],
];

const failing: [name: string, key: string, after: string][] = [
  ["map", "b", '#{a: "touched",b: "touched",c: 3}'],
  ["filter", "b", '#{a: "touched",b: "touched",c: 3}'],
  ["drain", "b", "#{c: 3}"],
  ["retain", "b", '#{a: "touched",c: 3}'],
  ["retain", "c", '#{a: "touched"}'],
];

describe("object map callbacks", () => {
  it.each(withCallbacks)("%s %#, at once and later", async (name, callback, result, after) => {
    const later: Callback = async (...args) => callback(...args);
    for (const call of [callback, later]) {
      const source = abc();
      const returned = caller.call(name, [source, caller.callback(call)]);
      expect(returned instanceof Promise).toBe(call === later);
      expect(show(await returned)).toBe(result);
      expect(show(source)).toBe(after);
    }
  });

  it.each(failing)("%s keeps what it should when the callback fails at %s", async (name, key, after) => {
    const source = abc();
    expect(messageOf(() => caller.call(name, [source, caller.callback(failAt(key))]))).toBe(
      "Runtime error: oops",
    );
    expect(show(source)).toBe(after);

    const second = abc();
    const later: Callback = async (...args) => failAt(key)(...args);
    await expect(caller.call(name, [second, caller.callback(later)])).rejects.toThrow("oops");
    expect(show(second)).toBe(after);
  });

  it("gives nothing back for an empty map without calling", () => {
    const never = caller.callback(() => {
      throw new Error("called");
    });
    for (const name of ["map", "filter", "drain", "retain"]) {
      expect(show(caller.call(name, [map(), never]))).toBe("#{}");
    }
  });

  it("does not touch a map that shares its storage", () => {
    const source = map({ a: array(1) });
    const twin = source.copy();
    caller.call("filter", [
      source,
      caller.callback((self) => {
        (self!.value as ReturnType<typeof array>).write().push(2);
        return true;
      }),
    ]);
    expect([show(source), show(twin)]).toEqual(["#{a: [1, 2]}", "#{a: [1]}"]);
  });

  it("names itself 'filter' where `map` wraps an error", () => {
    const wrapped = caller.callback(() => {
      throw inFunctionCall("map", "", runtimeError("oops"));
    });
    const own = caller.callback(() => {
      throw inFunctionCall("other", "", runtimeError("oops"));
    });
    const nameIn = (call: () => unknown) => {
      try {
        call();
      } catch (error) {
        if (error instanceof EvalError) return error.fields.name;
      }
      return null;
    };
    expect(nameIn(() => caller.call("map", [abc(), wrapped]))).toBe("filter");
    expect(nameIn(() => caller.call("map", [abc(), own]))).toBe("other");
    expect(nameIn(() => caller.call("drain", [abc(), wrapped]))).toBe("map");
  });
});
