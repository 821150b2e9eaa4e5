// The parser itself, ready to use: text in, a tree out.

import type { ISerializedGast } from "chevrotain";
import type { Ast } from "../ast.ts";
import { type TokenizeOptions, TokenStream } from "../lexer.ts";
import type { ParseOptions } from "../options.ts";
import { exprTooDeep, wrongFnDefinition } from "../parse-errors.ts";
import { NO_POSITION } from "../position.ts";
import { EXPRESSIONS_ONLY, GLOBAL_LEVEL, QUOTED_KEYS } from "./context.ts";
import { type DecisionTable, PREPARED } from "./decisions.ts";
import { ParseScope } from "./scope.ts";
import { StatementParser } from "./statements.ts";

/** The grammar of Rhai. One instance reads one text at a time. */
export class RhaiParser extends StatementParser {
  /** Without decisions it analyses its grammar. `validate`: let Chevrotain check the grammar, for tests. */
  constructor(decisions: DecisionTable | null, validate = false) {
    super(!validate);
    if (decisions === null) this.performSelfAnalysis();
    else this.prepare(decisions);
  }

  run(text: string, options: ParseOptions, lexOptions: TokenizeOptions): Ast {
    const stream = new TokenStream(text, lexOptions);
    this.start(text, stream, options);
    const statements = this.readMode(options.mode);
    const { functions } = this;
    if (options.mode === "eval" && functions.length > 0) throw wrongFnDefinition(NO_POSITION);
    return { statements, functions, source: options.source, text, doc: stream.doc };
  }

  /** Lets go of the last text. */
  release(): void {
    this.detach();
    this.text = "";
    this.functions = [];
    this.scope = new ParseScope(null, false);
  }

  private readMode(mode: ParseOptions["mode"]): Ast["statements"] {
    try {
      if (mode === "script" || mode === "eval") return this.script();
      this.flags = GLOBAL_LEVEL | EXPRESSIONS_ONLY | (mode === "json" ? QUOTED_KEYS : 0);
      this.language = { ...this.language, allowStatementExpression: false, allowLoopExpressions: false };
      return this.expressionScript();
    } catch (error) {
      // The host's stack ended before the limit on nesting (if there is one) did.
      if (error instanceof RangeError) throw exprTooDeep(this.peek().pos);
      throw error;
    }
  }
}

let idle: RhaiParser | null = null;

/** Parses with the shared instance; a parse inside a parse (custom syntax may do that) gets an instance of its own. */
export function parseText(text: string, options: ParseOptions, lexOptions: TokenizeOptions): Ast {
  const parser = idle ?? new RhaiParser(PREPARED);
  idle = null;
  try {
    return parser.run(text, options, lexOptions);
  } finally {
    parser.release();
    idle = parser;
  }
}

/** For the build, which puts it into decisions.ts. */
export function decisionTable(): DecisionTable {
  return new RhaiParser(null).decisionTable();
}

/** The grammar as data, for syntax diagrams. */
export function serializedGrammar(): ISerializedGast[] {
  return new RhaiParser(null).getSerializedGastProductions();
}
