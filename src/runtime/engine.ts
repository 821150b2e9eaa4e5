// Engine: compiles and runs scripts; the embedding API.

import { EngineModules } from "./engine-modules.ts";
import { standardPackages } from "./engine-packages.ts";
import type { Package } from "./function/native.ts";
import { FileModuleResolver } from "./module/file-resolver.ts";
import { DummyModuleResolver } from "./module/static-resolver.ts";
import type { EvalOptions } from "./run-options.ts";
import { checkSchema, type SchemaOutput, type StandardSchema, validate, validateSync } from "./schema.ts";
import { Scope } from "./scope.ts";
import type { Value } from "./value/value.ts";

/**
 * A Rhai engine with the standard library; see "Hello World" in Rhai's book.
 *
 * @example
 * const engine = new Engine();
 * engine.evalSync("40 + 2"); // 42
 */
export class Engine extends EngineModules {
  constructor(packages: readonly Package[] = standardPackages) {
    super(new FileModuleResolver(), packages, standardPackages);
  }

  /** An engine without any function, and without modules: what it can do is what you register. */
  static raw(): Engine {
    return new Engine([]).setModuleResolver(new DummyModuleResolver());
  }

  /**
   * Makes a script value of a JS value, as arguments and results of host functions are converted: plain data (see `jsToValue`)
   * and instances of the classes that are registered with this engine.
   *
   * @throws ConversionError, saying what cannot be converted and where it is.
   * @example
   * scope.push("player", engine.toValue(new Player("Ann")));
   */
  toValue(js: unknown): Value {
    return this.types.toValue(js, "dynamic");
  }
  /**
   * Makes a JS value of a script value: plain data (see `valueToJs`) and instances of registered classes. Function pointers,
   * ranges and timestamps stay what they are.
   *
   * @throws ConversionError for data that is nested too deep or too large.
   * @example
   * const { name } = engine.toJs(scope.get("player")) as Player;
   */
  toJs(value: Value): unknown {
    return this.types.toHost(value);
  }

  /**
   * Runs a script and checks its result, as JS data, with a schema of any Standard Schema validator (zod, valibot ...).
   *
   * @throws SchemaError with the issues and where they are; EvalError.
   * @example
   * const order = await engine.evalAs(z.object({ total: z.number() }), "#{ total: 40 + 2 }"); // { total: 42 }
   */
  async evalAs<S extends StandardSchema>(
    schema: S,
    text: string,
    options: EvalOptions = {},
  ): Promise<SchemaOutput<S>> {
    checkSchema(schema);
    return validate(schema, this.toJs(await this.eval(text, options)));
  }
  /** The synchronous form of `evalAs`. */
  evalAsSync<S extends StandardSchema>(schema: S, text: string, scope: Scope = new Scope()): SchemaOutput<S> {
    checkSchema(schema);
    return validateSync(schema, this.toJs(this.evalSync(text, scope)));
  }
}
