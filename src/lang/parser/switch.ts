// Grammar of `switch`.

import { EOF } from "chevrotain";
import type { Expr, SwitchArm, SwitchCase, SwitchRange, SwitchStmt } from "../ast.ts";
import { ParseError } from "../errors.ts";
import { improperSymbol } from "../lex-errors.ts";
import * as e from "../parse-errors.ts";
import type { Position } from "../position.ts";
import * as t from "../tokens.ts";
import { isCaseLiteral, isEmptyRange, literalRange } from "./case-literals.ts";
import { ChainParser } from "./chains.ts";
import { boolError, startPosition } from "./checks.ts";
import { EXPRESSIONS_ONLY, OPERAND_STARTS } from "./context.ts";
import { isSelfTerminated } from "./termination.ts";

const END_OF_SWITCH = "to end this switch block";

/** A `switch` while it is being read. */
class SwitchBody {
  readonly arms: SwitchArm[] = [];
  readonly cases: SwitchCase[] = [];
  readonly ranges: SwitchRange[] = [];
  defaultArm: number | null = null;
  defaultPos: Position = 0;
}

export abstract class SwitchParser extends ChainParser {
  /** `switch expression { case, ... }` */
  readonly switchStatement = this.RULE("switchStatement", (): SwitchStmt => {
    const { pos, startOffset } = this.peek();
    this.CONSUME(t.Switch);
    const outer = this.deeper(pos);
    const value = this.SUBRULE(this.expression);
    this.expect(0, t.LeftBrace, "to start a switch block");
    const body = new SwitchBody();
    this.checkCaseStart(body);
    this.MANY(() => {
      this.SUBRULE(this.switchCase, { ARGS: [body] });
      this.checkCaseStart(body);
    });
    this.CONSUME(t.RightBrace);
    this.level = outer;
    const { arms, cases, ranges, defaultArm } = body;
    return {
      kind: "switch",
      value,
      arms,
      cases,
      ranges,
      defaultArm,
      pos,
      start: startOffset,
      end: this.lastEnd(),
    };
  });

  /** `_ => statement` or `literal | literal ... if condition => statement` */
  readonly switchCase = this.RULE("switchCase", (body: SwitchBody): void => {
    const values: Expr[] = [];
    const condition = this.OR([
      { ALT: () => this.defaultCase(body) },
      { ALT: () => this.literalCase(values) },
    ]);
    this.expect(0, t.DoubleArrow, "in this switch case");
    const needsComma = this.caseAction(body, condition);
    if (!this.RECORDING_PHASE) {
      this.addCases(body, values);
      this.checkAfterCase(needsComma);
    }
    this.OPTION2(() => this.CONSUME(t.Comma));
  });

  private defaultCase(body: SwitchBody): null {
    const token = this.CONSUME(t.Underscore) as t.RhaiToken;
    if (!this.RECORDING_PHASE && this.at(t.If)) this.fail(e.wrongSwitchCaseCondition(this.peek().pos));
    if (!this.RECORDING_PHASE) body.defaultPos = token.pos;
    return null;
  }

  private literalCase(values: Expr[]): Expr | null {
    values.push(this.SUBRULE(this.caseValue));
    this.MANY(() => {
      this.CONSUME(t.Pipe);
      values.push(this.SUBRULE2(this.caseValue));
    });
    return this.OPTION(() => this.SUBRULE(this.caseCondition)) ?? null;
  }

  /** Any error in a case value is reported as a missing literal. */
  readonly caseValue = this.RULE("caseValue", (): Expr => {
    const { scope } = this;
    const stopped = scope.stopAtPipe;
    scope.stopAtPipe = true;
    try {
      return this.SUBRULE(this.expression);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const literalExpected = e.exprExpected("literal", error.position);
      literalExpected.span = error.span;
      throw literalExpected;
    } finally {
      scope.stopAtPipe = stopped;
    }
  });

  readonly caseCondition = this.RULE("caseCondition", (): Expr => {
    this.CONSUME(t.If);
    return this.condition(0);
  });

  /** An expression that must not be obviously something else than a boolean. */
  protected condition(index: number): Expr {
    if (!this.RECORDING_PHASE && this.at(t.LeftBrace)) {
      this.fail(e.exprExpected("a boolean", this.peek().pos));
    }
    const expr = this.subrule(index, this.expression);
    if (this.RECORDING_PHASE) return expr;
    this.raiseIf(boolError(expr));
    this.checkNoAssignment();
    return expr;
  }

  private checkNoAssignment(): void {
    if (this.at(t.Equals)) this.fail(improperSymbol("=", "Possibly a typo of '=='?", this.peek().pos));
  }

  /** Reads what a case does; does a comma have to follow? */
  private caseAction(body: SwitchBody, condition: Expr | null): boolean {
    if ((this.flags & EXPRESSIONS_ONLY) !== 0) {
      body.arms.push({ condition, action: this.SUBRULE(this.expression) });
      return true;
    }
    const stmt = this.SUBRULE(this.statement);
    if (this.RECORDING_PHASE) return false;
    body.arms.push({ condition, action: this.blockExpr(this.toBlock(stmt)) });
    return !isSelfTerminated(stmt);
  }

  private addCases(body: SwitchBody, values: readonly Expr[]): void {
    const arm = body.arms.length - 1;
    if (values.length === 0) body.defaultArm = arm;
    for (const value of values) {
      const range = literalRange(value);
      if (range !== null) {
        if (!isEmptyRange(range)) body.ranges.push({ ...range, arm });
        continue;
      }
      if (!isCaseLiteral(value)) this.fail(e.exprExpected("a literal", startPosition(value)));
      const isNumber = value.kind === "int" || value.kind === "float";
      if (isNumber && body.ranges.length > 0) this.fail(e.wrongSwitchIntegerCase(startPosition(value)));
      body.cases.push({ value, arm });
    }
  }

  /** Before a case or the closing brace. */
  private checkCaseStart(body: SwitchBody): void {
    if (this.RECORDING_PHASE || this.at(t.RightBrace)) return;
    if (this.at(EOF)) this.missing(t.RightBrace, END_OF_SWITCH);
    if (body.defaultArm !== null) this.fail(e.wrongSwitchDefaultCase(body.defaultPos));
    const { tokenType, tokenTypeIdx, pos } = this.peek();
    if (tokenType === t.Underscore || OPERAND_STARTS[tokenTypeIdx!]) return;
    this.fail(e.exprExpected("literal", pos));
  }

  private checkAfterCase(needsComma: boolean): void {
    if (this.at(t.Comma) || this.at(t.RightBrace)) return;
    // Rhai asks for the wrong bracket here.
    if (this.at(EOF)) this.missing(t.RightParen, END_OF_SWITCH);
    this.raiseLexError();
    if (needsComma) this.missing(t.Comma, "to separate the items in this switch block");
  }
}
