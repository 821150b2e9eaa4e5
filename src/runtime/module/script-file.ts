// Reading script files.

import { readFileSync } from "node:fs";
import { EvalError } from "../errors.ts";

/** The text without its `#!` line; the line feed stays, so that line numbers do. */
export function withoutShebang(text: string): string {
  if (!text.startsWith("#!")) return text;
  const end = text.indexOf("\n");
  return end < 0 ? "" : text.slice(end);
}

/** A script file's text. Throws EvalError of kind `ErrorSystem` when it cannot be read. */
export function readScript(path: string): string {
  try {
    return withoutShebang(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EvalError("ErrorSystem", { name: `Cannot open script file '${path}'`, detail: reason });
  }
}
