// Parse options for the tests of the language layer.

import {
  DEFAULT_LANGUAGE_OPTIONS,
  DEFAULT_PARSE_LIMITS,
  type LanguageOptions,
  type ParseLimits,
  type ParseOptions,
} from "../../src/lang/options.ts";

export type Changes = Partial<
  Omit<ParseOptions, "language" | "limits"> & Partial<LanguageOptions> & Partial<ParseLimits>
>;

/** The defaults, with the given options, flags and limits changed. */
export function parseOptions(changes: Changes = {}): ParseOptions {
  const of = <T extends object>(defaults: T): T => {
    const keys = Object.keys(defaults).filter((key) => key in changes);
    return { ...defaults, ...Object.fromEntries(keys.map((key) => [key, changes[key as keyof Changes]])) };
  };
  return {
    disabledSymbols: new Set(),
    customOperators: new Map(),
    customSyntax: new Map(),
    scope: [],
    isKnownModule: () => false,
    mode: "script",
    source: null,
    mapToken: null,
    ...changes,
    language: of(DEFAULT_LANGUAGE_OPTIONS),
    limits: of(DEFAULT_PARSE_LIMITS),
  };
}

/** Options in the notation of the recorded cases (`strict_variables`, `max_array_size` ...). */
export function recordedOptions(recorded: Readonly<Record<string, unknown>>): ParseOptions {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(recorded)) {
    const camel = name.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase());
    if (name === "max_expr_depths")
      Object.assign(changes, { maxExprDepth: value, maxFunctionExprDepth: value });
    else if (name === "disable_symbols") changes.disabledSymbols = new Set(value as string[]);
    else changes[camel] = value;
  }
  return parseOptions(changes);
}
