// Custom syntax: what hosts give, and what parser and evaluator make of it.

import type { Expr } from "../../lang/ast.ts";
import { ParseError } from "../../lang/errors.ts";
import type { CustomSyntaxRule } from "../../lang/options.ts";
import type { Position } from "../../lang/position.ts";
import type { CustomImplementation, CustomInput } from "../eval/custom.ts";
import type { Frame } from "../eval/frame.ts";
import { isLiteral, literalValue } from "../eval/literal.ts";
import type { NameView } from "../eval/name-view.ts";
import type { Value } from "../value/value.ts";
import type { HostTypes } from "./host-types.ts";

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
  get node(): Expr {
    return this.input.node;
  }
}

/** What an implementation of custom syntax can see and change. */
export class SyntaxContext {
  constructor(
    private readonly frame: Frame,
    private readonly view: NameView,
    private readonly types: HostTypes,
    /** What the look-ahead parser function left in its state. */
    readonly state: unknown,
  ) {}
  /** Whether the script sees a variable of this name here. */
  has(name: string): boolean {
    return this.view.find(name) !== null;
  }
  /** A variable's value, undefined when there is none. */
  get(name: string): unknown {
    const place = this.view.find(name);
    return place === null ? undefined : this.types.toHost(place.get());
  }
  /** Changes a variable of the script, or defines it (which needs `scopeMayChange`). Throws TypeError for constants. */
  set(name: string, value: unknown): void {
    const place = this.view.find(name);
    const converted = this.types.toValue(value, "dynamic");
    if (place === null) this.define(name, value);
    else if (place.constant) throw new TypeError(`'${name}' is a constant`);
    else place.set(converted);
  }
  /** Defines a variable in the current block of the script. */
  define(name: string, value: unknown, constant = false): void {
    const { frame } = this;
    frame.dynamic ??= [];
    const height = Number.MAX_SAFE_INTEGER;
    frame.dynamic.push({ name, value: this.types.toValue(value, "dynamic"), constant, height });
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
  if (symbols.length === 0) throw new TypeError("custom syntax needs at least one symbol");
  if (symbols[0].startsWith("$"))
    throw new TypeError(`custom syntax must begin with a word or symbol of its own, not ${symbols[0]}`);
  const implementation: CustomImplementation = {
    isAsync: options.isAsync ?? false,
    evaluate: (inputs, frame, view, state) => {
      const context = new SyntaxContext(frame, view, types, state);
      const result = evaluate(
        inputs.map((input) => new SyntaxInput(input, types)),
        context,
      );
      if (result instanceof Promise) return result.then((value) => types.toValue(value, "dynamic"));
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
