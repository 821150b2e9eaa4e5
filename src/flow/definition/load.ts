// Reading a flow from a file, in whichever form it is written.

import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Engine } from "../../runtime/engine.ts";
import { FlowError } from "../errors.ts";
import { FlowBuilder } from "./builder.ts";
import { defineFlow } from "./define.ts";
import { parseRhaiFlow } from "./rhai-form.ts";
import type { FlowDefinition } from "./types.ts";
import { parseFlow } from "./yaml-form.ts";

export interface LoadFlowOptions {
  /** For `.rhai` files: an engine that has the builder (`registerFlowBuilder`). */
  readonly engine?: Engine;
}

const MAX_FILES = 10;

/**
 * Reads a flow from a `.yaml`, `.yml`, `.json` or `.rhai` file, or from a module whose export `flow` (or default export) is one.
 *
 * @throws FlowDefinitionError naming file, line and step; the file system's error when the file cannot be read.
 * @example
 * const flow = await loadFlowFile("order.yaml");
 */
export async function loadFlowFile(path: string, options: LoadFlowOptions = {}): Promise<FlowDefinition> {
  const extension = extname(path).toLowerCase();
  if (isYaml(extension)) return loadYaml(path, []);
  if (extension === ".rhai")
    return await parseRhaiFlow(readFileSync(path, "utf8"), { file: path, ...options });
  if ([".js", ".mjs", ".ts", ".mts"].includes(extension)) return await loadModule(path);
  throw new FlowError("invalid", `${path}: a flow is a .yaml, .json, .rhai, .js or .ts file`);
}

function isYaml(extension: string): boolean {
  return extension === ".yaml" || extension === ".yml" || extension === ".json";
}

function loadYaml(path: string, above: readonly string[]): FlowDefinition {
  const text = readFileSync(path, "utf8");
  const loadFlow = (nested: string): FlowDefinition => {
    if (!isYaml(extname(nested).toLowerCase()))
      throw new FlowError("invalid", `${nested}: a flow inside of a flow is a .yaml or .json file`);
    if (above.length >= MAX_FILES || [...above, resolve(path)].includes(resolve(nested)))
      throw new FlowError("invalid", `${nested}: a flow cannot hold itself`);
    return loadYaml(nested, [...above, resolve(path)]);
  };
  return parseFlow(text, { file: path, loadFlow });
}

async function loadModule(path: string): Promise<FlowDefinition> {
  const exported = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  const flow = exported.flow ?? exported.default;
  if (flow instanceof FlowBuilder) return flow.build();
  if (flow === undefined) throw new FlowError("invalid", `${path}: exports no \`flow\``);
  return defineFlow(flow as FlowDefinition);
}
