// Links literals: constants, arrays, object maps and interpolated strings.

import type { ArrayExpr, Expr, InterpolatedExpr, Literal, MapExpr, Stmt } from "../../lang/ast.ts";
import { Container, RhaiArray, RhaiMap } from "../value/containers.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { charOf, Float } from "../value/scalars.ts";
import { sizeOf } from "../value/size.ts";
import { utf8Length } from "../value/strings.ts";
import type { Value } from "../value/value.ts";
import type { AsyncEval, Eval, Frame } from "./frame.ts";
import { type Later, thenPromise, whenDone } from "./later.ts";
import { environmentOf } from "./library.ts";
import type { Linker } from "./linker.ts";
import { valueText } from "./value-text.ts";

export function isLiteral(node: Expr | Stmt): node is Literal {
  switch (node.kind) {
    case "int":
    case "float":
    case "char":
    case "string":
    case "bool":
    case "unit":
    case "constant":
      return true;
    default:
      return false;
  }
}

/** The value of a literal; containers must be copied before they are stored. */
export function literalValue(node: Literal): Value {
  switch (node.kind) {
    case "float":
      return new Float(node.value);
    case "char":
      return charOf(node.value);
    case "unit":
      return undefined;
    case "constant":
      return node.value as Value;
    default:
      return node.value;
  }
}

export function linkLiteral(node: Literal): Eval {
  const value = literalValue(node);
  return value instanceof FnPtr ? linkPointer(value) : () => value;
}

/** A pointer that the optimiser made keeps the environment in which it is evaluated. */
function linkPointer(pointer: FnPtr): Eval {
  if (pointer.native !== null) return () => pointer;
  return (frame) => pointer.inEnvironment(environmentOf(frame));
}

export function linkOwnedLiteral(node: Literal): Eval {
  const value = literalValue(node);
  return value instanceof Container ? () => value.copy() : linkLiteral(node);
}

export function linkArray(linker: Linker, node: ArrayExpr): Eval {
  if (linker.sized)
    return linkSizedArray(
      node,
      node.items.map((item) => linker.owned(item)),
    );
  const items = linker.ownedAll(node.items);
  switch (items.length) {
    case 0:
      return () => new RhaiArray([]);
    case 1: {
      const [a] = items;
      return (frame) => new RhaiArray([a(frame)]);
    }
    case 2: {
      const [a, b] = items;
      return (frame) => new RhaiArray([a(frame), b(frame)]);
    }
    default:
      return (frame) => {
        const values: Value[] = [];
        for (let i = 0; i < items.length; i++) values.push(items[i](frame));
        return new RhaiArray(values);
      };
  }
}

function linkSizedArray(node: ArrayExpr, items: readonly Eval[]): Eval {
  return (frame) => {
    const values: Value[] = [];
    const check = sizeCheck(node.items);
    for (let i = 0; i < items.length; i++) {
      const value = items[i](frame);
      check(frame, value, i, 1, 0);
      values.push(value);
    }
    return new RhaiArray(values);
  };
}

/** Checks the size of a literal as its values arrive: each adds so many elements or properties of its own. */
function sizeCheck(
  nodes: readonly Expr[],
): (frame: Frame, value: Value, index: number, elements: number, properties: number) => void {
  let arrays = 0;
  let maps = 0;
  let strings = 0;
  return (frame, value, index, elements, properties) => {
    const size = sizeOf(value);
    arrays += size.arrays + elements;
    maps += size.maps + properties;
    strings += size.strings;
    frame.run.throwOnSize(arrays, maps, strings, nodes[index].pos);
  };
}

/** Evaluates in order and hands each value to `add`. */
function forEachValue(
  frame: Frame,
  evals: readonly AsyncEval[],
  from: number,
  add: (value: Value, index: number) => void,
): Later<void> {
  for (let i = from; i < evals.length; i++) {
    const value = evals[i](frame);
    if (value instanceof Promise) {
      return thenPromise(frame, value, (settled) => {
        add(settled, i);
        return forEachValue(frame, evals, i + 1, add);
      });
    }
    add(value, i);
  }
}

export function linkArrayAsync(linker: Linker, node: ArrayExpr): AsyncEval {
  const items = node.items.map((item) => linker.ownedAsync(item));
  return (frame) => {
    const values: Value[] = [];
    const check = linker.sized ? sizeCheck(node.items) : null;
    const add = (value: Value, i: number) => {
      check?.(frame, value, i, 1, 0);
      values.push(value);
    };
    return whenDone(frame, forEachValue(frame, items, 0, add), () => new RhaiArray(values));
  };
}

export function linkMapAsync(linker: Linker, node: MapExpr): AsyncEval {
  const nodes = node.entries.map((entry) => entry.value);
  const evals = nodes.map((value) => linker.ownedAsync(value));
  return (frame) => {
    const map = new Map<string, Value>();
    const check = linker.sized ? sizeCheck(nodes) : null;
    const add = (value: Value, i: number) => {
      check?.(frame, value, i, 0, 1);
      map.set(node.entries[i].key.name, value);
    };
    return whenDone(frame, forEachValue(frame, evals, 0, add), () => new RhaiMap(map));
  };
}

export function linkInterpolatedAsync(linker: Linker, node: InterpolatedExpr): AsyncEval {
  const parts = node.parts.map((part) => linker.exprAsync(part));
  return (frame) => {
    let text = "";
    const add = (value: Value, i: number) => {
      text += typeof value === "string" ? value : valueText(frame, value, false, node.parts[i].pos);
      if (linker.sized) frame.run.throwOnSize(0, 0, utf8Length(text), node.parts[i].pos);
    };
    return whenDone(frame, forEachValue(frame, parts, 0, add), () => text);
  };
}

export function linkMap(linker: Linker, node: MapExpr): Eval {
  const keys = node.entries.map((entry) => entry.key.name);
  const nodes = node.entries.map((entry) => entry.value);
  const values = nodes.map((value) => linker.owned(value));
  const { sized } = linker;
  return (frame) => {
    const map = new Map<string, Value>();
    const check = sized ? sizeCheck(nodes) : null;
    for (let i = 0; i < values.length; i++) {
      const value = values[i](frame);
      if (check !== null) check(frame, value, i, 0, 1);
      map.set(keys[i], value);
    }
    return new RhaiMap(map);
  };
}

export function linkInterpolated(linker: Linker, node: InterpolatedExpr): Eval {
  const parts = node.parts.map((part) => linker.expr(part));
  const { sized } = linker;
  return (frame) => {
    let text = "";
    for (let i = 0; i < parts.length; i++) {
      const value = parts[i](frame);
      text += typeof value === "string" ? value : valueText(frame, value, false, node.parts[i].pos);
      if (sized) frame.run.throwOnSize(0, 0, utf8Length(text), node.parts[i].pos);
    }
    return text;
  };
}
