// Grammar of statements, blocks, declarations and the script as a whole.

import { EOF, type TokenType } from "chevrotain";
import type {
  AssignStmt,
  Block,
  ExportStmt,
  Expr,
  ExprStmt,
  ImportStmt,
  NoopStmt,
  Stmt,
  VarStmt,
} from "../ast.ts";
import { unexpectedInput } from "../lex-errors.ts";
import * as e from "../parse-errors.ts";
import type { Position } from "../position.ts";
import { COMPOUND_ASSIGNMENTS } from "../precedence.ts";
import * as t from "../tokens.ts";
import { NOTHING } from "./base.ts";
import { assignmentError, startPosition } from "./checks.ts";
import {
  EXPRESSIONS_ONLY,
  FLAT_STATEMENTS,
  GLOBAL_LEVEL,
  LOOP_STARTS,
  OPERAND_STARTS,
  STATEMENT_STARTS,
} from "./context.ts";
import { FlowParser } from "./flow.ts";
import { isSelfTerminated } from "./termination.ts";
import { tokenText } from "./token-text.ts";
import { trimmed } from "./trimmed.ts";

export abstract class StatementParser extends FlowParser {
  // ------------------------------------------------------------- whole texts

  /** A script: statements up to the end of the text. */
  readonly script = this.RULE("script", (): Stmt[] => {
    const statements: Stmt[] = [];
    if (!this.RECORDING_PHASE) this.flags = GLOBAL_LEVEL;
    this.MANY({ GATE: () => this.listGoesOn(EOF), DEF: () => this.statementInList(statements, EOF) });
    return trimmed(statements);
  });

  /** One expression up to the end of the text. */
  readonly expressionScript = this.RULE("expressionScript", (): Stmt[] => {
    const expr = this.SUBRULE(this.expression);
    if (this.RECORDING_PHASE) return [];
    const next = this.peek();
    if (next.tokenType !== EOF) this.fail(unexpectedInput(tokenText(next), next.pos));
    return [exprStmt(expr)];
  });

  // ----------------------------------------------------------------- blocks

  /** `{ statements }`; `outerPos` is where the construct stands that the block belongs to. */
  readonly block = this.RULE("block", (outerPos: Position): Block => {
    const open = this.expect(0, t.LeftBrace, "to start a statement block");
    const outer = this.deeper(outerPos);
    const statements = this.SUBRULE(this.blockStatements);
    const close = this.CONSUME(t.RightBrace) as t.RhaiToken;
    this.level = outer;
    return { statements, pos: open.pos, endPos: close.pos, start: open.startOffset, end: close.end };
  });

  /** A block whose `{` belongs to what stands before it. */
  readonly bareBlock = this.RULE("bareBlock", (outerPos: Position): Block => {
    const { startOffset: start } = this.peek();
    const outer = this.deeper(outerPos);
    const statements = this.SUBRULE(this.blockStatements);
    const close = this.CONSUME(t.RightBrace) as t.RhaiToken;
    this.level = outer;
    return { statements, pos: outerPos, endPos: close.pos, start, end: close.end };
  });

  readonly blockStatements = this.RULE("blockStatements", (): Stmt[] => {
    const statements: Stmt[] = [];
    const { flags, scope } = this;
    if ((flags & EXPRESSIONS_ONLY) !== 0) return this.onlyExpression();
    const stackLength = scope.length;
    const importsLength = scope.imports.length;
    this.flags &= ~GLOBAL_LEVEL;
    this.MANY({
      GATE: () => this.listGoesOn(t.RightBrace),
      DEF: () => this.statementInList(statements, t.RightBrace),
    });
    this.flags = flags;
    scope.rewind(stackLength);
    scope.imports.length = importsLength;
    return trimmed(statements);
  });

  /** In expression mode a block holds one expression. */
  private onlyExpression(): Stmt[] {
    const stmt = this.SUBRULE(this.expressionStatement);
    if (!this.at(t.RightBrace)) {
      this.raiseLexError();
      // The text is Rhai's, which speaks of the wrong end of the block.
      this.missing(t.LeftBrace, "to start a statement block");
    }
    return [stmt];
  }

  /** Does a statement follow in a list that ends at `end`? */
  private listGoesOn(end: TokenType): boolean {
    const { tokenTypeIdx } = this.peek();
    if (STATEMENT_STARTS[tokenTypeIdx!] || OPERAND_STARTS[tokenTypeIdx!]) return true;
    if (tokenTypeIdx === end.tokenTypeIdx) return false;
    if (this.at(EOF)) this.missing(t.RightBrace, "to terminate this block");
    this.checkStatement();
    return true;
  }

