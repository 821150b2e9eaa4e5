// Errors about scripts that have to wait where nobody can wait for them.

import { describePosition, type Position } from "../../lang/position.ts";
import { EvalError } from "../errors.ts";
import type { AwaitReason } from "./may-await.ts";

/** Raised by `evalSync` and its like, before anything runs: the script may have to wait. */
export class MayAwaitError extends EvalError {
  /** Always `MayAwaitError`. */
  override readonly name: string = "MayAwaitError";
  constructor(
    /** The asynchronous function (or `import`, `eval` ...) that the script may call. */
    readonly functionName: string,
    /** Where it is called. */
    position: Position,
  ) {
    const where = describePosition(position);
    super(
      "ErrorSystem",
      {
        detail: `the script may have to wait for ${functionName} (${where}), so it cannot be run synchronously: use \`eval\` instead of \`evalSync\``,
      },
      position,
    );
  }
  /** The message names the position already. */
  override toString(): string {
    return this.message;
  }
}

/** Throws MayAwaitError when there is a reason to. */
export function refuseWaiting(reason: AwaitReason | null): void {
  if (reason !== null) throw new MayAwaitError(reason.name, reason.position);
}

/** Raised when a function that is not registered as asynchronous returns a promise. */
export class UnexpectedPromiseError extends EvalError {
  /** Always `UnexpectedPromiseError`. */
  override readonly name: string = "UnexpectedPromiseError";
  constructor(
    /** The function that returned the promise. */
    readonly functionName: string,
    position: Position,
  ) {
    super(
      "ErrorSystem",
      {
        detail: `function '${functionName}' returned a promise where the script cannot wait for it: register it as asynchronous and run the script with \`eval\``,
      },
      position,
    );
  }
}

/** The error for a promise that nobody waits for; a later rejection of it is swallowed. */
export function unexpectedPromise(
  functionName: string,
  position: Position,
  promise: Promise<unknown>,
): UnexpectedPromiseError {
  promise.catch(() => undefined);
  return new UnexpectedPromiseError(functionName, position);
}
