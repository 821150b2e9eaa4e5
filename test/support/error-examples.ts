// The examples of docs/errors.md: reading them from the page, and running them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyOptions } from "../../src/cli/conformance/settings.ts";
import { Engine } from "../../src/runtime/engine.ts";
import { EvalError } from "../../src/runtime/errors.ts";
import { FileModuleResolver } from "../../src/runtime/module/file-resolver.ts";

export interface ErrorExample {
  readonly script: string;
  /** Settings of the engine: `max_operations=100 strict_variables=true`, the names of the conformance cases. */
  readonly settings: string;
  /** Modules by file name. */
  readonly files: ReadonlyMap<string, string>;
}

export interface DocumentedExample extends ErrorExample {
  /** The heading under which it stands. */
  readonly heading: string;
  /** What the page shows below it. */
  readonly shown: string;
}

export interface ExampleResult {
  /** Kind of the error that leaves the engine. */
  readonly kind: string;
  /** Those of the errors inside of it; for syntax errors the kind of syntax error as well. */
  readonly kinds: readonly string[];
  /** Full text as Rhai shows it. */
  readonly message: string;
  readonly hint: string | null;
}

const FENCE = /^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm;

/** All examples of the page in their order. A `text` block belongs to the `rhai` block before it. */
export function readExamples(page: string): DocumentedExample[] {
  const examples: DocumentedExample[] = [];
  for (const part of page.split(/^(?=##+ )/m)) {
    const heading = /^##+ (.*)/.exec(part)?.[1] ?? "";
    let files = new Map<string, string>();
    let last: ErrorExample | null = null;
    for (const [, language, info, body] of part.matchAll(FENCE)) {
      const text = body.replace(/\n$/, "");
      const file = /file=(\S+)/.exec(info)?.[1];
      if (language === "rhai" && file !== undefined) files.set(file, text);
      else if (language === "rhai") last = { script: text, settings: info.trim(), files };
      else if (language === "text" && last !== null) {
        examples.push({ ...last, heading, shown: text });
        files = new Map();
      }
    }
  }
  return examples;
}

function optionsOf(settings: string): Record<string, boolean | number | string> {
  const pairs = settings.split(" ").filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, value] = pair.split("=");
      return [
        name,
        /^\d+$/.test(value)
          ? Number(value)
          : value === "true" || value === "false"
            ? value === "true"
            : value,
      ];
    }),
  );
}

function kindsIn(error: EvalError): string[] {
  const { inner, parse } = error.fields;
  if (inner !== undefined) return [inner.kind, ...kindsIn(inner)];
  return parse === undefined ? [] : [parse.kind];
}

/** Runs an example; null when it does not fail. Module files lie in a folder of their own, which messages show as nothing. */
export function runExample({ script, settings, files }: ErrorExample): ExampleResult | null {
  const folder = mkdtempSync(join(tmpdir(), "rhai-errors-"));
  try {
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    const engine = new Engine().setModuleResolver(new FileModuleResolver(folder)).onPrint(() => undefined);
    applyOptions(engine, optionsOf(settings));
    engine.evalSync(script);
    return null;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    const hint = error.hint?.replaceAll(`${folder}/`, "") ?? null;
    // The names of closures depend on the text around them.
    const message = error.toString().replace(/anon\$[0-9a-f]+/g, "anon$...");
    return { kind: error.kind, kinds: kindsIn(error), message, hint };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
