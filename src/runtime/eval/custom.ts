// Links custom syntax: hands the host's implementation its inputs, to be evaluated on demand.

import type { CustomExpr, Expr } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import type { Value } from "../value/value.ts";
import type { CallbackPlace } from "./callbacks.ts";
import type { AsyncEval, Eval, Frame } from "./frame.ts";
import { type Later, recovering, settledLater, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { unexpectedPromise } from "./may-await-error.ts";
import { FrameView } from "./name-view.ts";
import { nativeError } from "./native-error.ts";

/** An input of custom syntax as its implementation sees it. */
export interface CustomInput {
  readonly node: Expr;
  /** A promise when the input has to wait for something. */
  evaluate(): Value | Promise<Value>;
}

/** The host's side of custom syntax, in `CustomExpr.implementation`. */
export interface CustomImplementation {
  /** Returns promises even when its inputs do not. */
  readonly isAsync?: boolean;
  evaluate(inputs: readonly CustomInput[], place: CallbackPlace, state: unknown): Value | Promise<Value>;
}

export function linkCustom(linker: Linker, node: CustomExpr): Eval {
  const inputs = node.inputs.map((input) => linker.owned(input));
  const evaluate = evaluation(linker, node, inputs, false);
  return (frame) => {
    const result = evaluate(frame);
    if (result instanceof Promise) throw unexpectedPromise(node.tokens[0], node.pos, result);
    return result;
  };
}

export function linkCustomAsync(linker: Linker, node: CustomExpr): AsyncEval {
  const inputs = node.inputs.map((input) => linker.ownedAsync(input));
  return evaluation(linker, node, inputs, true);
}

function evaluation(
  linker: Linker,
  node: CustomExpr,
  inputs: readonly AsyncEval[],
  mayAwait: boolean,
): AsyncEval {
  const visible = linker.scope.visible();
  const position = node.pos;
  const implementation = node.implementation as CustomImplementation;
  return (frame) => {
    const bound = inputs.map((value, i) => ({
      node: node.inputs[i],
      evaluate: () => settledLater(frame, value(frame)),
    }));
    return recovering(
      frame,
      () => {
        const view = new FrameView(frame, visible);
        const place = { frame, view, position, level: frame.level, mayAwait };
        const result = implementation.evaluate(bound, place, node.state);
        return sized(frame, guarded(frame, result), node.pos);
      },
      (error) => {
        throw nativeError(error, node.pos);
      },
    );
  };
}

function guarded(frame: Frame, result: Later<Value>): Later<Value> {
  const { cancellation } = frame.run;
  return result instanceof Promise && cancellation !== null ? cancellation.guard(result) : result;
}

function sized(frame: Frame, result: Later<Value>, pos: Position): Later<Value> {
  if (!frame.run.hasSizeLimits) return result;
  return whenDone(frame, result, (value) => frame.run.checkSize(value, pos));
}
