// Links calls that belong to the language: eval, call, Fn, curry, is_shared, is_def_var and friends.

import type { CallExpr, Expr } from "../../lang/ast.ts";
import { ParseError } from "../../lang/errors.ts";
import type { Position } from "../../lang/position.ts";
import { ExitSignal } from "../control.ts";
import { EvalError, inFunctionCall, mismatchDataType, parsingError } from "../errors.ts";
import { fnPtrFromName } from "../function/fn-name.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { typeNameOf, type Value } from "../value/value.ts";
import { linkRawArgument } from "./arguments.ts";
import { callByName, callHostPointer, flatten, syntacticCall, withCurried } from "./dynamic-call.ts";
import { type Environment, type Eval, Frame, LEAVE, NO_THIS, type ScriptFn } from "./frame.ts";
import { ending, type Later, recovering, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { FrameView, type VisibleVariable } from "./name-view.ts";
import { isStackOverflow } from "./native-error.ts";
import { enterFunction, runBodyFor } from "./script-call.ts";
import { linkTypeName } from "./variable.ts";

/** The linked call, or null when the name (with that many arguments) is an ordinary function. */
export function linkKeywordCall(linker: Linker, node: CallExpr): Eval | null {
  const count = node.args.length;
  switch (node.name) {
    case "eval":
      return count === 1 ? linkEval(linker, node) : linkSyntactic(linker, node);
    case "call":
      return count >= 1 ? linkPointerCall(linker, node) : linkSyntactic(linker, node);
    case "Fn":
      return count === 1 ? linkFn(linker, node) : linkSyntactic(linker, node);
    case "curry":
      return count > 1 ? linkCurry(linker, node) : linkSyntactic(linker, node);
    case "is_shared":
      return count === 1 ? linkIsShared(linker, node) : linkSyntactic(linker, node);
    case "is_def_var":
      return count === 1 ? linkIsDefVar(linker, node) : linkSyntactic(linker, node);
    case "type_of":
    case "is_def_fn":
      return linkSyntactic(linker, node);
    default:
      return null;
  }
}

function linkSyntactic(linker: Linker, node: CallExpr): Eval {
  const args = node.args.map((arg) => linker.expr(arg));
  const { name, pos } = node;
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    return syntacticCall(frame, name, values, pos)?.value;
  };
}

function linkString(linker: Linker, node: CallExpr): (frame: Frame) => string {
  const [arg] = node.args;
  const text = linker.expr(arg);
  const check = linkTextCheck(linker, arg);
  return (frame) => check(frame, text(frame));
}

export function linkTextCheck(linker: Linker, arg: Expr): (frame: Frame, value: Value) => string {
  const typeName = linkTypeName(linker, arg);
  return (frame, value) => {
    if (typeof value === "string") return value;
    throw mismatchDataType("string", typeName(frame, value), arg.pos);
  };
}

function linkFn(linker: Linker, node: CallExpr): Eval {
  const text = linkString(linker, node);
  const { pos } = node.args[0];
  return (frame) => pointerTo(text(frame), pos);
}

export function pointerTo(name: string, pos: Position): FnPtr {
  try {
    return fnPtrFromName(name);
  } catch (error) {
    throw error instanceof EvalError ? error.at(pos) : error;
  }
}

export function requirePointer(value: Value, pos: Position): FnPtr {
  if (value instanceof FnPtr) return value;
  throw mismatchDataType("Fn", typeNameOf(value), pos);
}

function linkCurry(linker: Linker, node: CallExpr): Eval {
  const target = linker.expr(node.args[0]);
  const args = node.args.slice(1).map((arg) => linkRawArgument(linker, arg));
  const { pos } = node.args[0];
  return (frame) => {
    const pointer = requirePointer(target(frame), pos);
    return pointer.withCurry(args.map((arg) => arg(frame)));
  };
}

function linkIsShared(linker: Linker, node: CallExpr): Eval {
  const [arg] = node.args;
  const raw = linkRawArgument(linker, arg);
  const { name, pos } = node;
  return (frame) => syntacticCall(frame, name, [raw(frame)], pos)?.value;
}

function linkIsDefVar(linker: Linker, node: CallExpr): Eval {
  const text = linkString(linker, node);
  const visible = linker.scope.visible();
  return (frame) => new FrameView(frame, visible).find(text(frame)) !== null;
}

