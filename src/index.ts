// Entry `rhailib`: the engine, and what needs Node's file system beside it.

export * from "./engine.ts";
export { writeDefinitionsToDir, writeDefinitionsToFile } from "./runtime/definitions/write-files.ts";
