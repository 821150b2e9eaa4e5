// What running code asks the host's callbacks: about variables, definitions of variables, and functions that nobody has.

import type { Position } from "../../lang/position.ts";
import { functionNotFound } from "../errors.ts";
import { signatureTypeName, type Value } from "../value/value.ts";
import type { Frame } from "./frame.ts";
import type { Later } from "./later.ts";
import { unexpectedPromise } from "./may-await-error.ts";
import type { NameView } from "./name-view.ts";
import { nativeError } from "./native-error.ts";

/** A value that a callback gives; unit is a value too. */
export interface Answer {
  readonly value: Value;
}

/** Where in a script a callback is called. */
export interface CallbackPlace {
  readonly frame: Frame;
  /** The variables that can be seen there. */
  readonly view: NameView;
  readonly position: Position;
  /** Nesting of calls. */
  readonly level: number;
  /** The script can wait here: for promises of what the callback calls. */
  readonly mayAwait: boolean;
}

/** A variable about to be defined while the script runs. */
export interface DefinitionAtRun {
  readonly name: string;
  readonly isConst: boolean;
  readonly nestingLevel: number;
  readonly willShadow: boolean;
}

/** A call for which there is no function. `args[0]` may be replaced: the value of a variable, or of a method's object. */
export interface MissingCall {
  readonly name: string;
  readonly args: Value[];
  readonly isMethodCall: boolean;
}

/** The engine's callbacks; each is null when it is not set. The linker asks which there are: what is not set costs nothing. */
export interface Callbacks {
  /** Asked before a variable is read; null: the script's own variable counts. `index` counts from the latest, 0: unknown. */
  variable: ((name: string, index: number, place: CallbackPlace) => Answer | null) | null;
  /** Asked before a variable is defined; false forbids it. */
  definition: ((definition: DefinitionAtRun, place: CallbackPlace) => boolean) | null;
  /** Asked for the result of a call; null: the function is not found. */
  missingFunction: ((call: MissingCall, place: CallbackPlace) => Later<Answer | null>) | null;
  /** The callback for missing functions may return promises. */
  isMissingFunctionAsync: boolean;
}

export function noCallbacks(): Callbacks {
  return { variable: null, definition: null, missingFunction: null, isMissingFunctionAsync: false };
}

/** `name (type, type)`, as "Function not found" shows it. */
export function callSignature(name: string, args: readonly Value[]): string {
  return `${name} (${args.map(signatureTypeName).join(", ")})`;
}

const NO_VARIABLES: NameView = { find: () => null, size: 0, entries: () => [][Symbol.iterator]() };

/**
 * The result of calling a function that there is not: what the host's callback says, which may also replace `args[0]`.
 * Throws functionNotFound.
 */
export function callMissing(
  frame: Frame,
  name: string,
  args: Value[],
  position: Position,
  isMethodCall: boolean,
  mayAwait: boolean,
): Later<Value> {
  const { run } = frame;
  if (run.metered) run.track(position);
  const notFound = () => functionNotFound(callSignature(name, args), position);
  const { missingFunction } = run.engine.hooks.callbacks;
  if (missingFunction === null) throw notFound();
  const signature = notFound();
  const finish = (answer: Answer | null): Value => {
    if (answer === null) throw signature;
    return run.hasSizeLimits ? run.checkSize(answer.value, position) : answer.value;
  };
  let answer: Later<Answer | null>;
  try {
    const place = { frame, view: NO_VARIABLES, position, level: frame.level + 1, mayAwait };
    answer = missingFunction({ name, args, isMethodCall }, place);
  } catch (error) {
    throw nativeError(error, position);
  }
  if (!(answer instanceof Promise)) return finish(answer);
  if (!mayAwait) throw unexpectedPromise(name, position, answer);
  const guarded = run.cancellation === null ? answer : run.cancellation.guard(answer);
  return guarded.then(finish).catch((error: unknown) => {
    throw nativeError(error, position);
  });
}
