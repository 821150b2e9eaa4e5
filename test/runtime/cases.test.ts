// Runs the scripts in cases/: the language's behaviour as programs that check themselves.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { columnOf, lineOf, NO_POSITION } from "../../src/lang/position.ts";
import { Engine } from "../../src/runtime/engine.ts";
import { EvalError } from "../../src/runtime/errors.ts";
import { FileModuleResolver } from "../../src/runtime/module/file-resolver.ts";
import { assertPackage } from "../support/assert-package.ts";
import { type Chunk, type ExpectedError, readChunkFiles } from "../support/chunks.ts";

const FOLDER = join(import.meta.dirname, "cases");

function run(chunk: Chunk): void {
  const engine = new Engine().setModuleResolver(new FileModuleResolver(join(FOLDER, "modules")));
  engine.registerPackage(assertPackage);
  engine.onPrint(() => {}).onDebug(() => {});
  engine.evalSync(chunk.text);
}

function errorOf(chunk: Chunk): EvalError {
  try {
    run(chunk);
  } catch (error) {
    if (error instanceof EvalError) return error;
    throw error;
  }
  throw new Error("ends without the expected error");
}

function expectError(error: EvalError, { line, text, place }: ExpectedError): void {
  expect(error.toString()).toContain(text);
  const { position } = place === "outer" ? error : error.root;
  if (place === "nowhere") expect(position).toBe(NO_POSITION);
  else expect([lineOf(position), columnOf(position) > 0]).toEqual([line, true]);
}

describe.each(readChunkFiles(FOLDER))("$subject", ({ chunks }) => {
  it.each(chunks)("$name", (chunk) => {
    if (chunk.error === null) run(chunk);
    else expectError(errorOf(chunk), chunk.error);
  });
});
