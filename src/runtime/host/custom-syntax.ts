// Custom syntax: what hosts give, and what parser and evaluator make of it.

import type { Expr } from "../../lang/ast.ts";
import { ParseError } from "../../lang/errors.ts";
import type { CustomSyntaxRule } from "../../lang/options.ts";
import type { Position } from "../../lang/position.ts";
import { requireArray, requireFunction, requireText } from "../check-arguments.ts";
import type { CallbackPlace } from "../eval/callbacks.ts";
import type { CustomImplementation, CustomInput } from "../eval/custom.ts";
import { isLiteral, literalValue } from "../eval/literal.ts";
import { isInstance } from "../thrown.ts";
import type { Value } from "../value/value.ts";
import { EvalContext } from "./eval-context.ts";
import type { HostTypes } from "./host-types.ts";

/** Options of `Engine.registerCustomSyntax`. */
export interface CustomSyntaxOptions {
  /** The syntax may define variables: name look-ups after it stay dynamic. Default false. */
  readonly scopeMayChange?: boolean;
  /** The implementation returns promises: scripts with this syntax have to be run asynchronously. Default false. */
  readonly isAsync?: boolean;
}

/** An input of custom syntax: an expression or block to be evaluated on demand, or an identifier or literal. */
export class SyntaxInput {
  constructor(
    private readonly input: CustomInput,
    private readonly types: HostTypes,
  ) {}
  /** Where it is. */
  get position(): Position {
    return this.input.node.pos;
  }
  /** Evaluates the input in the scope of the script; may be called any number of times. The result is a JS value. */
  evaluate(): unknown {
    const value = this.input.evaluate();
    return value instanceof Promise
      ? value.then((result) => this.types.toHost(result))
      : this.types.toHost(value);
  }
  /** The same as a script value. */
  evaluateRaw(): Value | Promise<Value> {
    return this.input.evaluate();
  }
  /** The text of an identifier, symbol or string literal; null for other inputs. */
  get text(): string | null {
    const { node } = this.input;
    if (node.kind === "variable") return node.name;
    return node.kind === "string" ? node.value : null;
  }
  /** The value of a literal, undefined for other inputs. */
  get literal(): Value {
    const { node } = this.input;
    return isLiteral(node) ? literalValue(node) : undefined;
  }
  /** Its syntax tree. */
  get node(): Expr {
    return this.input.node;
  }
}

/** What an implementation of custom syntax can see and change of the script. */
export class SyntaxContext extends EvalContext {
  constructor(
    place: CallbackPlace,
    types: HostTypes,
    /** What the look-ahead parser function left in its state. */
    readonly state: unknown,
  ) {
    super(place, types);
  }
  /** Changes a variable of the script, or defines it (which needs `scopeMayChange`). Throws TypeError for constants. */
  override set(name: string, value: unknown): void {
    if (this.has(name)) super.set(name, value);
    else this.define(name, value);
  }
}

/** Evaluates custom syntax; a promise makes the script wait. */
export type CustomSyntaxFunction = (inputs: readonly SyntaxInput[], context: SyntaxContext) => unknown;

/** Throws TypeError for an unusable list of symbols. */
export function customSyntaxRule(
  symbols: readonly string[],
  evaluate: CustomSyntaxFunction,
  options: CustomSyntaxOptions,
  types: HostTypes,
): CustomSyntaxRule {
  requireArray("the symbols of custom syntax as an array", symbols);
  for (const symbol of symbols) requireText("a symbol of custom syntax", symbol);
  requireFunction("registering custom syntax", evaluate);
  if (symbols.length === 0) throw new TypeError("custom syntax needs at least one symbol");
  if (symbols[0].startsWith("$"))
    throw new TypeError(`custom syntax must begin with a word or symbol of its own, not ${symbols[0]}`);
  const implementation: CustomImplementation = {
    isAsync: options.isAsync ?? false,
    evaluate: (inputs, place, state) => {
      const context = new SyntaxContext(place, types, state);
      const result = evaluate(
        inputs.map((input) => new SyntaxInput(input, types)),
        context,
      );
      if (isInstance(result, Promise)) return result.then((value) => types.toValue(value, "dynamic"));
      return types.toValue(result, "dynamic");
    },
  };
  return {
    next: (parsed, lookAhead) => {
      if (parsed.length === symbols.length) return null;
      if (parsed.length > symbols.length) throw new ParseError("BadInput", `Unexpected '${lookAhead}'`);
      return symbols[parsed.length];
    },
    scopeMayChange: options.scopeMayChange ?? false,
    implementation,
  };
}
