// Engines and natives for the tests of asynchronous runs.

import { Engine } from "../../src/runtime/engine.ts";
import { EvalError } from "../../src/runtime/errors.ts";
import type { EvalOptions } from "../../src/runtime/run-options.ts";
import { debug } from "../../src/runtime/value/display.ts";
import type { Value } from "../../src/runtime/value/value.ts";

export const after = <T>(ms: number, value?: T): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(value as T), ms));

/** `later(x)`: x after a moment; `fail(text)`: a rejection; `never()`; `log(x)` and `logLater(x)` note what they get. */
export class Bench {
  readonly log: unknown[] = [];
  readonly printed: string[] = [];
  readonly engine = new Engine();
  constructor() {
    const { engine, log } = this;
    engine.onPrint((text) => void this.printed.push(text));
    engine.registerAsyncFn("later", ["dynamic"], (value) => after(1, value), { raw: true });
    engine.registerAsyncFn("tick", ["dynamic"], async (value: unknown) => value, { raw: true });
    engine.registerAsyncFn("fail", ["string"], async (text: string) => {
      await after(1);
      throw new Error(text);
    });
    engine.registerAsyncFn("never", [], () => new Promise(() => {}));
    engine.registerFn("log", ["dynamic"], (value) => void log.push(value));
    engine.registerAsyncFn("logLater", ["dynamic"], async (value) => {
      await after(1);
      log.push(value);
      return value;
    });
  }
  /** The value in Rhai's debug form. */
  async show(script: string, options: EvalOptions = {}): Promise<string> {
    return debug(await this.engine.eval(script, options));
  }
  /** The error that a script ends with. */
  async failure(script: string, options: EvalOptions = {}): Promise<EvalError> {
    let value: Value;
    try {
      value = await this.engine.eval(script, options);
    } catch (error) {
      if (error instanceof EvalError) return error;
      throw error;
    }
    throw new Error(`no error, but ${debug(value)}`);
  }
}
