// Grammar of the operands of operators: signs, and the values expressions begin with.

import type { IToken } from "chevrotain";
import type { Expr, Stmt } from "../ast.ts";
import { improperSymbol } from "../lex-errors.ts";
import { isReservedKeywordOrSymbol } from "../literals.ts";
import * as e from "../parse-errors.ts";
import * as t from "../tokens.ts";
import { NOTHING, type Rule } from "./base.ts";
import { CALL_STARTS, IN_FUNCTION, LOOP_STARTS, OPERAND_STARTS } from "./context.ts";
import { CustomSyntaxParser } from "./custom-syntax.ts";
import { LITERAL_TYPES, literalExpr, variableExpr } from "./literal-nodes.ts";
import { negated, positive, prefixCall } from "./operations.ts";

export abstract class OperandParser extends CustomSyntaxParser {
  abstract readonly ifStatement: Rule<[pos: number], Stmt>;
  abstract readonly whileStatement: Rule<[], Stmt>;
  abstract readonly doStatement: Rule<[], Stmt>;
  abstract readonly forStatement: Rule<[], Stmt>;

  /** A value with a sign or `!` before it, or none. */
  readonly operand = this.RULE("operand", (): Expr => {
    if (!this.RECORDING_PHASE) this.checkOperand();
    return this.OR(this.operandAlternatives);
  });

  private readonly operandAlternatives = [
    { ALT: () => this.prefix(this.CONSUME(t.Minus), 0, negated) },
    { ALT: () => this.prefix(this.CONSUME(t.UnaryMinus), 1, negated) },
    { ALT: () => this.prefix(this.CONSUME(t.Plus), 2, positive) },
    { ALT: () => this.prefix(this.CONSUME(t.UnaryPlus), 3, positive) },
    { ALT: () => this.prefix(this.CONSUME(t.Bang), 4, prefixCall) },
    { ALT: () => this.leadingRange() },
    { ALT: () => this.SUBRULE(this.primary) },
  ];

  private prefix(sign: IToken, index: number, make: (sign: t.RhaiToken, operand: Expr) => Expr): Expr {
    const outer = this.deeper((sign as t.RhaiToken).pos);
    const operand = this.subrule(index, this.operand);
    this.level = outer;
    return this.RECORDING_PHASE ? operand : make(sign as t.RhaiToken, operand);
  }

  /** `..5` is read as `0..5`: the 0 comes from nowhere, and the operator is left to be read. */
  private leadingRange(): Expr {
    if (this.RECORDING_PHASE) {
      this.OR2([
        { ALT: () => this.CONSUME(t.ExclusiveRange) },
        { ALT: () => this.CONSUME(t.InclusiveRange) },
      ]);
      return this.SUBRULE5(this.operand);
    }
    const { pos, startOffset: start } = this.peek();
    return { kind: "int", value: 0, pos, start, end: start };
  }

  /** Before an operand: raises Rhai's error if none can begin here. */
  protected checkOperand(): void {
    const { tokenType, tokenTypeIdx, payload, pos } = this.peek();
    if (!OPERAND_STARTS[tokenTypeIdx!]) this.failOperand();
    if (tokenType === t.Identifier || tokenType === t.Int) return;
    if (this.isSwitchedOff(tokenTypeIdx!)) this.failOperand();
    if (tokenType === t.Custom && !this.options.customSyntax.has(payload as string)) this.failOperand();
    if (tokenType !== t.Pipe && tokenType !== t.Or) return;
    if (this.functions.length >= this.options.limits.maxFunctions) this.fail(e.tooManyFunctions(pos));
  }

  /** Do the language options forbid an operand that begins with this token? */
  private isSwitchedOff(index: number): boolean {
    const { language } = this;
    switch (index) {
      case t.LeftBrace.tokenTypeIdx:
        return !language.allowStatementExpression;
      case t.If.tokenTypeIdx:
        return !language.allowIfExpression;
      case t.Switch.tokenTypeIdx:
        return !language.allowSwitchExpression;
      case t.Pipe.tokenTypeIdx:
        return !language.allowAnonymousFn || this.scope.stopAtPipe;
      case t.Or.tokenTypeIdx:
        return !language.allowAnonymousFn;
      default:
        return LOOP_STARTS[index] === true && !(language.allowLooping && language.allowLoopExpressions);
    }
  }

