// Grammar of control flow: if, loops, try, and the statements that jump.

import type { TokenType } from "chevrotain";
import type {
  BreakStmt,
  ContinueStmt,
  DoStmt,
  Expr,
  ForStmt,
  Ident,
  IfStmt,
  ReturnStmt,
  Stmt,
  ThrowStmt,
  TryStmt,
  WhileStmt,
} from "../ast.ts";
import { ParseError } from "../errors.ts";
import * as e from "../parse-errors.ts";
import type { Position } from "../position.ts";
import * as t from "../tokens.ts";
import { iterableError } from "./checks.ts";
import { BREAKABLE } from "./context.ts";
import { ExpressionParser } from "./expressions.ts";

interface LoopVariables {
  readonly variable: Ident;
  readonly counter: Ident | null;
}

export abstract class FlowParser extends ExpressionParser {
  /** `if condition { ... } else if ... else { ... }`; `outerPos` is that of the first `if`. */
  readonly ifStatement = this.RULE("ifStatement", (outerPos: Position): IfStmt => {
    const { pos, startOffset: start } = this.peek();
    this.CONSUME(t.If);
    const outer = this.deeper(outerPos);
    const condition = this.condition(0);
    const then = this.SUBRULE(this.block, { ARGS: [pos] });
    const otherwise =
      this.OPTION(() => {
        this.CONSUME(t.Else);
        this.checkElse();
        return this.OR([
          { ALT: () => this.toBlock(this.SUBRULE(this.ifStatement, { ARGS: [pos] })) },
          { ALT: () => this.SUBRULE2(this.block, { ARGS: [pos] }) },
        ]);
      }) ?? null;
    this.level = outer;
    return { kind: "if", condition, then, otherwise, pos, start, end: this.lastEnd() };
  });

  private checkElse(): void {
    if (this.RECORDING_PHASE || this.at(t.If) || this.at(t.LeftBrace)) return;
    this.raiseLexError();
    this.missing(t.LeftBrace, "to start a statement block");
  }

  // ---------------------------------------------------------------- loops