/** `call(f, args...)`: captured variables arrive as cells when the pointer is bound to a function of that arity. */
function linkPointerCall(linker: Linker, node: CallExpr): Eval {
  const target = linker.expr(node.args[0]);
  const args = node.args.slice(1).map((arg) => linkRawArgument(linker, arg));
  const call = pointerCall(linker, node, false);
  const targetPos = node.args[0].pos;
  return (frame) => {
    const pointer = requirePointer(target(frame), targetPos);
    return call(
      frame,
      pointer,
      args.map((arg) => arg(frame)),
    ) as Value;
  };
}

/** What `call` does once its arguments are there. */
export function pointerCall(
  linker: Linker,
  { pos, capturesScope }: CallExpr,
  mayAwait: boolean,
): (frame: Frame, pointer: FnPtr, values: Value[]) => Later<Value> {
  const visible = capturesScope ? linker.scope.visible() : null;
  return (frame, pointer, values) => {
    const { linked, curry, native } = pointer;
    const level = frame.level + 1;
    if (native !== null)
      return callHostPointer(frame, pointer, native, withCurried(curry, values), pos, mayAwait);
    if (linked !== null && linked.arity === curry.length + values.length) {
      const fn = linked as ScriptFn;
      const environment = (pointer.environment ?? fn.environment) as Environment | null;
      const slots = withCurried(curry, values);
      const callee = enterFunction(frame, fn, environment, slots, NO_THIS, level, pos, frame.source);
      return fn.isEmpty ? undefined : runBodyFor(callee, fn, pos, mayAwait);
    }
    const all = withCurried(curry, values.map(flatten));
    const outer = visible === null ? null : new FrameView(frame, visible);
    return callByName(frame, level, pointer.name, all, null, pos, outer, mayAwait);
  };
}

function linkEval(linker: Linker, node: CallExpr): Eval {
  const text = linkString(linker, node);
  const evaluate = evaluation(linker, node, false);
  return (frame) => evaluate(frame, text(frame)) as Value;
}

/** What `eval` does once its text is there: runs it in the scope of the frame, where what it defines stays defined. */
export function evaluation(
  linker: Linker,
  node: CallExpr,
  mayAwait: boolean,
): (frame: Frame, text: string) => Later<Value> {
  const { pos } = node.args[0];
  const visible = linker.scope.visible();
  const height = linker.scope.count;
  return (frame, text) =>
    recovering(
      frame,
      () => evaluateInPlace(frame, text, visible, height, pos, mayAwait),
      (error) => {
        if (error instanceof ExitSignal) throw error;
        if (isStackOverflow(error)) throw new EvalError("ErrorStackOverflow", {}, pos);
        const inner = error instanceof ParseError ? parsingError(error) : error;
        throw inner instanceof EvalError ? inFunctionCall("eval", frame.source ?? "", inner, pos) : inner;
      },
    );
}

function evaluateInPlace(
  frame: Frame,
  text: string,
  visible: readonly VisibleVariable[],
  height: number,
  pos: Position,
  mayAwait: boolean,
): Later<Value> {
  const { run } = frame;
  if (run.metered) run.track(pos);
  const script = text.trim();
  if (script === "") return undefined;
  const { engine } = run;
  const ast = engine.compileFor("eval", script);
  if (ast.functions.length > 0) throw parsingError(wrongFnDefinition(), 0);
  const { level, source, lib, imports } = frame;
  const program = engine.link(ast, { metered: run.metered, everyNode: mayAwait });
  const { body, frameSize } = mayAwait ? program.async : program;
  const slots: Value[] = new Array(frameSize).fill(undefined);
  const inner = new Frame(run, slots, NO_THIS, lib, imports, level + 1, source);
  inner.outer = new FrameView(frame, visible);
  inner.defined = [];
  return ending(
    frame,
    () =>
      recovering<Value>(
        inner,
        () => whenDone(inner, body(inner), (result) => (result === LEAVE ? inner.leaveValue : result)),
        (error) => {
          throw error;
        },
      ),
    () => keepDefinitions(frame, inner, height),
  );
}

/** Adds what `eval` has defined to the frame that it ran for. */
function keepDefinitions(frame: Frame, inner: Frame, height: number): void {
  frame.imports = inner.imports;
  for (const { name, slot, constant } of inner.defined ?? []) {
    frame.dynamic ??= [];
    frame.dynamic.push({ name, value: inner.slots[slot], constant, height });
  }
  if (inner.dynamic !== null) {
    frame.dynamic ??= [];
    for (const variable of inner.dynamic) frame.dynamic.push({ ...variable, height });
  }
}

function wrongFnDefinition(): ParseError {
  return new ParseError(
    "WrongFnDefinition",
    "Function definitions must be at global level and cannot be inside a block or another function",
  );
}
