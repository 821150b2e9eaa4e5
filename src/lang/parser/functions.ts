// Grammar of function definitions and closures.

import type { TokenType } from "chevrotain";
import type { Block, ClosureExpr, Ident, NoopStmt, ScriptFnDef, Stmt } from "../ast.ts";
import type { LexResult, TokenizeOptions } from "../lexer.ts";
import { isValidFunctionName } from "../literals.ts";
import type { ParseOptions } from "../options.ts";
import * as e from "../parse-errors.ts";
import type { Position } from "../position.ts";
import * as t from "../tokens.ts";
import { NOTHING } from "./base.ts";
import { closureName, hashText, type TextHash } from "./closure-name.ts";
import { EXPRESSIONS_ONLY, GLOBAL_LEVEL, IN_CLOSURE, IN_FUNCTION, QUOTED_KEYS } from "./context.ts";
import { ParseScope } from "./scope.ts";
import { SwitchParser } from "./switch.ts";

/** What `insideFunction` puts back. */
interface Outside {
  readonly scope: ParseScope;
  readonly flags: number;
  readonly language: SwitchParser["language"];
  readonly level: number;
  readonly maxLevel: number;
}

interface Signature {
  readonly name: string;
  readonly thisType: string | null;
}

export abstract class FunctionParser extends SwitchParser {
  /** Keys of the functions defined so far: name, arity and type of `this`. */
  private functionKeys = new Set<string>();
  /** Null until the first closure. */
  private textHash: TextHash | null = null;
  /** Null until strict mode asks for it. */
  private hostVariables: ReadonlySet<string> | null = null;

  protected override start(
    text: string,
    lexed: LexResult,
    options: ParseOptions,
    lexOptions: TokenizeOptions,
  ): void {
    super.start(text, lexed, options, lexOptions);
    this.functionKeys = new Set();
    this.textHash = null;
    this.hostVariables = null;
  }

  // ------------------------------------------------------------ functions

  /** `fn name(params) { ... }`, `private fn ...`, `fn Type.name(params) { ... }` */
  readonly functionDefinition = this.RULE("functionDefinition", (): NoopStmt => {
    const first = this.peek();
    const isPrivate = this.OPTION(() => this.CONSUME(t.Private)) !== undefined;
    this.checkFnKeyword(first.pos);
    const fn = this.CONSUME(t.Fn) as t.RhaiToken;
    const outside = this.enterFunction();
    const body = this.SUBRULE(this.functionRest, { ARGS: [fn.pos] });
    if (this.RECORDING_PHASE) return NOTHING;
    this.leaveFunction(outside);
    const start = first.startOffset;
    const def = {
      ...body,
      isPrivate,
      isAnonymous: false,
      comments: first.comments,
      pos: fn.pos,
      start,
      end: body.body.end,
    };
    this.define(def, fn);
    return { kind: "noop", pos: fn.pos, start, end: def.end };
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
      GATE: () => this.LA(2).tokenType === t.Period,
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
    const next = this.LA(2) as t.RhaiToken;
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
    return params;
  });

  // ----------------------------------------------------------- parameters

  private param(index: number, params: string[]): void {
    const token = this.consume(index, t.Identifier) as t.RhaiToken;
    if (this.RECORDING_PHASE) return;
    this.scope.push(token.payload as string, false);
    params.push(token.payload as string);
  }

  /** Before a parameter or the `close` of the list. */
  private checkParam(fnName: string, close: TokenType, end: string): void {
    if (this.RECORDING_PHASE || this.at(close)) return;
    const { tokenType, tokenTypeIdx, payload, pos } = this.peek();
    if (tokenType === t.Identifier) {
      const name = payload as string;
      if (this.scope.declares(name)) this.fail(e.fnDuplicatedParam(fnName, name, pos));
      return;
    }
    this.raiseLexError();
    if (tokenType === t.Reserved) this.fail(e.reserved(payload as string, pos));
    // `switch` is not among the keywords that Rhai looks for here.
    const isKeyword = t.Keyword.categoryMatches!.includes(tokenTypeIdx!) && tokenType !== t.Switch;
    if (isKeyword) this.fail(e.variableExpected(pos));
    this.missing(close, end);
  }

  private checkAfterParam(close: TokenType, separator: string): void {
    if (this.RECORDING_PHASE || this.at(t.Comma) || this.at(close)) return;
    this.raiseLexError();
    this.missing(t.Comma, separator);
  }

  // ------------------------------------------------------------- closures

