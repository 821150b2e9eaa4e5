// Reading scripts for the command line: files, standard input, `#!` lines, messages as rhai-run's.

import { isUtf8 } from "node:buffer";
import { readFileSync, readSync, realpathSync } from "node:fs";
import { relative, sep } from "node:path";

export interface ScriptSource {
  /** What reports call the script. */
  readonly name: string;
  /** The source name that the engine sees; null for standard input. */
  readonly source: string | null;
  /** The text without its `#!` line (the line break stays, so that lines keep their numbers). */
  readonly text: string;
  /** UTF-16 length of the `#!` line that was cut off. */
  readonly skipped: number;
}

/** A script that can't be read; the message has rhai-run's form. */
export class UnreadableScript extends Error {
  override readonly name = "UnreadableScript";
  constructor(
    readonly reason: "missing" | "unreadable",
    readonly file: string,
    readonly detail: string,
  ) {
    super(
      `${reason === "missing" ? "Error script file path:" : "Error reading script file:"} ${file}\n${detail}`,
    );
  }
}

/** An operating system error in Rust's words: `No such file or directory (os error 2)`. */
function osErrorText(error: unknown): string {
  const { message = String(error), errno, code } = error as NodeJS.ErrnoException;
  if (code === "EISDIR") return "Is a directory (os error 21)";
  const text = message.replace(/^[A-Z]+: /, "").replace(/, [a-z]+( '.*')?$/s, "");
  const number = errno === undefined ? "" : ` (os error ${-errno})`;
  return text.charAt(0).toUpperCase() + text.slice(1) + number;
}

/** The real path, relative to the working directory when it lies in it. */
function displayPath(file: string): string {
  let real: string;
  try {
    real = realpathSync.native(file);
  } catch (error) {
    throw new UnreadableScript("missing", file, osErrorText(error));
  }
  const short = relative(realpathSync.native(process.cwd()), real);
  return short === "" || short === ".." || short.startsWith(`..${sep}`) ? real : short;
}

function readStandardInput(): Buffer {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(1 << 16);
    try {
      const length = readSync(0, chunk, 0, chunk.length, null);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return Buffer.concat(chunks);
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function readBytes(name: string, file: string): Buffer {
  try {
    return file === "-" ? readStandardInput() : readFileSync(file);
  } catch (error) {
    throw new UnreadableScript("unreadable", name, osErrorText(error));
  }
}

/** Where the script proper begins: at the end of a `#!` line, as in rhai-run. */
export function shebangLength(text: string): number {
  return text.startsWith("#!") ? Math.max(text.indexOf("\n"), 0) : 0;
}

/** Reads a script; `-` is standard input. Throws `UnreadableScript`. */
export function readScript(file: string): ScriptSource {
  const name = file === "-" ? "<stdin>" : displayPath(file);
  const bytes = readBytes(name, file);
  if (!isUtf8(bytes)) throw new UnreadableScript("unreadable", name, "stream did not contain valid UTF-8");
  const text = bytes.toString("utf8");
  const skipped = shebangLength(text);
  return { name, source: file === "-" ? null : name, text: text.slice(skipped), skipped };
}
