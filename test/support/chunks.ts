// Reads test scripts that hold several programs: chunks split by `// ---`, the expected error on the line that fails.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface Chunk {
  /** The comment that the chunk begins with. */
  readonly name: string;
  /** The program, moved down so that its lines have the numbers they have in the file. */
  readonly text: string;
  readonly error: ExpectedError | null;
  /** Holds for Rhai 1.26 but not for the published 1.25. */
  readonly onlyNewer: boolean;
}

/**
 * `//~ "text"` on a line: the program fails there, and the message contains the text. `//~ nowhere "text"`: the error has no
 * position. `//~ outer "text"`: the line is where a module or `eval` was called that failed inside.
 */
export interface ExpectedError {
  readonly line: number;
  readonly text: string;
  readonly place: "inner" | "nowhere" | "outer";
}

const MARK = /\/\/~ (?:(nowhere|outer) )?("(?:[^"\\]|\\.)*")\s*$/;
const NEWER = "// since 1.26";

function expectedError(lines: readonly string[], firstLine: number): ExpectedError | null {
  const marked = lines.flatMap((line, i) => {
    const match = MARK.exec(line);
    return match === null ? [] : [{ match, line: firstLine + i }];
  });
  if (marked.length === 0) return null;
  if (marked.length > 1)
    throw new Error(`two expected errors in one chunk, lines ${marked.map((m) => m.line)}`);
  const [{ match, line }] = marked;
  return {
    line,
    text: JSON.parse(match[2]) as string,
    place: (match[1] as "nowhere" | "outer" | undefined) ?? "inner",
  };
}

function chunkOf(lines: readonly string[], firstLine: number): Chunk {
  const name = lines.find((line) => line.startsWith("// "));
  if (name === undefined) throw new Error(`line ${firstLine}: a chunk begins with a comment that names it`);
  return {
    name: name.slice(3),
    text: "\n".repeat(firstLine - 1) + lines.join("\n"),
    error: expectedError(lines, firstLine),
    onlyNewer: lines.includes(NEWER),
  };
}

export function readChunks(text: string): Chunk[] {
  const lines = text.split("\n");
  // The first line of a file tells what the file is about.
  let start = lines[0].startsWith("//!") ? 1 : 0;
  const chunks: Chunk[] = [];
  for (let i = start; i <= lines.length; i++) {
    if (i < lines.length && lines[i] !== "// ---") continue;
    chunks.push(chunkOf(lines.slice(start, i), start + 1));
    start = i + 1;
  }
  return chunks;
}

/** The chunks of each `.rhai` file of a folder. */
export function readChunkFiles(folder: string): { subject: string; chunks: Chunk[] }[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".rhai"));
  return files.sort().map((name) => ({
    subject: basename(name, ".rhai"),
    chunks: readChunks(readFileSync(join(folder, name), "utf8")),
  }));
}