  /** `while condition { ... }` or `loop { ... }` */
  readonly whileStatement = this.RULE("whileStatement", (): WhileStmt => {
    const { pos, startOffset: start } = this.peek();
    const outer = this.deeper(pos);
    const condition = this.OR([
      {
        ALT: () => {
          this.CONSUME(t.While);
          return this.condition(0);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Loop);
          return null;
        },
      },
    ]);
    const { flags } = this;
    this.flags |= BREAKABLE;
    const body = this.SUBRULE(this.block, { ARGS: [pos] });
    this.flags = flags;
    this.level = outer;
    return { kind: "while", condition, body, pos, start, end: this.lastEnd() };
  });

  /** `do { ... } while condition` or `do { ... } until condition` */
  readonly doStatement = this.RULE("doStatement", (): DoStmt => {
    const { pos, startOffset: start } = this.peek();
    this.CONSUME(t.Do);
    const outer = this.deeper(pos);
    const { flags } = this;
    this.flags |= BREAKABLE;
    const body = this.SUBRULE(this.block, { ARGS: [pos] });
    this.flags = flags;
    if (!this.RECORDING_PHASE && !this.at(t.While) && !this.at(t.Until)) {
      this.missing(t.While, "for the do statement");
    }
    const keyword = this.OR([{ ALT: () => this.CONSUME(t.While) }, { ALT: () => this.CONSUME(t.Until) }]);
    const until = keyword.tokenType === t.Until;
    const condition = this.condition(0);
    this.level = outer;
    return { kind: "do", body, condition, until, pos, start, end: this.lastEnd() };
  });

  /** `for name in expression { ... }` or `for (name, counter) in expression { ... }` */
  readonly forStatement = this.RULE("forStatement", (): ForStmt => {
    const { pos, startOffset: start } = this.peek();
    this.CONSUME(t.For);
    const outer = this.deeper(pos);
    const { variable, counter } = this.SUBRULE(this.loopVariables);
    this.expect(0, t.In, "after the iteration variable");
    const iterable = this.iterable();
    const stackLength = this.scope.length;
    if (counter) this.scope.push(counter.name, false);
    if (!this.RECORDING_PHASE) this.scope.push(variable.name, false);
    const { flags } = this;
    this.flags |= BREAKABLE;
    const body = this.SUBRULE(this.block, { ARGS: [pos] });
    this.flags = flags;
    this.scope.rewind(stackLength);
    this.level = outer;
    return { kind: "for", variable, counter, iterable, body, pos, start, end: this.lastEnd() };
  });

  readonly loopVariables = this.RULE("loopVariables", (): LoopVariables => {
    if (!this.RECORDING_PHASE && !this.at(t.LeftParen) && !this.at(t.Identifier)) this.failName();
    return this.OR([
      { ALT: () => ({ variable: this.ident(this.name(0)), counter: null }) },
      { ALT: () => this.loopPair() },
    ]);
  });

  private loopPair(): LoopVariables {
    this.CONSUME(t.LeftParen);
    const variable = this.ident(this.name(1));
    this.matchedOr(t.Comma, "after the iteration variable name");
    const counter = this.ident(this.name(2));
    if (!this.RECORDING_PHASE && counter.name === variable.name) {
      this.fail(e.duplicatedVariable(counter.name, counter.pos));
    }
    this.matchedOr(t.RightParen, "to close the iteration variable");
    return { variable, counter };
  }

  private iterable(): Expr {
    // Rhai speaks of a boolean here, too.
    if (!this.RECORDING_PHASE && this.at(t.LeftBrace))
      this.fail(e.exprExpected("a boolean", this.peek().pos));
    const expr = this.SUBRULE(this.expression);
    if (!this.RECORDING_PHASE) this.raiseIf(iterableError(expr));
    return expr;
  }

  /** Like `expect`, but a lexical error does not come first. */
  protected matchedOr(type: TokenType, purpose: string): void {
    if (!this.RECORDING_PHASE && !this.at(type)) this.missing(type, purpose);
    this.CONSUME(type);
  }

  // ------------------------------------------------------------------ try

  /** `try { ... } catch (name) { ... }` */
  readonly tryStatement = this.RULE("tryStatement", (): TryStmt => {
    const { pos, startOffset: start } = this.peek();
    const outer = this.deeper(pos);
    this.CONSUME(t.Try);
    const body = this.SUBRULE(this.block, { ARGS: [pos] });
    this.matchedOr(t.Catch, "for the 'try' statement");
    const stackLength = this.scope.length;
    const catchVariable = this.OPTION(() => this.catchVariable()) ?? null;
    const handler = this.SUBRULE2(this.block, { ARGS: [pos] });
    this.scope.rewind(stackLength);
    this.level = outer;
    return { kind: "try", body, catchVariable, handler, pos, start, end: this.lastEnd() };
  });

  private catchVariable(): Ident {
    this.CONSUME(t.LeftParen);
    const variable = this.ident(this.name(0));
    this.matchedOr(t.RightParen, "to enclose the catch variable");
    if (!this.RECORDING_PHASE) this.scope.push(variable.name, false);
    return variable;
  }

  // ---------------------------------------------------------------- jumps

  /** `break value`, `continue`, `return value`, `throw value` */
  readonly flowStatement = this.RULE("flowStatement", (): Stmt => {
    this.checkJump();
    return this.OR([
      { ALT: () => this.jump("break", this.CONSUME(t.Break) as t.RhaiToken, 0) },
      { ALT: () => this.continueStatement() },
      { ALT: () => this.jump("return", this.CONSUME(t.Return) as t.RhaiToken, 1) },
      { ALT: () => this.jump("throw", this.CONSUME(t.Throw) as t.RhaiToken, 2) },
    ]);
  });

  private checkJump(): void {
    if (this.RECORDING_PHASE || (!this.at(t.Break) && !this.at(t.Continue))) return;
    const { pos } = this.peek();
    if (!this.language.allowLooping) {
      this.deeper(pos);
      this.failExpression();
    }
    if ((this.flags & BREAKABLE) === 0) this.fail(e.loopBreak(pos));
  }

  private continueStatement(): ContinueStmt {
    const { pos, startOffset: start, end } = this.CONSUME(t.Continue) as t.RhaiToken;
    return { kind: "continue", pos, start, end };
  }

  private jump(
    kind: "break" | "return" | "throw",
    keyword: t.RhaiToken,
    index: number,
  ): BreakStmt | ReturnStmt | ThrowStmt {
    const outer = this.deeper(keyword.pos);
    const value = this.option(index, () => this.jumpValue(index)) ?? null;
    this.level = outer;
    return { kind, value, pos: keyword.pos, start: keyword.startOffset, end: this.lastEnd() };
  }

  /** An expression that fails at its first token counts as absent. */
  private jumpValue(index: number): Expr | null {
    const { scope, level } = this;
    const first = this.peek();
    try {
      return this.subrule(index, this.expression);
    } catch (error) {
      if (!(error instanceof ParseError) || this.peek() !== first) throw error;
      this.scope = scope;
      this.level = level;
      return null;
    }
  }
}
