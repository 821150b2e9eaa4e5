// How the behaviour behind rows of docs/rust-to-typescript.md is written down.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is and what is expected. */
export type Pair = readonly [actual: unknown, expected: unknown];

/** The names of ours that a check shows at work, and what it finds. */
export type Check = readonly [names: string, run: () => readonly Pair[] | Promise<readonly Pair[]>];

/** The message of what is thrown, "nothing" otherwise. */
export function message(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
}

/** A file with this text in a folder of its own. */
export function fileWith(text: string, name = "script.rhai"): string {
  const file = join(mkdtempSync(join(tmpdir(), "rhai-rows-")), name);
  writeFileSync(file, text);
  return file;
}

export class Account {
  constructor(public balance: number) {}
}
