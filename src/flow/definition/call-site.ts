// Where in a program a function of ours was called, for errors about what was built there.

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "./issues.ts";

/** Formatting a stack takes long: kept as the engine recorded it until somebody asks. */
export class CallSite {
  readonly #error: { readonly stack?: string } = {};

  /** `ours` is the function whose caller is meant. */
  constructor(ours: (...args: never[]) => unknown) {
    Error.captureStackTrace(this.#error, ours);
  }

  get place(): Place | null {
    const frame = this.#error.stack?.split("\n")[1] ?? "";
    const match = /\(?((?:file:\/\/)?[^\s()]+):(\d+):(\d+)\)?$/.exec(frame);
    if (match === null) return null;
    const path = match[1].startsWith("file:") ? fileURLToPath(match[1].replace(/\?.*$/, "")) : match[1];
    return { file: shorter(path, process.cwd()), line: Number(match[2]), column: Number(match[3]) };
  }
}

function shorter(path: string, folder: string): string {
  const inside = relative(folder, path);
  return inside.startsWith("..") ? path : inside;
}
