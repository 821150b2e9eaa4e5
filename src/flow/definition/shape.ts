// Checks the shape of what is given as a definition, and says in plain words what is wrong with it.

import type { z } from "zod";
import { didYouMean } from "../../lang/spelling.ts";
import type { DefinitionPath } from "./issues.ts";
import {
  compensationFields,
  type FlowInput,
  flowSchema,
  forEachFields,
  retryPolicy,
  type StepInput,
  scheduleSchema,
  stepSchema,
  waitForFields,
} from "./schema.ts";

export interface ShapeIssue {
  readonly path: DefinitionPath;
  readonly message: string;
}

/** What there is in a map, by the field that holds it. */
const KNOWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  flow: Object.keys(flowSchema.shape),
  steps: Object.keys(stepSchema.shape),
  schedule: Object.keys(scheduleSchema.shape),
  retry: Object.keys(retryPolicy.shape),
  compensate: Object.keys(compensationFields.shape),
  waitFor: Object.keys(waitForFields.shape),
  forEach: Object.keys(forEachFields.shape),
};

type Checked<T> = { readonly value: T; readonly issues: null } | { readonly issues: readonly ShapeIssue[] };

export function checkFlowShape(data: unknown): Checked<FlowInput> {
  const result = flowSchema.safeParse(data);
  return result.success
    ? { value: data as FlowInput, issues: null }
    : { issues: plainIssues(result.error.issues, []) };
}

export function checkStepShape(data: unknown): Checked<StepInput> {
  const result = stepSchema.safeParse(data);
  return result.success
    ? { value: data as StepInput, issues: null }
    : { issues: plainIssues(result.error.issues, []) };
}

function plainIssues(issues: readonly z.core.$ZodIssue[], above: DefinitionPath): ShapeIssue[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...(issue.path as (string | number)[])];
    if (issue.code === "invalid_union") return unionIssues(issue, path);
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path));
    if (issue.code === "invalid_key") return [{ path, message: issue.issues[0]?.message ?? issue.message }];
    return [{ path, message: plainMessage(issue) }];
  });
}

/** The branch that was meant is the one that took the value's type. */
function unionIssues(issue: z.core.$ZodIssueInvalidUnion, path: DefinitionPath): ShapeIssue[] {
  const meant = issue.errors.find(
    (errors) => !errors.some(({ code, path: inner }) => code === "invalid_type" && inner.length === 0),
  );
  if (meant !== undefined) return plainIssues(meant, path);
  if (issue.message !== "Invalid input") return [{ path, message: issue.message }];
  const expected = issue.errors.flatMap((errors) =>
    errors.flatMap((error) => (error.code === "invalid_type" ? [typeText(error.expected)] : [])),
  );
  return [{ path, message: `expected ${[...new Set(expected)].join(" or ")}` }];
}

function unknownKey(key: string, path: DefinitionPath): ShapeIssue {
  const place = path.findLast((part) => typeof part === "string") ?? "flow";
  const hint = didYouMean(key, KNOWN_FIELDS[place] ?? []);
  return { path: [...path, key], message: `unknown field \`${key}\`${hint === null ? "" : `: ${hint}`}` };
}

function plainMessage(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") {
    const missing = issue.input === undefined && issue.message.endsWith("received undefined");
    return missing ? "is missing" : `expected ${typeText(issue.expected)}`;
  }
  if (issue.code === "invalid_value") return `expected one of ${issue.values.map(String).join(", ")}`;
  return issue.message;
}

function typeText(type: string): string {
  if (type === "string") return "a text";
  if (type === "array") return "a list";
  if (type === "object" || type === "record") return "a map of fields";
  return type === "int" ? "a whole number" : `a ${type}`;
}
