// Links literals: constants, arrays, object maps and interpolated strings.

import type { ArrayExpr, Expr, InterpolatedExpr, Literal, MapExpr } from "../../lang/ast.ts";
import { Container, RhaiArray, RhaiMap } from "../value/containers.ts";
import { printText } from "../value/display.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { charOf, Float } from "../value/scalars.ts";
import { sizeOf } from "../value/size.ts";
import { utf8Length } from "../value/strings.ts";
import type { Value } from "../value/value.ts";
import type { Eval, Frame } from "./frame.ts";
import { environmentOf } from "./library.ts";
import type { Linker } from "./linker.ts";

export function isLiteral(node: Expr): node is Literal {
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
function linkPointer({ name, curry, linked }: FnPtr): Eval {
  return (frame) => new FnPtr(name, curry, linked, environmentOf(frame), true);
}

export function linkOwnedLiteral(node: Literal): Eval {
  const value = literalValue(node);
  return value instanceof Container ? () => value.copy() : linkLiteral(node);
}

export function linkArray(linker: Linker, node: ArrayExpr): Eval {
  const items = node.items.map((item) => linker.owned(item));
  if (linker.sized) return linkSizedArray(node, items);
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
    let arrays = 0;
    let maps = 0;
    let strings = 0;
    for (let i = 0; i < items.length; i++) {
      const value = items[i](frame);
      const size = sizeOf(value);
      arrays += size.arrays + 1;
      maps += size.maps;
      strings += size.strings;
      frame.run.throwOnSize(arrays, maps, strings, node.items[i].pos);
      values.push(value);
    }
    return new RhaiArray(values);
  };
}

export function linkMap(linker: Linker, node: MapExpr): Eval {
  const keys = node.entries.map((entry) => entry.key.name);
  const values = node.entries.map((entry) => linker.owned(entry.value));
  const check = linker.sized
    ? (frame: Frame, totals: number[], value: Value, i: number) => {
        const size = sizeOf(value);
        totals[0] += size.arrays;
        totals[1] += size.maps + 1;
        totals[2] += size.strings;
        frame.run.throwOnSize(totals[0], totals[1], totals[2], node.entries[i].value.pos);
      }
    : null;
  return (frame) => {
    const map = new Map<string, Value>();
    const totals = check === null ? null : [0, 0, 0];
    for (let i = 0; i < values.length; i++) {
      const value = values[i](frame);
      if (check !== null && totals !== null) check(frame, totals, value, i);
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
      text += typeof value === "string" ? value : printText(value);
      if (sized) frame.run.throwOnSize(0, 0, utf8Length(text), node.parts[i].pos);
    }
    return text;
  };
}
