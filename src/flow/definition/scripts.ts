// Scripts that a definition names by their files, read into it: a run carries everything it needs.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineFlow, issuesOf } from "./define.ts";
import { type DefinitionPath, FlowDefinitionError } from "./issues.ts";
import type { FlowInput } from "./schema.ts";
import type { Compensation, FlowDefinition, StepDefinition } from "./types.ts";

/**
 * The definition with the text of every script in it; itself when it has them already.
 *
 * @param folder what paths are relative to.
 * @throws FlowDefinitionError for files that cannot be read.
 */
export function withScripts(definition: FlowDefinition, folder: string): FlowDefinition {
  if (!lacksScripts(definition)) return definition;
  const read = (path: string, at: DefinitionPath): string => {
    try {
      return readFileSync(resolve(folder, path), "utf8");
    } catch (error) {
      const message = `cannot read ${path} (${(error as { code?: string }).code})`;
      throw new FlowDefinitionError(issuesOf(definition, [{ path: at, message }]));
    }
  };
  return defineFlow(filled(definition, [], read) as FlowInput);
}

function lacksScripts({ steps }: FlowDefinition): boolean {
  return steps.some(
    (step) =>
      lacks(step) ||
      (step.compensate !== undefined && lacks(step.compensate)) ||
      (step.flow !== undefined && lacksScripts(step.flow)),
  );
}

function lacks({ script, scriptPath }: Pick<StepDefinition, "script" | "scriptPath">): boolean {
  return script === undefined && scriptPath !== undefined;
}

type Read = (path: string, at: DefinitionPath) => string;

function filled(definition: FlowDefinition, above: DefinitionPath, read: Read): unknown {
  return {
    ...definition,
    steps: definition.steps.map((step, i) => filledStep(step, [...above, "steps", i], read)),
  };
}

function filledStep(step: StepDefinition, at: DefinitionPath, read: Read): unknown {
  const { compensate, flow } = step;
  return {
    ...withScript(step, [...at, "scriptPath"], read),
    ...(compensate && { compensate: withScript(compensate, [...at, "compensate", "scriptPath"], read) }),
    ...(flow && { flow: filled(flow, [...at, "flow"], read) }),
  };
}

function withScript<S extends StepDefinition | Compensation>(step: S, at: DefinitionPath, read: Read): S {
  return lacks(step) ? { ...step, script: read(step.scriptPath!, at) } : step;
}
