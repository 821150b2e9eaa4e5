// The decisions that the parser makes by the next token, as data: the build works them out, so that scripts need not wait.

/**
 * By the number that Chevrotain gives a decision (rule, kind and occurrence): the tokens that each alternative begins with,
 * as places in PARSER_TOKENS, `|` between alternatives. `?` before them: a part that may be left out.
 */
export type DecisionTable = Readonly<Record<number, string>>;

/** Null in the sources: the parser then analyses its grammar when it is first used. scripts/build.mjs puts the table here. */
export const PREPARED: DecisionTable | null = null;
