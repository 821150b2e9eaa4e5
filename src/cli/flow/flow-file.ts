// Reading the flow that a command names by its file, in any of its forms, with all its scripts.

import { dirname } from "node:path";
import { loadFlowFile } from "../../flow/definition/load.ts";
import { registerFlowBuilder } from "../../flow/definition/rhai-form.ts";
import { withScripts } from "../../flow/definition/scripts.ts";
import type { FlowDefinition } from "../../flow/definition/types.ts";
import { Preparation } from "../../flow/executor/prepare.ts";
import { EngineRunner } from "../../flow/runner/engine-runner.ts";
import { Engine } from "../../runtime/engine.ts";
import { output } from "../output.ts";

/** Script paths are relative to the file's folder. Throws FlowDefinitionError, and the file system's errors. */
export async function readFlow(file: string): Promise<FlowDefinition> {
  // Standard output belongs to the command's results.
  const engine = registerFlowBuilder(new Engine());
  engine.onPrint((text) => output.errorLine(text)).onDebug((text) => output.errorLine(text));
  return withScripts(await loadFlowFile(file, { engine }), dirname(file));
}

/** The same, and every script in it parses. */
export async function readCheckedFlow(file: string): Promise<FlowDefinition> {
  const definition = await readFlow(file);
  const preparation = new Preparation({
    runner: new EngineRunner(),
    scriptsFolder: dirname(file),
    checkScripts: true,
  });
  return preparation.plan(definition).definition;
}
