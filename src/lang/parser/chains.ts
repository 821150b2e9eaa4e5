// Grammar of what follows a value: namespaces, calls, properties, methods and indexing.

import { EOF } from "chevrotain";
import type { CallExpr, ChainExpr, ChainStep, Expr, Ident, IndexStep, VariableExpr } from "../ast.ts";
import { improperSymbol, unexpectedInput } from "../lex-errors.ts";
import { isReservedKeywordOrSymbol } from "../literals.ts";
import * as e from "../parse-errors.ts";
import type { Position } from "../position.ts";
import * as t from "../tokens.ts";
import { NOTHING } from "./base.ts";
import { indexTypeError } from "./checks.ts";
import { CollectionParser } from "./collections.ts";
import { ARGUMENTS_START, CALL_STARTS, POSTFIX_STARTS } from "./context.ts";
import { trimmed } from "./trimmed.ts";

interface MethodCall {
  readonly args: Expr[];
  readonly capturesScope: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export abstract class ChainParser extends CollectionParser {
  /** What may follow `root`, whose first token begins at offset `start`. */
  readonly postfix = this.RULE("postfix", (root: Expr, start: number): Expr => {
    const outer = this.level;
    let expr = root;
    if (this.RECORDING_PHASE || root.kind === "variable") expr = this.qualifiedOrCalled(root as VariableExpr);
    if (this.RECORDING_PHASE) this.OPTION2(() => this.chain(expr, start));
    else if (POSTFIX_STARTS[this.peek().tokenTypeIdx!]) expr = this.chain(expr, start);
    if (!this.RECORDING_PHASE) this.checkNamespaceOf(expr);
    this.level = outer;
    return expr;
  });

  /** Can `postfix` go on from `root` at the next token? */
  protected postfixFollows(root: Expr): boolean {
    const index = this.peek().tokenTypeIdx!;
    if (POSTFIX_STARTS[index]) return true;
    return root.kind === "variable" && (CALL_STARTS[index] || this.at(t.DoubleColon));
  }

  // ----------------------------------------------------------- namespaces

  /** What may follow a name only. */
  private qualifiedOrCalled(name: VariableExpr): Expr {
    let callee = name;
    if (this.RECORDING_PHASE || this.at(t.DoubleColon)) {
      this.MANY(() => {
        callee = this.qualify(callee);
      });
    }
    if (!this.RECORDING_PHASE && !CALL_STARTS[this.peek().tokenTypeIdx]) return callee;
    return this.OPTION(() => this.SUBRULE(this.call, { ARGS: [callee] })) ?? callee;
  }

  private qualify(variable: VariableExpr): VariableExpr {
    this.CONSUME(t.DoubleColon);
    const name = this.name(0);
    if (this.RECORDING_PHASE) return variable;
    const { name: qualifier, pos, start, end } = variable;
    const namespace = (variable.namespace ?? []) as Ident[];
    namespace.push({ name: qualifier, pos, start: end - qualifier.length, end });
    return { kind: "variable", name: name.payload as string, namespace, pos: name.pos, start, end: name.end };
  }

  private checkNamespaceOf(expr: Expr): void {
    const root = expr.kind === "chain" ? expr.root : expr;
    if (root.kind === "variable" && root.namespace !== null) this.checkNamespace(root.namespace);
  }

  /** In strict mode the first part of a namespace must be known. */
  private checkNamespace(namespace: readonly Ident[]): void {
    if (!this.language.strictVariables) return;
    const { name, pos } = namespace[0];
    if (name === "global" || this.scope.importsModule(name) || this.options.isKnownModule(name)) return;
    this.fail(e.moduleUndefined(name, pos));
  }

  // ---------------------------------------------------------------- calls

  /** `name(...)`, `name!(...)`, `a::b::name(...)` */
  readonly call = this.RULE("call", (callee: VariableExpr): CallExpr => {
    const bang = this.OPTION(() => this.CONSUME(t.Bang) as t.RhaiToken);
    this.checkBang(bang, callee?.namespace ?? null);
    const args = this.SUBRULE(this.callArguments, { ARGS: [callee?.name, callee?.pos] });
    if (this.RECORDING_PHASE) return NOTHING;
    const { name, namespace, pos, start } = callee;
    if (namespace !== null) this.checkNamespace(namespace);
    const capturesScope = bang !== undefined;
    return { kind: "call", name, namespace, args, capturesScope, op: null, pos, start, end: this.lastEnd() };
  });

  private checkBang(bang: t.RhaiToken | undefined, namespace: readonly Ident[] | null): void {
    if (bang === undefined || this.RECORDING_PHASE) return;
    const next = this.peek();
    const opens = ARGUMENTS_START[next.tokenTypeIdx!];
    if (namespace !== null) {
      const text = "'!' cannot be used to call module functions";
      this.fail(opens ? unexpectedInput("!", bang.pos) : improperSymbol("!", text, bang.pos), bang);
    }
    if (!opens) this.missing(t.LeftParen, "to start arguments list of function call");
  }

  /** `()` or `( expression, ... )` */
  readonly callArguments = this.RULE("callArguments", (name: string, pos: Position): Expr[] => {
    const args: Expr[] = [];
    this.OR([
      { ALT: () => this.CONSUME(t.Unit) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.checkFirstArgument(name, pos);
          this.OPTION(() => this.argumentList(args, name, pos));
          this.CONSUME(t.RightParen);
        },
      },
    ]);
    return trimmed(args);
  });

