// Links the arguments of calls: evaluation order, first arguments by reference, captured variables as cells.

import type { Expr } from "../../lang/ast.ts";
import { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { type AsyncEval, type Eval, type Frame, NO_THIS } from "./frame.ts";
import { evaluateAll, type Later, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { linkPlace } from "./variable.ts";

/** Evaluates the arguments; a first argument that is a bare variable is read after the others, as in Rhai. */
export function linkArguments(linker: Linker, nodes: readonly Expr[]): (frame: Frame) => Value[] {
  return evaluateArguments(
    nodes,
    nodes.map((node) => linker.owned(node)),
  );
}

/** The same for arguments that are linked already: a site that links them twice would make nested calls cost 2^depth. */
export function evaluateArguments(nodes: readonly Expr[], args: readonly Eval[]): (frame: Frame) => Value[] {
  const lateFirst = nodes.length > 1 && nodes[0].kind === "variable";
  const [a, b, c] = args;
  switch (args.length) {
    case 0:
      return () => [];
    case 1:
      return (frame) => [a(frame)];
    case 2:
      if (!lateFirst) return (frame) => [a(frame), b(frame)];
      return (frame) => {
        const second = b(frame);
        return [a(frame), second];
      };
    case 3:
      if (!lateFirst) return (frame) => [a(frame), b(frame), c(frame)];
      break;
  }
  const start = lateFirst ? 1 : 0;
  return (frame) => {
    const values: Value[] = [];
    if (lateFirst) values.push(undefined);
    for (let i = start; i < args.length; i++) values.push(args[i](frame));
    if (lateFirst) values[0] = a(frame);
    return values;
  };
}

/** Same as `linkArguments`, for arguments of which some may await. */
export function linkArgumentsAsync(linker: Linker, nodes: readonly Expr[]): (frame: Frame) => Later<Value[]> {
  return evaluateArgumentsAsync(
    linker,
    nodes,
    nodes.map((node) => linker.ownedAsync(node)),
  );
}

/** Same as `evaluateArguments`, for arguments of which some may await. */
export function evaluateArgumentsAsync(
  linker: Linker,
  nodes: readonly Expr[],
  args: readonly AsyncEval[],
): (frame: Frame) => Later<Value[]> {
  if (!nodes.some((node) => linker.awaits(node))) return evaluateArguments(nodes, args as readonly Eval[]);
  if (nodes.length < 2 || nodes[0].kind !== "variable") return (frame) => evaluateAll(frame, args);
  const [first, ...rest] = args;
  return (frame) =>
    whenDone(frame, evaluateAll(frame, rest, [undefined]), (values) =>
      whenDone(frame, first(frame), (value) => {
        values[0] = value;
        return values;
      }),
    );
}

/** How a native's first argument is reached, when it is a variable or `this`. */
export interface FirstArgument {
  /** The value, borrowed. */
  readonly read: Eval;
  /** Whether the function may work on the place itself: not for constants, shared variables and temporaries. */
  readonly isRef: (frame: Frame) => boolean;
  readonly isConstant: (frame: Frame) => boolean;
  readonly put: (frame: Frame, value: Value) => void;
}

const NEVER = () => false;

export function linkFirstArgument(linker: Linker, node: Expr | undefined): FirstArgument | null {
  if (node?.kind === "this") {
    return {
      read: linker.expr(node),
      isRef: (frame) => frame.self !== NO_THIS,
      isConstant: (frame) => frame.selfConstant,
      put: (frame, value) => {
        frame.self = value;
      },
    };
  }
  if (node?.kind !== "variable" || node.namespace !== null) return null;
  const slot = linker.plainSlot(node);
  if (slot >= 0) {
    const isConstant = linker.scope.find(node.name)?.constant === true;
    return {
      read: linker.expr(node),
      isRef: isConstant ? NEVER : () => true,
      isConstant: NEVER,
      put: (frame, value) => {
        frame.slots[slot] = value;
      },
    };
  }
  const place = linkPlace(linker, node.name);
  return {
    read: linker.expr(node),
    isRef: (frame) => {
      const found = place(frame);
      return found !== null && !found.constant && found.cell === null;
    },
    isConstant: NEVER,
    put: (frame, value) => place(frame)?.set(value),
  };
}

/** Links an argument so that a captured variable arrives as its shared cell (`call(f, x)`, `curry(f, x)`, `is_shared(x)`). */
export function linkRawArgument(linker: Linker, node: Expr): Eval {
  const value = linker.owned(node);
  if (node.kind !== "variable" || node.namespace !== null) return value;
  const place = linkPlace(linker, node.name);
  return (frame) => {
    const cell = place(frame)?.cell;
    if (cell instanceof Shared && !cell.locked) return cell;
    return value(frame);
  };
}

export function linkRawArgumentAsync(linker: Linker, node: Expr): AsyncEval {
  return linker.awaits(node) && node.kind !== "variable"
    ? linker.ownedAsync(node)
    : linkRawArgument(linker, node);
}
