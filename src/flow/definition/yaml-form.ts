// Flows written in YAML or JSON: read with the places of all values, scripts and flows of other files included.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Document, isScalar, LineCounter, type Node, parseDocument, type Scalar } from "yaml";
import { defineFlow } from "./define.ts";
import {
  type DefinitionPath,
  FlowDefinitionError,
  type Locate,
  type Place,
  type TextPlace,
} from "./issues.ts";
import type { FlowDefinition } from "./types.ts";

export interface ParseFlowOptions {
  /** Name of the file in errors; paths inside of the text are relative to its folder. */
  readonly file?: string;
  /** Reads a flow that a step names by its file. */
  readonly loadFlow?: (path: string) => FlowDefinition;
}

/**
 * Makes a definition of YAML (or JSON) text.
 *
 * @throws FlowDefinitionError with file, line and step of everything that is wrong, syntax errors included.
 * @example
 * parseFlow("name: hello\nsteps:\n  - name: greet\n    script: 40 + 2\n");
 */
export function parseFlow(text: string, options: ParseFlowOptions = {}): FlowDefinition {
  const source = new YamlSource(text, options.file ?? null);
  const data: unknown = source.document.toJS();
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    const place = source.locate([]);
    throw new FlowDefinitionError([
      { message: "expected the fields of a flow", step: null, path: [], place },
    ]);
  }
  const included = new Includes(source, options);
  included.read(data as Record<string, unknown>);
  return defineFlow(data as unknown as FlowDefinition, included.locate);
}

/** A YAML text that can tell where its values stand. */
export class YamlSource {
  readonly document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #text: string;
  readonly #file: string | null;

  /** Throws FlowDefinitionError for text that is no YAML. */
  constructor(text: string, file: string | null) {
    this.#text = text;
    this.#file = file;
    this.document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const { errors } = this.document;
    if (errors.length === 0) return;
    throw new FlowDefinitionError(
      errors.map(({ message, pos }) => ({ message, step: null, path: [], place: this.#place(pos[0]) })),
    );
  }

  /** The place of a value, or of the nearest thing around it that is there. */
  locate: Locate = (path, within) => {
    for (let length = path.length; length >= 0; length--) {
      const node = this.document.getIn(path.slice(0, length), true) as Node | undefined;
      if (!node?.range) continue;
      const exact = length === path.length || isScalar(node);
      return within !== undefined && exact && isScalar(node)
        ? this.#inside(node, within)
        : this.#place(node.range[0]);
    }
    return { file: this.#file, line: 1, column: 1 };
  };

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line, column: col };
  }

  /** A place in the text of a scalar. Exact where its lines are the file's lines. */
  #inside(node: Scalar, { line, column }: TextPlace): Place {
    const start = this.#place(node.range![0]);
    if (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") {
      const first = this.#text.split("\n")[start.line!] ?? "";
      const indent = first.length - first.trimStart().length;
      return { ...start, line: start.line! + line, column: indent + column };
    }
    if (line > 1) return { ...start, line: start.line! + line - 1, column: null };
    const quote = node.type === "PLAIN" ? 0 : 1;
    return { ...start, column: start.column! + quote + column - 1 };
  }
}

/** Files that a definition names, read into it. */
class Includes {
  readonly #source: YamlSource;
  readonly #options: ParseFlowOptions;
  /** Scripts that stand in files of their own, by the path of the script in the definition. */
  readonly #files = new Map<string, string>();

  constructor(source: YamlSource, options: ParseFlowOptions) {
    this.#source = source;
    this.#options = options;
  }

  read({ steps }: Record<string, unknown>, above: DefinitionPath = []): void {
    if (!Array.isArray(steps)) return;
    steps.forEach((step: unknown, i) => {
      if (typeof step !== "object" || step === null) return;
      const fields = step as Record<string, unknown>;
      const path = [...above, "steps", i];
      this.#readScript(fields, path);
      const { compensate, flow } = fields;
      if (typeof compensate === "object" && compensate !== null)
        this.#readScript(compensate as Record<string, unknown>, [...path, "compensate"]);
      if (typeof flow === "string") fields.flow = this.#readFlow(flow, path, fields.name);
      else if (typeof flow === "object" && flow !== null)
        this.read(flow as Record<string, unknown>, [...path, "flow"]);
    });
  }

  #readScript(fields: Record<string, unknown>, path: DefinitionPath): void {
    const { scriptPath, script, name } = fields;
    if (typeof scriptPath !== "string" || script !== undefined) return;
    const file = this.#resolve(scriptPath);
    try {
      fields.script = readFileSync(file, "utf8");
    } catch (error) {
      this.#fail(
        [...path, "scriptPath"],
        name,
        `cannot read ${scriptPath} (${(error as { code?: string }).code})`,
      );
    }
    this.#files.set([...path, "script"].join("/"), file);
  }

  #readFlow(file: string, path: DefinitionPath, name: unknown): FlowDefinition {
    const { loadFlow } = this.#options;
    const at = [...path, "flow"];
    if (loadFlow === undefined) return this.#fail(at, name, "names a file, which only `loadFlowFile` reads");
    try {
      return loadFlow(this.#resolve(file));
    } catch (error) {
      if (error instanceof FlowDefinitionError) throw error;
      return this.#fail(
        at,
        name,
        `cannot read ${file} (${(error as { code?: string }).code ?? "unknown form"})`,
      );
    }
  }

  #fail(path: DefinitionPath, name: unknown, message: string): never {
    const step = typeof name === "string" ? name : null;
    throw new FlowDefinitionError([{ message, step, path, place: this.#source.locate(path) }]);
  }

  #resolve(path: string): string {
    const { file } = this.#options;
    return file === undefined ? path : resolve(dirname(file), path);
  }

  locate: Locate = (path, within) => {
    const file = this.#files.get(path.join("/"));
    if (file === undefined) return this.#source.locate(path, within);
    return { file, line: within?.line ?? 1, column: within?.column ?? 1 };
  };
}