  private argumentList(args: Expr[], name: string, pos: Position): void {
    const outer = this.deeper(pos);
    args.push(this.SUBRULE(this.expression));
    this.checkAfterArgument(name);
    if (this.RECORDING_PHASE || this.at(t.Comma)) this.furtherArguments(args, name);
    this.level = outer;
  }

  private furtherArguments(args: Expr[], name: string): void {
    this.MANY({
      GATE: () => this.itemFollows(t.RightParen),
      DEF: () => {
        this.CONSUME(t.Comma);
        args.push(this.SUBRULE2(this.expression));
        this.checkAfterArgument(name);
      },
    });
    this.OPTION2(() => this.CONSUME2(t.Comma));
  }

  private checkFirstArgument(name: string, pos: Position): void {
    if (this.RECORDING_PHASE) return;
    if (this.at(EOF)) this.missingArgumentsEnd(name);
    this.raiseLexError();
    this.checkListItem(t.RightParen, pos);
  }

  private checkAfterArgument(name: string): void {
    if (this.RECORDING_PHASE || this.at(t.Comma) || this.at(t.RightParen)) return;
    if (this.at(EOF)) this.missingArgumentsEnd(name);
    this.raiseLexError();
    this.missing(t.Comma, `to separate the arguments to function call '${name}'`);
  }

  private missingArgumentsEnd(name: string): never {
    this.missing(t.RightParen, `to close the arguments list of this function call '${name}'`);
  }

  // --------------------------------------------------------------- chains