  /** A statement and its semicolon, in a list that ends at `end`. */
  private statementInList(statements: Stmt[], end: TokenType): void {
    const stmt = this.SUBRULE(this.statement);
    const needsSemicolon = !this.RECORDING_PHASE && stmt.kind !== "noop" && !isSelfTerminated(stmt);
    if (needsSemicolon && !this.at(t.SemiColon) && !this.at(end)) this.missingSemicolon();
    if (!this.RECORDING_PHASE && stmt.kind === "noop") return;
    this.OPTION(this.semicolon);
    if (!this.RECORDING_PHASE) statements.push(stmt);
  }

  private readonly semicolon = () => this.CONSUME(t.SemiColon);

  private missingSemicolon(): never {
    this.raiseLexError();
    const error = e.missingToken(";", "to terminate this statement", this.peek().pos);
    const end = this.lastEnd();
    error.span = { start: end, end };
    this.fail(error);
  }

  // ------------------------------------------------------------- statements

  readonly statement = this.RULE("statement", (): Stmt => {
    const { pos, startOffset, tokenType, tokenTypeIdx } = this.peek();
    if (!this.RECORDING_PHASE && tokenType === EOF) return noop(pos, startOffset, startOffset);
    this.checkStatement();
    const outer = this.level;
    if (!FLAT_STATEMENTS[tokenTypeIdx!]) this.deeper(pos);
    const stmt = this.OR({ DEF: this.statementAlternatives, IGNORE_AMBIGUITIES: true }) as Stmt;
    this.level = outer;
    return stmt;
  });

  private readonly statementAlternatives = [
    { ALT: () => this.emptyStatement() },
    { ALT: () => this.blockStatement() },
    { ALT: () => this.SUBRULE(this.functionDefinition) },
    { ALT: () => this.SUBRULE(this.ifStatement, { ARGS: [this.peek().pos] }) },
    { ALT: () => this.SUBRULE(this.switchStatement) },
    { ALT: () => this.SUBRULE(this.whileStatement) },
    { ALT: () => this.SUBRULE(this.doStatement) },
    { ALT: () => this.SUBRULE(this.forStatement) },
    { ALT: () => this.SUBRULE(this.flowStatement) },
    { ALT: () => this.SUBRULE(this.tryStatement) },
    { ALT: () => this.SUBRULE(this.declaration, { ARGS: [false] }) },
    { ALT: () => this.SUBRULE(this.importStatement) },
    { ALT: () => this.SUBRULE(this.exportStatement) },
    { ALT: () => this.SUBRULE(this.expressionStatement) },
  ];

  /** Before a statement: raises Rhai's error if none can begin here. */
  private checkStatement(): void {
    if (this.RECORDING_PHASE) return;
    const { tokenTypeIdx, tokenType, pos } = this.peek();
    if (tokenType === t.Export && (this.flags & GLOBAL_LEVEL) === 0) this.fail(e.wrongExport(pos));
    const isLoop = LOOP_STARTS[tokenTypeIdx!];
    const starts = isLoop ? this.language.allowLooping : STATEMENT_STARTS[tokenTypeIdx!];
    if (starts || (OPERAND_STARTS[tokenTypeIdx!] && !isLoop) || tokenType === EOF) return;
    this.deeper(pos);
    this.failExpression();
  }

  private emptyStatement(): NoopStmt {
    const { pos, startOffset, end } = this.CONSUME(t.SemiColon) as t.RhaiToken;
    return noop(pos, startOffset, end);
  }

  private blockStatement(): Stmt {
    const block = this.SUBRULE(this.block, { ARGS: [this.peek().pos] });
    if (this.RECORDING_PHASE) return NOTHING;
    return { kind: "block", block, pos: block.pos, start: block.start, end: block.end };
  }

  /** An expression or an assignment. */
  readonly expressionStatement = this.RULE("expressionStatement", (): ExprStmt | AssignStmt => {
    const start = this.peek().startOffset;
    const target = this.SUBRULE(this.expression);
    const assignment = this.OPTION(() => {
      const operator = this.CONSUME(t.AssignmentOperator) as t.RhaiToken;
      const value = this.SUBRULE2(this.expression);
      return this.RECORDING_PHASE ? undefined : this.assignment(target, operator, value, start);
    });
    return assignment ?? exprStmt(target);
  });

