// Scope and FnPtr as hosts handle them: what the examples of the documents leave out.

import { describe, expect, it } from "vitest";
import { display, Engine, Float, FnPtr, RhaiArray, Scope } from "../../src/index.ts";

describe("Scope", () => {
  it("takes script values, makes those of JS numbers, and refuses other objects", () => {
    const scope = new Scope()
      .push("half", 0.5)
      .push("big", 2n ** 40n)
      .push("zero", -0);
    expect(scope.get("half")).toEqual(new Float(0.5));
    expect(scope.get("big")).toBe(2 ** 40);
    expect(display(scope.get("zero"))).toBe("0");
    for (const wrong of [{}, [1], null, new Date(), () => 1, Symbol("s")]) {
      expect(() => new Scope().push("x", wrong as never)).toThrow(TypeError);
      expect(() => new Scope().pushConstant("x", wrong as never)).toThrow(TypeError);
      expect(() => new Scope().push("x", 1).set("x", wrong as never)).toThrow(TypeError);
    }
    expect(() => new Scope().push("x", 2n ** 64n)).toThrow(TypeError);
  });

  it("pop removes the latest entry, and says when there is none", () => {
    const scope = new Scope().push("a", 1).push("b", 2).pop();
    expect([...scope]).toEqual([["a", false, 1]]);
    expect(() => scope.pop().pop()).toThrow(new RangeError("the scope is empty"));
  });

  it("setOrPush changes variables, adds what is missing, and hides constants", () => {
    const scope = new Scope().push("a", 1).pushConstant("C", 2);
    scope.setOrPush("a", 10).setOrPush("b", 20).setOrPush("C", 30);
    expect([...scope]).toEqual([
      ["a", false, 10],
      ["C", true, 2],
      ["b", false, 20],
      ["C", false, 30],
    ]);
  });

  it("cloneVisible copies the latest entry of each name, independent of the original", () => {
    const scope = new Scope()
      .push("a", new RhaiArray([1]))
      .pushConstant("B", 2)
      .push("a", new RhaiArray([3]));
    const copy = scope.cloneVisible();
    new Engine().runSync("a.push(4)", copy);
    expect([...copy].map(([name, constant, value]) => [name, constant, display(value)])).toEqual([
      ["B", true, "2"],
      ["a", false, "[3, 4]"],
    ]);
    expect(display(scope.get("a"))).toBe("[3]");
  });

  it("cloneVisible separates variables that closures have captured", () => {
    const scope = new Scope();
    new Engine().runSync("let n = 1; let add = || { n += 1; n };", scope);
    const copy = scope.cloneVisible();
    new Engine().runSync("n = 50", copy);
    expect(scope.get("n")).toBe(1);
  });
});

describe("FnPtr", () => {
  it("tells whether it has arguments already", () => {
    expect(new FnPtr("f").isCurried).toBe(false);
    expect(new FnPtr("f").withCurry([1]).isCurried).toBe(true);
    expect(new FnPtr("f").isCurried).toBe(false);
  });
});
