// Exit, take, tags, sleep, and the functions of function pointers, called directly.

import { describe, expect, it } from "vitest";
import { ExitSignal } from "../../../src/runtime/control.ts";
import { fnPackage } from "../../../src/runtime/packages/fn.ts";
import { langCorePackage } from "../../../src/runtime/packages/lang-core.ts";
import { Blob } from "../../../src/runtime/value/containers.ts";
import { FnPtr } from "../../../src/runtime/value/fn-ptr.ts";
import { INT_MAX, INT_MIN } from "../../../src/runtime/value/int.ts";
import { IteratorValue, Range, Timestamp } from "../../../src/runtime/value/objects.ts";
import { Byte, charOf, Float } from "../../../src/runtime/value/scalars.ts";
import { typeNameOf, type Value } from "../../../src/runtime/value/value.ts";
import { array, map, messageOf, PackageCaller, show } from "./caller.ts";

const caller = new PackageCaller(langCorePackage, fnPackage);

describe("exit", () => {
  it.each([
    [[], undefined],
    [[42], 42],
    [["bye"], "bye"],
  ])("exit(%o)", (args: Value[], value) => {
    try {
      caller.call("exit", args);
      expect.unreachable();
    } catch (signal) {
      expect(signal).toBeInstanceOf(ExitSignal);
      expect((signal as ExitSignal).value).toBe(value);
    }
  });
});

describe("take", () => {
  it("leaves unit behind", () => {
    const list = array(1);
    const args: Value[] = [list];
    expect(caller.call("take", args)).toBe(list);
    expect(args).toEqual([undefined]);
    expect(caller.find("take", [1]).receiver).toBe("mut");
  });
});

const taggable: Value[] = [
  array(1),
  map({ a: 1 }),
  new Blob(new Uint8Array([1])),
  new Float(1.5),
  charOf("x"),
  new Byte(3),
  new Range(1, 5, true),
  new Timestamp(1),
  new FnPtr("f", [1]),
  new IteratorValue("range", () => [1][Symbol.iterator]()),
];

describe("tags", () => {
  it.each(taggable.map((value) => [typeNameOf(value), value] as const))("on %s", (_name, value) => {
    const args: Value[] = [value, 7];
    expect(caller.call("tag", [value])).toBe(0);
    expect(caller.call("set$tag", args)).toBeUndefined();
    expect(caller.call("tag", [args[0]])).toBe(7);
    expect(caller.call("get$tag", [args[0]])).toBe(7);
    expect(show(args[0])).toBe(show(value));
    expect(typeNameOf(args[0])).toBe(typeNameOf(value));
  });

  it("belong to one holder", () => {
    const shared = charOf("x");
    caller.call("set_tag", [shared, 7]);
    expect(caller.call("tag", [charOf("x")])).toBe(0);

    const list = array(1);
    const copy = list.copy();
    caller.call("set_tag", [copy, 3]);
    expect(caller.call("tag", [list])).toBe(0);
    expect(caller.call("tag", [copy.copy()])).toBe(3);
  });

  it("are not kept by JS primitives", () => {
    for (const value of [1, "x", true, undefined]) {
      const args: Value[] = [value, 7];
      caller.call("set_tag", args);
      expect(args[0]).toBe(value);
      expect(caller.call("tag", [value])).toBe(0);
    }
  });

  it.each([
    [2 ** 31 - 1, null],
    [-(2 ** 31), null],
    [2 ** 31, "large"],
    [-(2 ** 31) - 1, "small"],
    [INT_MAX, "large"],
    [INT_MIN, "small"],
  ])("has 32 bits: %d", (tag, problem) => {
    const args: Value[] = [array(), tag];
    if (problem === null) {
      caller.call("set_tag", args);
      expect(caller.call("tag", [args[0]])).toBe(tag);
    } else {
      expect(messageOf(() => caller.call("set_tag", args))).toBe(
        `${tag} is too ${problem} to fit into a tag (must be between -2147483648 and 2147483647)`,
      );
    }
  });
});

describe("sleep", () => {
  const secondsOf = (seconds: Value) => {
    const start = performance.now();
    expect(caller.call("sleep", [seconds])).toBeUndefined();
    return (performance.now() - start) / 1000;
  };
  it("blocks", () => {
    expect(secondsOf(new Float(0.03))).toBeGreaterThan(0.028);
  });
  it.each([
    0,
    -1,
    -(2n ** 62n),
    ...[0, -1, 5e-324, Number.NaN, Infinity, -Infinity].map((n) => new Float(n)),
  ])("does not block for %o", (seconds) => {
    expect(secondsOf(seconds)).toBeLessThan(0.5);
  });
});

describe("function pointers", () => {
  it.each([
    [new FnPtr("double"), "double", false],
    [new FnPtr("anon$1234").withCurry([1]), "anon$1234", true],
  ])("%o", (fnPtr, name, anonymous) => {
    expect(caller.call("name", [fnPtr])).toBe(name);
    expect(caller.call("get$name", [fnPtr])).toBe(name);
    expect(caller.call("is_anonymous", [fnPtr])).toBe(anonymous);
    expect(caller.call("get$is_anonymous", [fnPtr])).toBe(anonymous);
  });
});