  // --------------------------------------------------------------- values

  /** A value and what follows it: calls, properties, indices. */
  readonly primary = this.RULE("primary", (): Expr => {
    const first = this.peek();
    const root = this.OR({ DEF: this.rootAlternatives, IGNORE_AMBIGUITIES: true });
    if (!this.RECORDING_PHASE && !this.postfixFollows(root)) return root;
    return this.OPTION(() => this.SUBRULE(this.postfix, { ARGS: [root, first.startOffset] })) ?? root;
  });

  private readonly rootAlternatives = [
    { ALT: () => this.nameOrCustomSyntax() },
    { ALT: () => this.reservedName() },
    { ALT: () => this.SUBRULE3(this.customSyntax) },
    { ALT: () => this.SUBRULE(this.literal) },
    { ALT: () => this.SUBRULE(this.group) },
    { ALT: () => this.SUBRULE(this.arrayLiteral) },
    { ALT: () => this.SUBRULE(this.mapLiteral) },
    { ALT: () => this.SUBRULE(this.interpolatedString) },
    { ALT: () => this.SUBRULE(this.closure) },
    { ALT: () => this.SUBRULE(this.statementExpression) },
  ];

  readonly literal = this.RULE("literal", (): Expr => {
    const token = this.OR(this.literalAlternatives) as t.RhaiToken;
    return literalExpr(token);
  });

  private readonly literalAlternatives = LITERAL_TYPES.map((type) => ({ ALT: () => this.CONSUME(type) }));

  private nameOrCustomSyntax(): Expr {
    if (!this.RECORDING_PHASE && this.isCustomSyntax()) return this.SUBRULE(this.customSyntax);
    const token = this.CONSUME(t.Identifier) as t.RhaiToken;
    if (!this.RECORDING_PHASE && !this.isCallOrNamespace()) this.useVariable(token);
    return variableExpr(token);
  }

  private isCustomSyntax(): boolean {
    const { customSyntax } = this.options;
    return customSyntax.size > 0 && customSyntax.has(this.peek().payload as string);
  }

  private isCallOrNamespace(): boolean {
    return CALL_STARTS[this.peek().tokenTypeIdx!] || this.at(t.DoubleColon);
  }

  /** A name that stands for a variable, or for a function as a value. */
  private useVariable(token: t.RhaiToken): void {
    const name = token.payload as string;
    const isFunction = this.functionNames.has(name);
    const { found } = this.scope.access(name, this.ident(token), isFunction);
    if (found || isFunction || !this.language.strictVariables || this.isHostVariable(name)) return;
    this.fail(e.variableUndefined(name, token.pos), token);
  }

  /** `print(...)` and other reserved names that may be called, and `this`. */
  private reservedName(): Expr {
    if (!this.RECORDING_PHASE && this.isCustomSyntax()) return this.SUBRULE2(this.customSyntax);
    const token = this.CONSUME(t.Reserved) as t.RhaiToken;
    if (this.RECORDING_PHASE) return NOTHING;
    const { payload, pos, startOffset: start, end } = token;
    const isCall = CALL_STARTS[this.peek().tokenTypeIdx!];
    if (isCall && isReservedKeywordOrSymbol(payload as string).callable) return variableExpr(token);
    if (payload !== "this") this.fail(e.reserved(payload as string, pos), token);
    if ((this.flags & IN_FUNCTION) !== 0) return { kind: "this", pos, start, end };
    return this.fail(improperSymbol("this", "'this' can only be used in functions", pos), token);
  }

  // ------------------------------------------- statements as expressions

  readonly statementExpression = this.RULE("statementExpression", (): Expr => {
    const { pos } = this.peek();
    const outer = this.deeper(pos);
    const block = this.OR([
      { ALT: () => this.SUBRULE(this.block, { ARGS: [pos] }) },
      { ALT: () => this.toBlock(this.SUBRULE(this.ifStatement, { ARGS: [pos] })) },
      { ALT: () => this.toBlock(this.SUBRULE(this.switchStatement)) },
      { ALT: () => this.toBlock(this.SUBRULE(this.whileStatement)) },
      { ALT: () => this.toBlock(this.SUBRULE(this.doStatement)) },
      { ALT: () => this.toBlock(this.SUBRULE(this.forStatement)) },
    ]);
    this.level = outer;
    return this.blockExpr(block);
  });
}