  private chain(root: Expr, start: number): Expr {
    const steps: ChainStep[] = [];
    this.AT_LEAST_ONE(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.indexing, { ARGS: [steps, root] }) },
        { ALT: () => this.SUBRULE(this.member, { ARGS: [steps] }) },
      ]);
    });
    if (this.RECORDING_PHASE) return root;
    this.checkLastMethod(steps[steps.length - 1]);
    return chainOf(root, trimmed(steps), start, this.lastEnd());
  }

  /** A method may run in the caller's scope only if more of the chain follows: an oversight of Rhai's, kept. */
  private checkLastMethod(last: ChainStep): void {
    if (last.kind !== "method" || !last.capturesScope) return;
    const text = "method-call style does not support running within the caller's scope";
    this.fail(e.malformedCapture(text, last.pos));
  }

  /** `[index][index]...` */
  readonly indexing = this.RULE("indexing", (steps: ChainStep[], root: Expr): void => {
    const outer = this.level;
    const run: Mutable<IndexStep>[] = [];
    this.AT_LEAST_ONE(() => {
      const open = this.peek();
      this.deeper(open.pos);
      this.OR(this.openingBrackets);
      const level = this.deeper(open.pos);
      const index = this.SUBRULE(this.expression);
      this.level = level;
      if (!this.RECORDING_PHASE && run.length === 0 && steps.length === 0) {
        this.raiseIf(indexTypeError(root, index));
      }
      this.expect(0, t.RightBracket, "for a matching [ in this index expression");
      run.push(this.indexStep(open, index));
    });
    if (!this.RECORDING_PHASE) this.addIndexRun(steps, run);
    this.level = outer;
  });

  private readonly openingBrackets = [
    { ALT: () => this.CONSUME(t.LeftBracket) },
    { ALT: () => this.CONSUME(t.QuestionBracket) },
  ];

  private indexStep(open: t.RhaiToken, index: Expr): IndexStep {
    const optional = open.tokenType === t.QuestionBracket;
    const { pos, startOffset: start } = open;
    return { kind: "index", index, optional, opPos: pos, pos, start, end: this.lastEnd() };
  }

  /**
   * Rhai's parser gives each bracket of a run the `?` of the next one, the last keeps its own, and a `.` after the run
   * takes all away.
   */
  private addIndexRun(steps: ChainStep[], run: Mutable<IndexStep>[]): void {
    const dotFollows = this.at(t.Period) || this.at(t.Elvis);
    run.forEach((step, i) => {
      step.optional = !dotFollows && run[Math.min(i + 1, run.length - 1)].optional;
      steps.push(step);
    });
  }

  /** `.name`, `?.name`, `.name(...)` */
  readonly member = this.RULE("member", (steps: ChainStep[]): void => {
    const op = this.OR(this.memberOperators) as t.RhaiToken;
    this.checkMemberName();
    // Rhai reads the rest of the chain inside this step, so the level stays up.
    this.deeper(op.pos);
    const name = this.OR2(this.memberNames) as t.RhaiToken;
    this.checkAfterMemberName(name);
    const mayBeCall = this.RECORDING_PHASE || CALL_STARTS[this.peek().tokenTypeIdx];
    const call = mayBeCall ? this.OPTION(() => this.methodCall(name)) : undefined;
    if (this.RECORDING_PHASE) return;
    steps.push(memberStep(op, name, call, this.lastEnd()));
  });

  private readonly memberOperators = [
    { ALT: () => this.CONSUME(t.Period) },
    { ALT: () => this.CONSUME(t.Elvis) },
  ];
  private readonly memberNames = [
    { ALT: () => this.CONSUME(t.Identifier) },
    { ALT: () => this.CONSUME(t.Reserved) },
  ];

  private methodCall(name: t.RhaiToken): MethodCall {
    const bang = this.OPTION2(() => this.CONSUME(t.Bang) as t.RhaiToken);
    this.checkBang(bang, null);
    const args = this.SUBRULE(this.callArguments, { ARGS: [name.payload as string, name.pos] });
    return { args, capturesScope: bang !== undefined };
  }

  private checkMemberName(): void {
    if (this.RECORDING_PHASE) return;
    const { tokenType, payload, pos } = this.peek();
    if (tokenType === t.Reserved) {
      if (!isReservedKeywordOrSymbol(payload as string).method) this.fail(e.reserved(payload as string, pos));
    } else if (tokenType !== t.Identifier) {
      this.fail(e.propertyExpected(pos));
    }
    if (this.options.customSyntax.has(payload as string)) this.fail(e.propertyExpected(pos));
  }

  private checkAfterMemberName(name: t.RhaiToken): void {
    if (this.RECORDING_PHASE) return;
    const next = this.peek();
    if (name.tokenType === t.Reserved && !CALL_STARTS[next.tokenTypeIdx!]) {
      this.fail(e.reserved(name.payload as string, name.pos), name);
    }
    if (next.tokenType === t.DoubleColon) this.fail(improperSymbol("::", "", next.pos));
  }
}

function memberStep(
  op: t.RhaiToken,
  nameToken: t.RhaiToken,
  call: MethodCall | undefined,
  end: number,
): ChainStep {
  const { pos } = nameToken;
  const name = nameToken.payload as string;
  const optional = op.tokenType === t.Elvis;
  const { pos: opPos, startOffset: start } = op;
  if (call === undefined) return { kind: "property", name, optional, opPos, pos, start, end };
  const { args, capturesScope } = call;
  return { kind: "method", args, capturesScope, name, optional, opPos, pos, start, end };
}

/** One chain; a chain as the root (it was in parentheses) is continued, not nested. */
function chainOf(root: Expr, steps: ChainStep[], start: number, end: number): ChainExpr {
  if (root.kind === "chain") {
    return { kind: "chain", root: root.root, steps: [...root.steps, ...steps], pos: root.pos, start, end };
  }
  return { kind: "chain", root, steps, pos: steps[0].opPos, start, end };
}
