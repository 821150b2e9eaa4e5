// The one way to a valid definition: shape, normal form, rules; whatever form it was written in.

import { checkFlow, type Finding } from "./check.ts";
import { type DefinitionIssue, type DefinitionPath, FlowDefinitionError, type Locate } from "./issues.ts";
import { normalizeFlow } from "./normalize.ts";
import type { FlowInput } from "./schema.ts";
import { checkFlowShape } from "./shape.ts";
import type { FlowDefinition } from "./types.ts";

const nowhere: Locate = () => null;

/** Where parts of a definition were written, for errors that turn up later. */
const locators = new WeakMap<FlowDefinition, Locate>();

/**
 * Checks data (from JSON, or written by hand) and makes the definition of it.
 *
 * @param locate finds the place of a value in the text that the data was read from.
 * @throws FlowDefinitionError with everything that is wrong, each with file, line and step as far as they are known.
 * @example
 * defineFlow({ name: "hello", steps: [{ name: "greet", script: "`hello ${input.name}`" }] });
 */
export function defineFlow(data: FlowInput | FlowDefinition, locate: Locate = nowhere): FlowDefinition {
  // What came out of here before is valid, and cannot have changed.
  if (locators.has(data as FlowDefinition)) return data as FlowDefinition;
  const shape = checkFlowShape(data);
  if (shape.issues !== null) throw new FlowDefinitionError(toIssues(shape.issues, data, locate));
  const unread = unreadFlows(shape.value);
  if (unread.length > 0) throw new FlowDefinitionError(toIssues(unread, data, locate));
  // A copy: what the caller handed in stays the caller's.
  const definition = deepFreeze(JSON.parse(JSON.stringify(normalizeFlow(shape.value))) as FlowDefinition);
  const findings = checkFlow(definition);
  if (findings.length > 0) throw new FlowDefinitionError(toIssues(findings, data, locate));
  locators.set(definition, locate);
  return definition;
}

/** Issues about a definition that turned up after it was made, with the places it came from. */
export function issuesOf(
  definition: FlowDefinition,
  findings: readonly Finding[],
): readonly DefinitionIssue[] {
  return toIssues(findings, definition, locators.get(definition) ?? nowhere);
}

function toIssues(findings: readonly Finding[], data: unknown, locate: Locate): DefinitionIssue[] {
  return findings.map(({ path, message, within }) => ({
    path,
    message: fieldOf(path, message),
    step: stepOf(path, data),
    place: locate(path, within),
  }));
}

/** Names the field in front of messages such as `is missing` or `expected a text`. */
function fieldOf(path: DefinitionPath, message: string): string {
  const steps = path.lastIndexOf("steps");
  const field = path
    .slice(steps + 1)
    .filter((part, i) => !(steps >= 0 && i === 0 && typeof part === "number"));
  const named = field
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
  const speaksForItself =
    named === "" || message.includes(`\`${named}\``) || message.startsWith("unknown field");
  return speaksForItself ? message : `${named}: ${message}`;
}

/** `outer/inner`: names of the steps on the way, or their numbers where they have none. */
function stepOf(path: DefinitionPath, data: unknown): string | null {
  const names: string[] = [];
  let value: unknown = data;
  path.forEach((part, i) => {
    value = (value as Record<string | number, unknown> | undefined)?.[part];
    if (typeof part !== "number" || path[i - 1] !== "steps") return;
    const name = (value as { name?: unknown } | undefined)?.name;
    names.push(typeof name === "string" && name !== "" ? name : `number ${part + 1}`);
  });
  return names.length === 0 ? null : names.join("/");
}

function unreadFlows({ steps }: FlowInput, above: DefinitionPath = []): Finding[] {
  return steps.flatMap((step, i) => {
    const path = [...above, "steps", i, "flow"];
    if (typeof step.flow === "object") return unreadFlows(step.flow, path);
    if (step.flow === undefined) return [];
    return [{ path, message: "names a file, which only `loadFlowFile` reads; give the flow itself" }];
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
