// Ways to leave a script that are not errors.

import type { Value } from "./value/value.ts";

/** Thrown by `exit()`: ends the whole run with a value; no `catch` in a script sees it. */
export class ExitSignal {
  constructor(readonly value: Value) {}
}
