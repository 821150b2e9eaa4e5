// Applies the TextMate grammar to a text, the way editors do.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import onigurumaModule from "vscode-oniguruma";
import textmate, { type IGrammar } from "vscode-textmate";
import { ROOT } from "./corpus.ts";

export const GRAMMAR_FILE = join(ROOT, "grammar/rhai.tmLanguage.json");

/** A run of characters with the same scopes, outermost scope first. */
export interface Scoped {
  readonly start: number;
  readonly end: number;
  readonly scopes: readonly string[];
}

export async function loadTextMate(): Promise<IGrammar> {
  const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
  await onigurumaModule.loadWASM(readFileSync(wasm));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve(onigurumaModule),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(GRAMMAR_FILE, "utf8"), GRAMMAR_FILE),
  });
  return (await registry.loadGrammar("source.rhai"))!;
}

/** The whole text in runs, line ends not included. */
export function scoped(grammar: IGrammar, text: string): Scoped[] {
  const runs: Scoped[] = [];
  let state = textmate.INITIAL;
  let offset = 0;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes } of tokens) {
      const end = offset + Math.min(endIndex, line.length);
      if (end > offset + startIndex) runs.push({ start: offset + startIndex, end, scopes });
    }
    state = ruleStack;
    offset += line.length + 1;
  }
  return runs;
}

/** The innermost scope; where names have none of their own, that of what they stand in. */
export function leaf({ scopes }: Scoped): string {
  return scopes[scopes.length - 1];
}

export type Area = "string" | "comment" | "number" | "code";

/** What kind of text a run is. The code of `${...}` is code although it stands in a string. */
export function areaOf({ scopes }: Scoped): Area {
  for (let i = scopes.length - 1; i >= 0; i--) {
    const scope = scopes[i];
    if (scope.startsWith("meta.embedded.")) return "code";
    if (scope.startsWith("string.")) return "string";
    if (scope.startsWith("comment.")) return "comment";
    if (scope.startsWith("constant.numeric.")) return "number";
  }
  return "code";
}
