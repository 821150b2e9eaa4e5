// Grammar of binary operators, by precedence.

import type { TokenType } from "chevrotain";
import type { Expr, Stmt } from "../ast.ts";
import { isValidIdentifier } from "../literals.ts";
import * as e from "../parse-errors.ts";
import { bindsRight } from "../precedence.ts";
import * as t from "../tokens.ts";
import type { Rule } from "./base.ts";
import { FLOW_STARTS, PRECEDENCES, RANGE_ENDS } from "./context.ts";
import { OperandParser } from "./operands.ts";
import { binaryExpr, logicalError } from "./operations.ts";

/** The left side of an operator and what Rhai's recursive parser would know at this point. */
interface Frame {
  /** The frame that waits for this one to become its right operand. */
  readonly outer: Frame | null;
  /** Operators that bind no tighter end this frame. */
  readonly precedence: number;
  level: number;
  pos: number;
  readonly start: number;
  left: Expr;
  /** The operator whose right operand is being read. */
  operator: t.RhaiToken | null;
}

export abstract class ExpressionParser extends OperandParser {
  abstract readonly flowStatement: Rule<[], Stmt>;

  /** `operand operator operand ...` */
  readonly expression = this.RULE("expression", (): Expr => {
    const first = this.peek();
    const outer = this.deeper(first.pos);
    let expr = this.SUBRULE(this.operand);
    if (this.RECORDING_PHASE || this.operatorFollows(1)) expr = this.operations(expr, first.startOffset);
    this.level = outer;
    return expr;
  });

  // ------------------------------------------------------------ operators

  /**
   * Precedence climbing with an explicit stack. It opens and closes the same levels as Rhai's recursion does, because
   * they count for the limit on nesting.
   */
  private operations(first: Expr, start: number): Expr {
    const { level } = this;
    let frame: Frame = {
      outer: null,
      precedence: 1,
      level,
      pos: first?.pos,
      start,
      left: first,
      operator: null,
    };
    this.MANY({
      GATE: () => {
        for (;;) {
          if (this.operatorFollows(frame.precedence)) return true;
          if (frame.outer === null) return false;
          frame = this.close(frame.outer, frame.left);
        }
      },
      DEF: () => {
        if (this.RECORDING_PHASE) this.OR(this.operationAlternatives);
        else frame = this.operation(frame);
      },
    });
    return frame.left;
  }

  private operation(frame: Frame): Frame {
    const operator = this.peek();
    const precedence = this.precedenceAhead();
    this.level = frame.level;
    frame.operator = operator;
    const start = this.second().startOffset;
    const right = this.OR(this.operationAlternatives) as Expr;
    if (!this.tighterFollows(precedence, operator)) return this.close(frame, right);
    this.level = frame.level;
    this.deeper(frame.pos);
    const { level } = this;
    return { outer: frame, precedence, level, pos: right.pos, start, left: right, operator: null };
  }

  /** Gives the operator of `frame` its right operand. */
  private close(frame: Frame, right: Expr): Frame {
    this.level = frame.level;
    this.deeper(frame.pos);
    frame.level = this.level;
    const operator = frame.operator!;
    frame.pos = operator.pos;
    this.raiseIf(logicalError(operator, frame.left, right));
    frame.left = binaryExpr(operator, frame.left, right, frame.start, Math.max(this.lastEnd(), right.end));
    return frame;
  }

  /** Each yields the right operand. */
  private readonly operationAlternatives = [
    { ALT: () => this.coalesceOperand() },
    { ALT: () => this.rangeOperand() },
    { ALT: () => this.rightOperand(t.BinaryOperator, 3), IGNORE_AMBIGUITIES: true },
    { ALT: () => this.rightOperand(t.Custom, 4) },
  ];

  private rightOperand(operator: TokenType, index: number): Expr {
    this.CONSUME(operator);
    return this.subrule(index, this.operand);
  }

  /** `a ?? return` is allowed. */
  private coalesceOperand(): Expr {
    this.CONSUME(t.DoubleQuestion);
    if (!this.RECORDING_PHASE && !FLOW_STARTS[this.peek().tokenTypeIdx!]) this.checkOperand();
    return this.OR2([
      { ALT: () => this.blockExpr(this.toBlock(this.SUBRULE(this.flowStatement))) },
      { ALT: () => this.SUBRULE1(this.operand) },
    ]);
  }

  /** `a..` has no right operand before a closing bracket and the like. */
  private rangeOperand(): Expr {
    this.OR3([{ ALT: () => this.CONSUME(t.ExclusiveRange) }, { ALT: () => this.CONSUME(t.InclusiveRange) }]);
    const operand = this.OPTION(() => this.SUBRULE2(this.operand));
    if (operand !== undefined || this.RECORDING_PHASE) return operand as Expr;
    const { pos, startOffset: start, tokenTypeIdx } = this.peek();
    if (!RANGE_ENDS[tokenTypeIdx!]) this.failOperand();
    return { kind: "unit", pos, start, end: start };
  }

  /** Precedence of the next token as a binary operator; 0 if it is none. */
  private precedenceAhead(): number {
    const { tokenType, tokenTypeIdx, payload, pos } = this.peek();
    const precedence = PRECEDENCES[tokenTypeIdx!];
    if (precedence !== undefined) return precedence;
    if (tokenType === t.Custom) return this.options.customOperators.get(payload as string) ?? 0;
    if (tokenType === t.Reserved && !isValidIdentifier(payload as string)) {
      this.fail(e.unknownOperator(payload as string, pos));
    }
    return 0;
  }

  /** Does an operator follow that takes what has been read as its left operand? */
  private operatorFollows(parentPrecedence: number): boolean {
    if (this.scope.stopAtPipe && this.at(t.Pipe)) return false;
    const precedence = this.precedenceAhead();
    if (precedence !== parentPrecedence) return precedence > parentPrecedence;
    return bindsRight(this.peek().payload as string);
  }

  private tighterFollows(precedence: number, operator: t.RhaiToken): boolean {
    const next = this.precedenceAhead();
    return next > precedence || (next === precedence && bindsRight(operator.payload as string));
  }
}
