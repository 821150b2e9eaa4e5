// The scripts that the tests of grammar/ read: files of test/ and examples/, and the recorded cases that parse.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

export interface NamedScript {
  readonly name: string;
  readonly text: string;
}

function filesBelow(folder: string, extension: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name));
}

/** Several programs in each file, some of them with syntax errors on purpose. */
const CASES = /test\/runtime\/cases\/[^/]+$/;

function scriptFiles(): NamedScript[] {
  const names = ["examples", "test"].flatMap((folder) => filesBelow(folder, ".rhai"));
  const scripts = names.filter((name) => !CASES.test(name));
  return scripts.map((name) => ({ name, text: readFileSync(join(ROOT, name), "utf8") }));
}

interface RecordedCase {
  readonly id: string;
  readonly script: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly expect: { readonly ok?: unknown; readonly error?: { readonly kind: string } };
}

/** The script of a case unless it is a syntax error; of a case that succeeds also its modules. */
function scriptsOf({ id, script, files = {}, expect }: RecordedCase): NamedScript[] {
  if (expect.error?.kind.startsWith("ErrorParsing")) return [];
  const modules = expect.ok === undefined ? [] : Object.entries(files);
  return [{ name: id, text: script }, ...modules.map(([name, text]) => ({ name: `${id} ${name}`, text }))];
}

function recordedScripts(): NamedScript[] {
  const lines = filesBelow("test/conformance", ".jsonl").flatMap((name) =>
    readFileSync(join(ROOT, name), "utf8").split("\n"),
  );
  return lines.filter((line) => line !== "").flatMap((line) => scriptsOf(JSON.parse(line)));
}

/** Each text once. */
export function validScripts(): NamedScript[] {
  const byText = new Map([...scriptFiles(), ...recordedScripts()].map((script) => [script.text, script]));
  return [...byText.values()];
}
