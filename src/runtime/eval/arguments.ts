// Links the arguments of calls: evaluation order, first arguments by reference, captured variables as cells.

import type { Expr, VariableExpr } from "../../lang/ast.ts";
import { copyValue } from "../value/containers.ts";
import { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { type AsyncEval, type Eval, type Frame, NO_THIS } from "./frame.ts";
import { evaluateAll, type Later, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { linkAsk, linkPlace, linkStored, linkThis } from "./variable.ts";

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

/** The arguments of a call, of which the first may have been announced: counted, and shown to who looks on. */
export interface CallArguments<E> {
  /** A first argument that is a variable is read last, but comes first in everything else. Null: nothing to do before. */
  readonly announce: ((frame: Frame) => Later<void>) | null;
  readonly owned: readonly E[];
}

export function linkCallArguments(linker: Linker, nodes: readonly Expr[]): CallArguments<Eval> {
  if (linker.joins && (nodes.length === 0 || linker.isLeaf(nodes[0])))
    return { announce: null, owned: linker.ownedAll(nodes) };
  const announce = linkAnnounce(linker, nodes[0]);
  if (announce === null) return { announce, owned: linker.ownedAll(nodes) };
  const [first, ...rest] = nodes;
  return { announce, owned: [linker.settings.nodes.owned(linker, first), ...linker.ownedAll(rest)] };
}

export function linkCallArgumentsAsync(linker: Linker, nodes: readonly Expr[]): CallArguments<AsyncEval> {
  const announce = linkAnnounce(linker, nodes[0]);
  const link = (node: Expr, i: number) =>
    announce !== null && i === 0 ? linker.settings.nodes.owned(linker, node) : linker.ownedAsync(node);
  return { announce, owned: nodes.map(link) };
}

function linkAnnounce(linker: Linker, node: Expr | undefined): CallArguments<Eval>["announce"] {
  const isPlace = node?.kind === "this" || (node?.kind === "variable" && node.namespace === null);
  if (!linker.metered || !isPlace) return null;
  const { watch } = linker.settings;
  const announce = watch === null ? () => undefined : watch.place(linker, node);
  return linker.counted<AsyncEval>(node.pos, () => announce as AsyncEval) as CallArguments<Eval>["announce"];
}

/** How a native's first argument is reached, when it is a variable or `this`. */
export interface FirstArgument {
  /** The value, borrowed; not counted. */
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
      read: linkThis(node),
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
      read: linkStored(linker, node),
      isRef: isConstant ? NEVER : () => true,
      isConstant: NEVER,
      put: (frame, value) => {
        frame.slots[slot] = value;
      },
    };
  }
  return linker.settings.asksVariables ? linkAskedFirst(linker, node) : linkFirstPlace(linker, node);
}

function linkFirstPlace(linker: Linker, node: VariableExpr): FirstArgument {
  const place = linkPlace(linker, node.name);
  return {
    read: linkStored(linker, node),
    isRef: (frame) => {
      const found = place(frame);
      return found !== null && !found.constant && found.cell === null;
    },
    isConstant: NEVER,
    put: (frame, value) => place(frame)?.set(value),
  };
}

/** A variable whose value the host may give: that is a constant then. */
function linkAskedFirst(linker: Linker, node: VariableExpr): FirstArgument {
  const ask = linkAsk(linker, node.name, node.pos);
  const first = linkFirstPlace(linker, node);
  // Whoever reads asks for the rest at once, before any other code of the script runs.
  let isAnswered = false;
  return {
    read: (frame) => {
      const answer = ask === null ? null : ask(frame);
      isAnswered = answer !== null;
      return answer === null ? first.read(frame) : answer.value;
    },
    isRef: (frame) => isAnswered || first.isRef(frame),
    isConstant: () => isAnswered,
    put: first.put,
  };
}

/** Links an argument so that a captured variable arrives as its shared cell (`call(f, x)`, `curry(f, x)`, `is_shared(x)`). */
export function linkRawArgument(linker: Linker, node: Expr): Eval {
  if (node.kind !== "variable" || node.namespace !== null) return linker.owned(node);
  const place = linkPlace(linker, node.name);
  const ask = linkAsk(linker, node.name, node.pos);
  return linker.visited(node, () => {
    const stored = linkStored(linker, node);
    return (frame) => {
      const answer = ask === null ? null : ask(frame);
      if (answer !== null) return copyValue(answer.value);
      const cell = place(frame)?.cell;
      return cell instanceof Shared && !cell.locked ? cell : copyValue(stored(frame));
    };
  });
}

export function linkRawArgumentAsync(linker: Linker, node: Expr): AsyncEval {
  return linker.awaits(node) && node.kind !== "variable"
    ? linker.ownedAsync(node)
    : linkRawArgument(linker, node);
}
