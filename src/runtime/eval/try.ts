// Links `try ... catch`: which errors are caught, and what the catch variable holds.

import type { TryStmt } from "../../lang/ast.ts";
import { columnOf, lineOf, NO_POSITION, type Position } from "../../lang/position.ts";
import { EvalError } from "../errors.ts";
import { copyValue, RhaiMap } from "../value/containers.ts";
import { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { checkVariables, dropDynamic } from "./block.ts";
import { type AsyncExec, type Exec, type Frame, type Import, LEAVE } from "./frame.ts";
import { recovering, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { isStackOverflow } from "./native-error.ts";

export function linkTry(linker: Linker, node: TryStmt): Exec {
  const body = linker.block(node.body);
  const { handler, enter } = linkHandler(linker, node, () => linker.block(node.handler));
  return (frame) => {
    const { imports } = frame;
    const dynamics = frame.dynamic?.length ?? 0;
    try {
      return body(frame);
    } catch (thrown) {
      const error = enter(frame, thrown, imports, dynamics);
      return runHandler(frame, handler, error);
    }
  };
}

export function linkTryAsync(linker: Linker, node: TryStmt): AsyncExec {
  const body = linker.blockAsync(node.body);
  const { handler, enter } = linkHandler(linker, node, () => linker.blockAsync(node.handler));
  return (frame) => {
    const { imports } = frame;
    const dynamics = frame.dynamic?.length ?? 0;
    return recovering(
      frame,
      () => body(frame),
      (thrown) => {
        const caught = enter(frame, thrown, imports, dynamics);
        return recovering(
          frame,
          () => whenDone(frame, handler(frame), (result) => (result === LEAVE ? LEAVE : undefined)),
          (error) => {
            throw rethrown(error, caught);
          },
        );
      },
    );
  };
}

interface LinkedHandler<E> {
  readonly handler: E;
  /** Puts the frame back to where the `try` began, stores the catch variable and returns the error; rethrows the uncatchable. */
  readonly enter: (frame: Frame, thrown: unknown, imports: Import | null, dynamics: number) => EvalError;
}

function linkHandler<E>(linker: Linker, node: TryStmt, link: () => E): LinkedHandler<E> {
  const { scope } = linker;
  const count = scope.count;
  const mark = scope.enter(false);
  const variable = node.catchVariable === null ? null : scope.declare(node.catchVariable.name, false);
  const handler = link();
  scope.leave(mark, false);
  const limited = variable !== null && Number.isFinite(linker.settings.limits.maxVariables);
  const variablePos = node.catchVariable?.pos ?? NO_POSITION;
  const enter: LinkedHandler<E>["enter"] = (frame, thrown, imports, dynamics) => {
    const error = catchable(thrown, node.pos);
    frame.imports = imports;
    dropDynamic(frame, dynamics);
    if (variable !== null) {
      const value = caughtValue(frame, error);
      if (limited) checkVariables(frame, count, variablePos);
      frame.slots[variable.slot] = value;
    } else {
      error.position = NO_POSITION;
    }
    return error;
  };
  return { handler, enter };
}

/** The error a script may catch; rethrows everything else. */
function catchable(thrown: unknown, pos: Position): EvalError {
  if (thrown instanceof EvalError && thrown.isCatchable) return thrown;
  if (isStackOverflow(thrown)) throw new EvalError("ErrorStackOverflow", {}, pos);
  throw thrown;
}

function runHandler(frame: Frame, handler: Exec, caught: EvalError): Value {
  try {
    return handler(frame) === LEAVE ? LEAVE : undefined;
  } catch (error) {
    throw rethrown(error, caught);
  }
}

/** `throw;` in a handler raises the caught error again, at the new place. */
function rethrown(error: unknown, caught: EvalError): unknown {
  if (error instanceof EvalError && error.kind === "ErrorRuntime" && error.fields.value === undefined) {
    caught.position = error.position;
    return caught;
  }
  return error;
}

function caughtValue(frame: Frame, error: EvalError): Value {
  const { root } = error;
  if (root.kind === "ErrorRuntime") {
    const { value } = root.fields;
    return copyValue(value instanceof Shared ? value.value : value);
  }
  const { position } = error;
  error.position = NO_POSITION;
  const map = new RhaiMap();
  map.set("message", error.toString());
  const { source } = frame;
  if (source !== null) map.set("source", source);
  if (position !== NO_POSITION) {
    map.set("line", lineOf(position));
    map.set("position", columnOf(position));
  }
  map.set("error", error.kind);
  for (const [key, value] of errorFields(error)) map.set(key, value);
  return map;
}

/** The fields that Rhai adds for each kind of error. */
function errorFields(error: EvalError): [string, Value][] {
  const { name = "", detail = "", length = 0, index = 0, value } = error.fields;
  switch (error.kind) {
    case "ErrorFunctionNotFound":
    case "ErrorNonPureMethodCallOnConstant":
      return [["function", name]];
    case "ErrorInFunctionCall":
      return [
        ["function", name],
        ["source", detail],
      ];
    case "ErrorMismatchDataType":
    case "ErrorMismatchOutputType":
      return [
        ["requested", name],
        ["actual", detail],
      ];
    case "ErrorArrayBounds":
    case "ErrorStringBounds":
    case "ErrorBitFieldBounds":
      return [
        ["length", length],
        ["index", index],
      ];
    case "ErrorVariableExists":
    case "ErrorForbiddenVariable":
    case "ErrorVariableNotFound":
    case "ErrorPropertyNotFound":
    case "ErrorDataRace":
    case "ErrorAssignmentToConstant":
      return [["variable", name]];
    case "ErrorIndexNotFound":
      return [["index", value]];
    case "ErrorInModule":
    case "ErrorModuleNotFound":
      return [["module", name]];
    case "ErrorDotExpr":
      return [["property", name]];
    case "ErrorIndexingType":
    case "ErrorDataTooLarge":
      return [["type", name]];
    default:
      return [];
  }
}
