// Makes the JSON Schemas of flow files and of their tests: `npx tsx scripts/flow-schema.ts`. A test holds them.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { flowSchema } from "../src/flow/definition/schema.ts";
import { mocksSchema } from "../src/flow/mock/mocks-file.ts";

const FOLDER = resolve(import.meta.dirname, "../schema");

/** Path and text of each file. */
export function schemaFiles(): readonly (readonly [path: string, text: string])[] {
  const text = (schema: z.ZodType, title: string) =>
    `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: "input" }) }, null, 2)}\n`;
  return [
    [resolve(FOLDER, "flow.schema.json"), text(flowSchema, "rhailib flow")],
    [resolve(FOLDER, "flow-mocks.schema.json"), text(mocksSchema, "Test of a rhailib flow")],
  ];
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of schemaFiles()) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