  /** `|name, ...| statement` or `|| statement` */
  readonly closure = this.RULE("closure", (): ClosureExpr => {
    const first = this.peek();
    const outside = this.enterClosure();
    const params: string[] = [];
    this.OR([
      { ALT: () => this.CONSUME(t.Or) },
      { ALT: () => this.SUBRULE(this.closureParams, { ARGS: [params] }) },
    ]);
    return this.closureBody(first, params, outside);
  });

  /** Custom syntax may ask for the braces of a closure without parameters. */
  protected bareClosure(): ClosureExpr {
    return this.closureBody(this.peek(), [], this.enterClosure());
  }

  readonly closureParams = this.RULE("closureParams", (params: string[]): void => {
    const end = "to close the parameters list of anonymous function or closure";
    const separator = "to separate the parameters of anonymous function";
    this.CONSUME(t.Pipe);
    this.checkParam("", t.Pipe, end);
    this.OPTION(() => {
      this.param(0, params);
      this.checkAfterParam(t.Pipe, separator);
      this.MANY({
        GATE: () => this.itemFollows(t.Pipe),
        DEF: () => {
          this.CONSUME(t.Comma);
          this.checkParam("", t.Pipe, end);
          this.param(1, params);
          this.checkAfterParam(t.Pipe, separator);
        },
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    this.CONSUME2(t.Pipe);
  });

  private closureBody(first: t.RhaiToken, params: readonly string[], outside: Outside): ClosureExpr {
    this.deeper(first.pos);
    const stmt = this.SUBRULE(this.statement);
    if (this.RECORDING_PHASE) return NOTHING;
    const { captures } = this.scope;
    this.leaveFunction(outside);
    captures.forEach((capture) => {
      this.captureOutside(capture);
    });
    return this.defineClosure(first, params, captures, stmt);
  }

  /** The captured variable must exist outside, or be captured there in turn. */
  private captureOutside(capture: Ident): void {
    const isFunction = this.functionNames.has(capture.name);
    const { found } = this.scope.access(capture.name, capture, isFunction);
    if (found || isFunction || (this.flags & IN_CLOSURE) !== 0 || !this.language.strictVariables) return;
    if (!this.isHostVariable(capture.name)) this.fail(e.variableUndefined(capture.name, capture.pos));
  }

  protected isHostVariable(name: string): boolean {
    this.hostVariables ??= new Set(this.options.scope.map((variable) => variable.name));
    return this.hostVariables.has(name);
  }

  private defineClosure(
    first: t.RhaiToken,
    params: readonly string[],
    captures: readonly Ident[],
    stmt: Stmt,
  ): ClosureExpr {
    const { pos, startOffset: start } = first;
    const end = Math.max(stmt.end, first.end);
    const fn: ScriptFnDef = {
      name: closureName((this.textHash ??= hashText(this.text)), start),
      thisType: null,
      params: [...captures.map((capture) => capture.name), ...params],
      body: this.toBlock(stmt),
      isPrivate: false,
      isAnonymous: true,
      comments: [],
      pos,
      start,
      end,
    };
    this.functions.push(fn);
    return { kind: "closure", fn, captures, pos, start, end };
  }

  // --------------------------------------------------------- inside / out

  private outside(): Outside {
    const { scope, flags, language, level, maxLevel } = this;
    return { scope, flags, language, level, maxLevel };
  }

  private enterFunction(): Outside {
    const outside = this.outside();
    if (this.RECORDING_PHASE) return outside;
    this.language = this.options.language;
    this.scope = this.innerScope(false);
    this.flags = IN_FUNCTION | (this.flags & QUOTED_KEYS);
    this.level = 0;
    this.maxLevel = this.options.limits.maxFunctionExprDepth;
    return outside;
  }

  /** A closure counts its levels on from the place where it stands. It is never strict: it may capture the variable. */
  private enterClosure(): Outside {
    const outside = this.outside();
    if (this.RECORDING_PHASE) return outside;
    this.language = { ...this.options.language, strictVariables: false };
    this.scope = this.innerScope(true);
    this.flags = IN_FUNCTION | IN_CLOSURE | (this.flags & (QUOTED_KEYS | EXPRESSIONS_ONLY));
    return outside;
  }

  private innerScope(isClosure: boolean): ParseScope {
    return new ParseScope([...this.scope.outerImports, ...this.scope.imports], isClosure);
  }

  private leaveFunction(outside: Outside): void {
    this.scope = outside.scope;
    this.flags = outside.flags;
    this.language = outside.language;
    this.level = outside.level;
    this.maxLevel = outside.maxLevel;
  }
}

/** The names that scripts use for the number types, as the types call themselves. */
function typeName(name: string): string {
  return name === "int" ? "i64" : name === "float" ? "f64" : name;
}
