// Grammar of closures, and what they capture.

import type { ClosureExpr, Ident, ScriptFnDef, Stmt } from "../ast.ts";
import type { TokenStream } from "../lexer.ts";
import type { ParseOptions } from "../options.ts";
import * as e from "../parse-errors.ts";
import * as t from "../tokens.ts";
import { NOTHING } from "./base.ts";
import { BodyParser, type Outside } from "./bodies.ts";
import { closureName, hashText, type TextHash } from "./closure-name.ts";
import { IN_CLOSURE } from "./context.ts";
import { trimmed } from "./trimmed.ts";

export abstract class ClosureParser extends BodyParser {
  /** Null until the first closure. */
  private textHash: TextHash | null = null;
  /** Null until strict mode asks for it. */
  private hostVariables: ReadonlySet<string> | null = null;

  protected override start(text: string, stream: TokenStream, options: ParseOptions): void {
    super.start(text, stream, options);
    this.textHash = null;
    this.hostVariables = null;
  }

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
    const captures = trimmed(this.scope.captures);
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
}
