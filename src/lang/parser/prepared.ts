// A parser that need not analyse its grammar, which takes longer than to read most scripts.

import { PARSER_TOKENS } from "../tokens.ts";
import type { DecisionTable } from "./decisions.ts";
import { FirstSetStrategy, type Lookahead, lookaheadOf } from "./lookahead.ts";
import { TokenWindow } from "./token-window.ts";

/** Takes the place of Chevrotain's table of lookahead functions, and makes each at its first use. */
export abstract class PreparedParser extends TokenWindow {
  private readonly lookaheads = new Map<number, Lookahead>();
  private decisions: DecisionTable | null = null;

  constructor(skipValidations: boolean) {
    super(PARSER_TOKENS, {
      lookaheadStrategy: new FirstSetStrategy(),
      maxLookahead: 1,
      recoveryEnabled: false,
      skipValidations,
    });
  }

  /** Stands for `performSelfAnalysis`. */
  protected prepare(decisions: DecisionTable): void {
    this.decisions = decisions;
    (this as unknown as { selfAnalysisDone: boolean }).selfAnalysisDone = true;
  }

  /** What the analysis has found, for `prepare`. */
  decisionTable(): DecisionTable {
    return Object.fromEntries([...this.lookaheads].map(([key, lookahead]) => [key, lookahead.decision]));
  }

  protected setLaFuncCache(key: number, lookahead: Lookahead): void {
    this.lookaheads.set(key, lookahead);
  }

  protected getLaFuncFromCache(key: number): Lookahead | undefined {
    return this.lookaheads.get(key) ?? this.makeLookahead(key);
  }

  private makeLookahead(key: number): Lookahead | undefined {
    const decision = this.decisions?.[key];
    if (decision === undefined) return undefined;
    const lookahead = lookaheadOf(decision);
    this.lookaheads.set(key, lookahead);
    return lookahead;
  }
}