  private assignment(target: Expr, operator: t.RhaiToken, value: Expr, start: number): AssignStmt {
    const { pos } = operator;
    const op = COMPOUND_ASSIGNMENTS.get(operator.payload as string) ?? null;
    const isConstant = (name: string): boolean => this.scope.resolve(name).constant;
    this.raiseIf(assignmentError(target, op !== null, pos, isConstant), operator);
    return { kind: "assign", target, value, op, pos, start, end: value.end };
  }

  // ----------------------------------------------------------- declarations

  /** `let name = expression` or `const name = expression` */
  readonly declaration = this.RULE("declaration", (exported: boolean): VarStmt => {
    const keyword = this.OR(this.declarationKeywords) as t.RhaiToken;
    const name = this.name(0);
    const { pos, startOffset: start } = keyword;
    const constant = keyword.tokenType === t.Const;
    this.checkDefinition(name, constant);
    const value = this.OPTION(() => this.initialValue(pos));
    const end = this.lastEnd();
    if (!this.RECORDING_PHASE) this.scope.push(name.payload as string, constant);
    const noValue: Expr = { kind: "unit", pos: 0, start: end, end };
    return {
      kind: "var",
      name: this.ident(name),
      value: value ?? noValue,
      constant,
      exported,
      pos,
      start,
      end,
    };
  });

  private readonly declarationKeywords = [
    { ALT: () => this.CONSUME(t.Let) },
    { ALT: () => this.CONSUME(t.Const) },
  ];

  private initialValue(pos: Position): Expr {
    this.CONSUME(t.Equals);
    const outer = this.deeper(pos);
    const value = this.SUBRULE(this.expression);
    this.level = outer;
    return value;
  }

  private checkDefinition(token: t.RhaiToken, constant: boolean): void {
    if (this.RECORDING_PHASE) return;
    const name = token.payload as string;
    const willShadow = this.scope.declares(name);
    if (willShadow && !this.language.allowShadowing) this.fail(e.variableExists(name, token.pos), token);
    const { mayDefine } = this.options;
    if (mayDefine === undefined) return;
    const allowed = this.atPosition(token, () =>
      mayDefine({ name, constant, nestingLevel: this.level, willShadow }),
    );
    if (!allowed) this.fail(e.forbiddenVariable(name, token.pos), token);
  }

  // ---------------------------------------------------------------- modules

  /** `import expression as name` */
  readonly importStatement = this.RULE("importStatement", (): ImportStmt => {
    const { pos, startOffset: start } = this.peek();
    const outer = this.deeper(pos);
    this.CONSUME(t.Import);
    const path = this.SUBRULE(this.expression);
    const alias = this.OPTION(() => this.alias()) ?? null;
    if (alias !== null && !this.RECORDING_PHASE) this.scope.imports.push(alias.name);
    this.level = outer;
    return { kind: "import", path, alias, pos, start, end: this.lastEnd() };
  });

  private alias(): VarStmt["name"] {
    this.CONSUME(t.As);
    return this.ident(this.name(1));
  }

  /** `export name as alias`, `export let ...`, `export const ...` */
  readonly exportStatement = this.RULE("exportStatement", (): ExportStmt | VarStmt => {
    const { pos, startOffset: start } = this.CONSUME(t.Export) as t.RhaiToken;
    if (!this.RECORDING_PHASE && !this.at(t.Let) && !this.at(t.Const) && !this.at(t.Identifier))
      this.failName();
    return this.OR([{ ALT: () => this.exportDeclaration(pos) }, { ALT: () => this.exportName(pos, start) }]);
  });

  private exportDeclaration(pos: Position): VarStmt {
    const outer = this.deeper(pos);
    const stmt = this.SUBRULE(this.declaration, { ARGS: [true] });
    this.level = outer;
    return stmt;
  }

  private exportName(pos: Position, start: number): ExportStmt {
    const name = this.ident(this.name(0));
    const alias = this.OPTION(() => this.alias()) ?? null;
    return { kind: "export", name, alias, pos, start, end: this.lastEnd() };
  }
}

function noop(pos: Position, start: number, end: number): NoopStmt {
  return { kind: "noop", pos, start, end };
}

function exprStmt(expr: Expr): ExprStmt {
  const pos = expr === undefined ? 0 : startPosition(expr);
  return { kind: "expr", expr, pos, start: expr?.start, end: expr?.end };
}
