// One-token lookahead: which tokens begin each part of the grammar.
//
// Chevrotain's own strategy finds the same, but walks into the same rules again for each decision; with first sets kept
// by rule the parser is ready in half the time.

import {
  Alternation,
  type IProduction,
  type IToken,
  LLkLookaheadStrategy,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  type Rule,
  Terminal,
} from "chevrotain";
import { PARSER_TOKENS } from "../tokens.ts";

/** Token types by `tokenTypeIdx`; `optional`: it can also be nothing at all. */
interface First {
  readonly tokens: Set<number>;
  optional: boolean;
}

/** The parser on which Chevrotain calls the lookahead functions. */
interface TokenSource {
  readonly current: IToken;
}

interface Decision {
  readonly rule: Rule;
  readonly prodOccurrence: number;
}

/** Finds the alternative to take, or whether to enter an optional part. `decision`: see decisions.ts. */
export interface Lookahead {
  (this: TokenSource): number | boolean | undefined;
  readonly decision: string;
}

type Container = Alternation | Option | Repetition | RepetitionMandatory;

const CONTAINERS = { Alternation, Option, Repetition, RepetitionMandatory };

export class FirstSetStrategy extends LLkLookaheadStrategy {
  private readonly byRule = new Map<Rule, First>();

  constructor() {
    super({ maxLookahead: 1 });
  }

  override buildLookaheadForAlternation({ rule, prodOccurrence }: Decision): () => number | undefined {
    const alternatives = find(rule, Alternation, prodOccurrence).definition;
    const first = alternatives.map((alternative) => this.places(partsOf(alternative)));
    return lookaheadOf(first.join("|")) as () => number | undefined;
  }

  override buildLookaheadForOptional({
    rule,
    prodOccurrence,
    prodType,
  }: Decision & { prodType: string }): () => boolean {
    const type = CONTAINERS[prodType as keyof typeof CONTAINERS];
    const part = find(rule, type, prodOccurrence);
    return lookaheadOf(`?${this.places(part.definition)}`) as () => boolean;
  }

  /** Which tokens a sequence begins with, as places in PARSER_TOKENS. */
  private places(sequence: readonly IProduction[]): string {
    const { tokens } = this.firstOf(sequence);
    return PARSER_TOKENS.flatMap((type, place) => (tokens.has(type.tokenTypeIdx!) ? place : [])).join(" ");
  }

  private firstOf(sequence: readonly IProduction[]): First {
    const first: First = { tokens: new Set(), optional: true };
    for (const part of sequence) {
      const { tokens, optional } = this.firstOfPart(part);
      for (const token of tokens) first.tokens.add(token);
      if (!optional) {
        first.optional = false;
        break;
      }
    }
    return first;
  }

  private firstOfPart(part: IProduction): First {
    if (part instanceof Terminal) {
      const { tokenTypeIdx, categoryMatches } = part.terminalType;
      return { tokens: new Set([tokenTypeIdx!, ...(categoryMatches ?? [])]), optional: false };
    }
    if (part instanceof NonTerminal) return this.firstOfRule(part.referencedRule);
    if (part instanceof Alternation) return this.firstOfAny(part);
    const inner = this.firstOf(partsOf(part));
    return { tokens: inner.tokens, optional: inner.optional || !(part instanceof RepetitionMandatory) };
  }

  private firstOfRule(rule: Rule): First {
    let first = this.byRule.get(rule);
    if (first === undefined) {
      first = this.firstOf(rule.definition);
      this.byRule.set(rule, first);
    }
    return first;
  }

  private firstOfAny(alternation: Alternation): First {
    const all = alternation.definition.map((alternative) => this.firstOf(partsOf(alternative)));
    return {
      tokens: new Set(all.flatMap((first) => [...first.tokens])),
      optional: all.some((first) => first.optional),
    };
  }
}

/** Makes the function that takes a decision. The first alternative that fits is taken. */
export function lookaheadOf(decision: string): Lookahead {
  const optional = decision.startsWith("?");
  const choices: (number | undefined)[] = [];
  (optional ? decision.slice(1) : decision).split("|").forEach((places, index) => {
    if (places === "") return;
    for (const place of places.split(" ")) choices[PARSER_TOKENS[Number(place)].tokenTypeIdx!] ??= index;
  });
  const choose = optional
    ? function (this: TokenSource) {
        return choices[this.current.tokenTypeIdx] === 0;
      }
    : function (this: TokenSource) {
        return choices[this.current.tokenTypeIdx];
      };
  return Object.assign(choose, { decision });
}

function partsOf(part: IProduction): readonly IProduction[] {
  return (part as Container).definition;
}

/** The part of a rule with this type and number. */
function find<T extends Container>(rule: Rule, type: new (...args: never[]) => T, occurrence: number): T {
  const search = (parts: readonly IProduction[]): T | undefined => {
    for (const part of parts) {
      if (part instanceof type && part.idx === occurrence) return part;
      const isLeaf = part instanceof Terminal || part instanceof NonTerminal;
      const found = isLeaf ? undefined : search(partsOf(part));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(rule.definition)!;
}
