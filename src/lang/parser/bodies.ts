// Entering and leaving the bodies of functions and closures, and their parameters.

import type { TokenType } from "chevrotain";
import * as e from "../parse-errors.ts";
import * as t from "../tokens.ts";
import { EXPRESSIONS_ONLY, IN_CLOSURE, IN_FUNCTION, QUOTED_KEYS } from "./context.ts";
import { ParseScope } from "./scope.ts";
import { SwitchParser } from "./switch.ts";

/** What `leaveFunction` puts back. */
export interface Outside {
  readonly scope: ParseScope;
  readonly flags: number;
  readonly language: SwitchParser["language"];
  readonly level: number;
  readonly maxLevel: number;
}

export abstract class BodyParser extends SwitchParser {
  private outside(): Outside {
    const { scope, flags, language, level, maxLevel } = this;
    return { scope, flags, language, level, maxLevel };
  }

  protected enterFunction(): Outside {
    const outside = this.outside();
    if (this.RECORDING_PHASE) return outside;
    this.language = this.options.language;
    this.scope = new ParseScope(this.scope, false);
    this.flags = IN_FUNCTION | (this.flags & QUOTED_KEYS);
    this.level = 0;
    this.maxLevel = this.options.limits.maxFunctionExprDepth;
    return outside;
  }

  /** A closure counts its levels on from the place where it stands. It is never strict: it may capture the variable. */
  protected enterClosure(): Outside {
    const outside = this.outside();
    if (this.RECORDING_PHASE) return outside;
    this.language = { ...this.options.language, strictVariables: false };
    this.scope = new ParseScope(this.scope, true);
    this.flags = IN_FUNCTION | IN_CLOSURE | (this.flags & (QUOTED_KEYS | EXPRESSIONS_ONLY));
    return outside;
  }

  protected leaveFunction(outside: Outside): void {
    this.scope = outside.scope;
    this.flags = outside.flags;
    this.language = outside.language;
    this.level = outside.level;
    this.maxLevel = outside.maxLevel;
  }

  // ----------------------------------------------------------- parameters

  protected param(index: number, params: string[]): void {
    const token = this.consume(index, t.Identifier) as t.RhaiToken;
    if (this.RECORDING_PHASE) return;
    this.scope.push(token.payload as string, false);
    params.push(token.payload as string);
  }

  /** Before a parameter or the `close` of the list. */
  protected checkParam(fnName: string, close: TokenType, end: string): void {
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

  protected checkAfterParam(close: TokenType, separator: string): void {
    if (this.RECORDING_PHASE || this.at(t.Comma) || this.at(close)) return;
    this.raiseLexError();
    this.missing(t.Comma, separator);
  }
}
