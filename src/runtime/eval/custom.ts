// Links custom syntax: hands the host's implementation its inputs, to be evaluated on demand.

import type { CustomExpr, Expr } from "../../lang/ast.ts";
import { EvalError } from "../errors.ts";
import type { Value } from "../value/value.ts";
import type { Eval, Frame } from "./frame.ts";
import type { Linker } from "./linker.ts";
import { FrameView } from "./name-view.ts";

/** An input of custom syntax as its implementation sees it. */
export interface CustomInput {
  readonly node: Expr;
  evaluate(): Value;
}

/** The host's side of custom syntax, in `CustomExpr.implementation`. */
export interface CustomImplementation {
  evaluate(inputs: readonly CustomInput[], frame: Frame, view: FrameView, state: unknown): Value;
}

export function linkCustom(linker: Linker, node: CustomExpr): Eval {
  const inputs = node.inputs.map((input) => ({ input, value: linker.owned(input) }));
  const visible = linker.scope.visible();
  const implementation = node.implementation as CustomImplementation;
  return (frame) => {
    const bound = inputs.map(({ input, value }) => ({ node: input, evaluate: () => value(frame) }));
    try {
      const result = implementation.evaluate(bound, frame, new FrameView(frame, visible), node.state);
      return frame.run.hasSizeLimits ? frame.run.checkSize(result, node.pos) : result;
    } catch (error) {
      throw error instanceof EvalError ? error.at(node.pos) : error;
    }
  };
}
