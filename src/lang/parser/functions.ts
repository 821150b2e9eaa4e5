// Grammar of function definitions.

import type { Block, NoopStmt, ScriptFnDef } from "../ast.ts";
import type { TokenStream } from "../lexer.ts";
import { isValidFunctionName } from "../literals.ts";
import type { ParseOptions } from "../options.ts";
import * as e from "../parse-errors.ts";
import type { Position } from "../position.ts";
import * as t from "../tokens.ts";
import { NOTHING } from "./base.ts";
import { ClosureParser } from "./closures.ts";
import { GLOBAL_LEVEL } from "./context.ts";
import { trimmed } from "./trimmed.ts";

interface Signature {
  readonly name: string;
  readonly thisType: string | null;
}

export abstract class FunctionParser extends ClosureParser {
  /** Keys of the functions defined so far: name, arity and type of `this`. */
  private functionKeys = new Set<string>();

  protected override start(text: string, stream: TokenStream, options: ParseOptions): void {
    super.start(text, stream, options);
    this.functionKeys = new Set();
  }

  /** `fn name(params) { ... }`, `private fn ...`, `fn Type.name(params) { ... }` */
  readonly functionDefinition = this.RULE("functionDefinition", (): NoopStmt => {
    const first = this.peek();
    const isPrivate = this.OPTION(() => this.CONSUME(t.Private)) !== undefined;
    this.checkFnKeyword(first.pos);
    const fn = this.CONSUME(t.Fn) as t.RhaiToken;
    const outside = this.enterFunction();
    const rest = this.SUBRULE(this.functionRest, { ARGS: [fn.pos] });
    if (this.RECORDING_PHASE) return NOTHING;
    this.leaveFunction(outside);
    const { name, thisType, params, body } = rest;
    const { startOffset: start, comments } = first;
    const { pos } = fn;
    const { end } = body;
    const def = { name, thisType, params, body, isPrivate, isAnonymous: false, comments, pos, start, end };
    this.define(def, fn);
    return { kind: "noop", pos, start, end };
  });

  private checkFnKeyword(pos: Position): void {
    if (this.RECORDING_PHASE) return;
    if (!this.at(t.Fn)) this.missing(t.Fn, "following 'private'");
    if ((this.flags & GLOBAL_LEVEL) === 0) this.fail(e.wrongFnDefinition(pos));
    if (this.functions.length >= this.options.limits.maxFunctions)
      this.fail(e.tooManyFunctions(this.peek().pos));
  }

  private define(def: ScriptFnDef, fn: t.RhaiToken): void {
    const key = `${def.params.length} ${def.thisType ?? ""} ${def.name}`;
    if (this.functionKeys.has(key)) {
      this.fail(e.fnDuplicatedDefinition(def.name, def.params.length, fn.pos), fn);
    }
    this.functionKeys.add(key);
    this.functionNames.add(def.name);
    this.functions.push(def);
  }

  /** From the name on. */
  readonly functionRest = this.RULE(
    "functionRest",
    (fnPos: Position): Signature & { params: string[]; body: Block } => {
      this.deeper(fnPos);
      const { name, thisType } = this.signature();
      const params = this.SUBRULE(this.functionParams, { ARGS: [name] });
      if (!this.RECORDING_PHASE && !this.at(t.LeftBrace)) this.fail(e.fnMissingBody(name, this.peek().pos));
      const body = this.SUBRULE(this.block, { ARGS: [fnPos] });
      return { name, thisType, params, body };
    },
  );

  private signature(): Signature {
    let thisType: string | null = null;
    this.checkTypeName();
    this.OPTION({
      GATE: () => this.second().tokenType === t.Period,
      DEF: () => {
        const type = this.OR([
          { ALT: () => this.CONSUME(t.Identifier) },
          { ALT: () => this.CONSUME(t.StringLiteral) },
        ]) as t.RhaiToken;
        this.CONSUME(t.Period);
        thisType = typeName(type.payload as string);
      },
    });
    this.checkFunctionName();
    const name = this.OR2([
      { ALT: () => this.CONSUME2(t.Identifier) },
      { ALT: () => this.CONSUME2(t.Custom) },
    ]) as t.RhaiToken;
    return { name: name.payload as string, thisType };
  }

  private checkTypeName(): void {
    if (this.RECORDING_PHASE || !this.at(t.StringLiteral)) return;
    const next = this.second();
    if (next.tokenType !== t.Period) {
      this.fail(e.missingToken(".", "after the type name for 'this'", next.pos), next);
    }
  }

  private checkFunctionName(): void {
    if (this.RECORDING_PHASE) return;
    const { tokenType, payload, pos } = this.peek();
    if (tokenType === t.Identifier || tokenType === t.Custom) {
      if (isValidFunctionName(payload as string)) return;
    } else if (tokenType === t.Reserved) {
      this.fail(e.reserved(payload as string, pos));
    }
    this.fail(e.fnMissingName(pos));
  }

  /** `()` or `( name, ... )` */
  readonly functionParams = this.RULE("functionParams", (fnName: string): string[] => {
    const params: string[] = [];
    if (!this.RECORDING_PHASE && !this.at(t.LeftParen) && !this.at(t.Unit)) {
      this.fail(e.fnMissingParams(fnName, this.peek().pos));
    }
    const end = `to close the parameters list of function '${fnName}'`;
    const separator = `to separate the parameters of function '${fnName}'`;
    this.OR([
      { ALT: () => this.CONSUME(t.Unit) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.checkParam(fnName, t.RightParen, end);
          this.OPTION(() => {
            this.param(0, params);
            this.checkAfterParam(t.RightParen, separator);
            this.MANY({
              GATE: () => this.itemFollows(t.RightParen),
              DEF: () => {
                this.CONSUME(t.Comma);
                this.checkParam(fnName, t.RightParen, end);
                this.param(1, params);
                this.checkAfterParam(t.RightParen, separator);
              },
            });
            this.OPTION2(() => this.CONSUME2(t.Comma));
          });
          this.CONSUME(t.RightParen);
        },
      },
    ]);
    return trimmed(params);
  });
}

/** The names that scripts use for the number types, as the types call themselves. */
function typeName(name: string): string {
  return name === "int" ? "i64" : name === "float" ? "f64" : name;
}
