// Advice for errors of running scripts: one sentence that says what to do, chosen by the kind of error.

import type { EvalErrorKind } from "../errors.ts";
import { assignmentHint, methodHint } from "./constant-hints.ts";
import type { Failure } from "./failure.ts";
import { functionHint } from "./function-hints.ts";
import { limitHint } from "./limit-hints.ts";
import { moduleHint } from "./module-hints.ts";
import { dotHint, missingKeyHint } from "./property-hints.ts";
import { raceHint } from "./race-hints.ts";
import { indexerHint, iterationHint, mismatchHint, outputHint } from "./type-hints.ts";
import { arithmeticHint, boundsHint } from "./value-hints.ts";
import { unboundThisHint, variableHint } from "./variable-hints.ts";

type Hinter = (failure: Failure) => string | null;

const HINTERS: { readonly [kind in EvalErrorKind]?: Hinter } = {
  ErrorParsing: syntaxHint,
  ErrorVariableExists: () => "shadowing is switched off: assign without `let`, or choose another name",
  ErrorForbiddenVariable: () => "the host does not allow a variable of this name: choose another",
  ErrorVariableNotFound: variableHint,
  ErrorPropertyNotFound: missingKeyHint,
  ErrorFunctionNotFound: functionHint,
  ErrorModuleNotFound: moduleHint,
  ErrorUnboundThis: unboundThisHint,
  ErrorMismatchDataType: mismatchHint,
  ErrorMismatchOutputType: outputHint,
  ErrorIndexingType: indexerHint,
  ErrorArrayBounds: boundsHint,
  ErrorStringBounds: boundsHint,
  ErrorBitFieldBounds: boundsHint,
  ErrorFor: iterationHint,
  ErrorDataRace: raceHint,
  ErrorNonPureMethodCallOnConstant: methodHint,
  ErrorAssignmentToConstant: assignmentHint,
  ErrorDotExpr: dotHint,
  ErrorArithmetic: arithmeticHint,
};

/** A syntax error that a running script met: in `eval`, in a module, or in the name given to `Fn`. */
function syntaxHint({ error }: Failure): string | null {
  const { parse } = error.fields;
  if (parse === undefined || parse.hint !== null) return parse?.hint ?? null;
  if (parse.kind === "Reserved")
    return "this cannot be the name of a function; for an operator write a closure, `|a, b| a + b`";
  return parse.kind === "WrongFnDefinition"
    ? "define functions and closures outside of the text for `eval`"
    : null;
}

/** Advice for the error, or null. */
export function hintFor(failure: Failure): string | null {
  const { kind } = failure.error;
  return HINTERS[kind]?.(failure) ?? limitHint(failure, kind);
}
