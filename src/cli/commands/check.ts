// `rhai check FILE… [--json]`: syntax errors without running anything, for people and for editors.

import { ParseError } from "../../lang/errors.ts";
import { columnOf, lineOf, NO_POSITION, type Position, type Span } from "../../lang/position.ts";
import type { Engine } from "../../runtime/engine.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { sourceExcerpt } from "../report.ts";
import { scriptEngine } from "../script-engine.ts";
import { readScript, type ScriptSource, UnreadableScript } from "../script-source.ts";
import { type Style, styleFor } from "../style.ts";

/** A finding of `rhai check --json`. Lines and columns count from 1, offsets are UTF-16 units from 0. */
export interface Diagnostic {
  severity: "error" | "warning";
  /** The name of Rhai's error kind, or `Unreadable`. */
  kind: string;
  message: string;
  file: string;
  line: number | null;
  column: number | null;
  start: number | null;
  end: number | null;
  hint: string | null;
}

/** The offset of a position; columns count Unicode scalar values. */
function offsetOf(text: string, position: Position): number {
  let start = 0;
  for (let line = lineOf(position); line > 1; line--) start = text.indexOf("\n", start) + 1;
  let offset = start;
  for (let column = columnOf(position); column > 1 && offset < text.length; column--) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

function spanOf(error: ParseError, text: string): Span | null {
  if (error.span !== null) return error.span;
  if (error.position === NO_POSITION) return null;
  const start = offsetOf(text, error.position);
  return { start, end: Math.min(start + 1, text.length) };
}

function diagnosticOf(error: ParseError, script: ScriptSource): Diagnostic {
  const span = spanOf(error, script.text);
  const located = error.position !== NO_POSITION;
  return {
    severity: "error",
    kind: error.kind,
    message: error.message,
    file: script.name,
    line: located ? lineOf(error.position) : null,
    column: located ? columnOf(error.position) || null : null,
    start: span && span.start + script.skipped,
    end: span && span.end + script.skipped,
    hint: error.hint,
  };
}

function unreadable(error: UnreadableScript): Diagnostic {
  const nowhere = { line: null, column: null, start: null, end: null, hint: null };
  return { severity: "error", kind: "Unreadable", message: error.detail, file: error.file, ...nowhere };
}

interface Finding {
  readonly diagnostic: Diagnostic;
  /** The lines that show the place to a person. */
  readonly excerpt: string[];
}

function checkFile(engine: Engine, file: string, style: Style): Finding | null {
  try {
    const script = readScript(file);
    try {
      engine.compile(script.text, { source: script.source });
      return null;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const notes = error.hint === null ? [] : [`hint: ${error.hint}`];
      const excerpt =
        error.position === NO_POSITION
          ? []
          : sourceExcerpt(script.text, error.position, error.message, notes, style);
      return { diagnostic: diagnosticOf(error, script), excerpt };
    }
  } catch (error) {
    if (!(error instanceof UnreadableScript)) throw error;
    return { diagnostic: unreadable(error), excerpt: [] };
  }
}

function describe({ diagnostic, excerpt }: Finding, style: Style): string[] {
  const { file, line, column, severity, kind, message } = diagnostic;
  const place = [file, line, column].filter((part) => part !== null).join(":");
  const text = excerpt.length > 0 ? kind : `${kind}: ${message}`;
  return [`${style.bold(place)}: ${style.red(severity)}: ${text}`, ...excerpt];
}

/** Checks the files and prints what was found; fails when there is an error. */
export function checkFiles(files: readonly string[], options: { json?: boolean }): ExitCode {
  const style = styleFor(1);
  const engine = scriptEngine();
  const findings = files.map((file) => checkFile(engine, file, style)).filter((found) => found !== null);
  if (options.json) {
    output.line(
      JSON.stringify(
        findings.map((found) => found.diagnostic),
        null,
        2,
      ),
    );
  } else {
    for (const finding of findings) for (const line of describe(finding, style)) output.line(line);
    output.line(`${files.length} checked, ${findings.length} with errors`);
  }
  return findings.length === 0 ? ExitCode.OK : ExitCode.FAILED;
}
