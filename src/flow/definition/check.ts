// What makes a definition of the right shape wrong all the same: names, circles, expressions, what is said twice.

import { z } from "zod";
import { ParseError } from "../../lang/errors.ts";
import { columnOf, lineOf, type Position } from "../../lang/position.ts";
import { didYouMean } from "../../lang/spelling.ts";
import { QueueError } from "../../queue/errors.ts";
import { checkSchedule } from "../../queue/schedule.ts";
import { compileExpression, parseScript } from "../expressions.ts";
import type { DefinitionPath, TextPlace } from "./issues.ts";
import { ancestorsOf, findCircle } from "./order.ts";
import { type References, referencesOf } from "./references.ts";
import type { FlowDefinition, StepDefinition } from "./types.ts";
import { stepKind } from "./types.ts";

export interface Finding {
  readonly path: DefinitionPath;
  readonly message: string;
  /** Line and column inside of the value. */
  readonly within?: TextPlace;
}

/** How deep flows may be nested. */
const MAX_NESTING = 10;

/** Variables that expressions and scripts find. */
const ALWAYS = ["input", "steps", "flow"];
const EXPRESSION = [...ALWAYS, "now"];
const ITEM = ["item", "index"];

/** Everything that is wrong, in the order of the definition. */
export function checkFlow(flow: FlowDefinition, path: DefinitionPath = [], depth = 0): Finding[] {
  if (depth >= MAX_NESTING) return [{ path, message: `flows are nested deeper than ${MAX_NESTING} levels` }];
  const ordered = checkOrder(flow, path);
  const findings = [...ordered, ...checkFlowFields(flow, path)];
  const ancestors = ordered.length > 0 ? null : ancestorsOf(flow.steps);
  const names = flow.steps.map(({ name }) => name);
  flow.steps.forEach((step, i) => {
    const at = [...path, "steps", i];
    const before = ancestors?.get(step.name) ?? null;
    findings.push(...checkAction(step, at), ...checkFields(step, at));
    findings.push(
      ...checkExpressions(step, at, { names, before }),
      ...checkScripts(step, at, { names, before }),
    );
    if (step.flow !== undefined) findings.push(...checkFlow(step.flow, [...at, "flow"], depth + 1));
  });
  if (flow.output !== undefined) {
    const scope = { names, before: new Set(names), variables: EXPRESSION };
    findings.push(...checkExpression(flow.output, [...path, "output"], scope));
  }
  return findings;
}

function checkOrder({ steps }: FlowDefinition, path: DefinitionPath): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  const names = steps.map(({ name }) => name);
  steps.forEach(({ name, after }, i) => {
    const at = [...path, "steps", i];
    if (seen.has(name)) {
      findings.push({ path: [...at, "name"], message: "there is a step of this name already" });
      return;
    }
    seen.add(name);
    for (const other of after) {
      if (other === name) findings.push({ path: [...at, "after"], message: "it cannot come after itself" });
      else if (!names.includes(other))
        findings.push({ path: [...at, "after"], message: unknownStep(other, names) });
    }
  });
  if (findings.length > 0) return findings;
  const circle = findCircle(steps);
  if (circle === null) return [];
  const first = names.indexOf(circle[0]);
  return [
    {
      path: [...path, "steps", first, "after"],
      message: `steps wait for each other: ${circle.join(" -> ")}`,
    },
  ];
}

function unknownStep(name: string, names: readonly string[]): string {
  const hint = didYouMean(name, names);
  return `there is no step '${name}'${hint === null ? "" : `: ${hint}`}`;
}

function checkFlowFields({ schedule, input }: FlowDefinition, path: DefinitionPath): Finding[] {
  const findings: Finding[] = [];
  if (schedule !== undefined) {
    try {
      checkSchedule({ context: "x", name: "x", ...schedule, task: {} });
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      findings.push({ path: [...path, "schedule"], message: error.message });
    }
  }
  if (input !== undefined) {
    try {
      z.fromJSONSchema(input as Parameters<typeof z.fromJSONSchema>[0]);
    } catch (error) {
      const message = `cannot be used as a JSON Schema: ${(error as Error).message}`;
      findings.push({ path: [...path, "input"], message });
    }
  }
  return findings;
}

const ACTIONS = ["script", "flow", "waitFor", "sleep", "until"] as const;

function checkAction(step: StepDefinition, at: DefinitionPath): Finding[] {
  const given: string[] = ACTIONS.filter((name) => step[name] !== undefined);
  if (step.script === undefined && step.scriptPath !== undefined) given.unshift("scriptPath");
  if (given.length === 1) return [];
  if (given.length === 0) {
    const message = "says nothing to do: it needs script, scriptPath, flow, waitFor, sleep or until";
    return [{ path: at, message }];
  }
  return [
    {
      path: [...at, given[1]],
      message: `says to do several things: ${given.join(", ")}; only one is possible`,
    },
  ];
}

/** Fields that make sense for some kinds of steps only. */
const ONLY_FOR: Readonly<Record<string, readonly string[]>> = {
  forEach: ["script", "flow"],
  inputs: ["script", "flow"],
  timeout: ["script", "flow"],
  retry: ["script", "flow"],
  compensate: ["script", "flow"],
  context: ["script"],
  priority: ["script"],
};

function checkFields(step: StepDefinition, at: DefinitionPath): Finding[] {
  const findings: Finding[] = [];
  const kind = stepKind(step);
  for (const [field, kinds] of Object.entries(ONLY_FOR)) {
    if (step[field as keyof StepDefinition] === undefined || kinds.includes(kind)) continue;
    const message = `has no meaning for a step that ${kind === "wait" ? "waits for a signal" : "waits for a time"}`;
    findings.push({ path: [...at, field], message: `\`${field}\` ${message}` });
  }
  const { waitFor, compensate } = step;
  if (waitFor !== undefined && waitFor.events.length === 0)
    findings.push({ path: [...at, "waitFor"], message: "names no event: it needs `event` or `events`" });
  if (compensate !== undefined && compensate.script === undefined && compensate.scriptPath === undefined)
    findings.push({ path: [...at, "compensate"], message: "needs a script or scriptPath" });
  findings.push(...checkPatterns(step, at));
  return findings;
}

function checkPatterns(step: StepDefinition, at: DefinitionPath): Finding[] {
  const policies = [
    [[...at, "retry"], step.retry],
    [[...at, "compensate", "retry"], step.compensate?.retry],
  ] as const;
  return policies.flatMap(([path, policy]) =>
    (["on", "except"] as const).flatMap((list) =>
      (policy?.[list] ?? []).flatMap((entry, i) => {
        const error = patternError(entry);
        return error === null ? [] : [{ path: [...path, list, i], message: error }];
      }),
    ),
  );
}

function patternError(entry: string): string | null {
  if (!(entry.length > 1 && entry.startsWith("/") && entry.endsWith("/"))) return null;
  try {
    new RegExp(entry.slice(1, -1), "u");
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

interface StepScope {
  readonly names: readonly string[];
  /** Steps that are done before; null when the order itself is wrong. */
  readonly before: ReadonlySet<string> | null;
}

interface ExpressionScope extends StepScope {
  readonly variables: readonly string[];
}

function checkExpressions(step: StepDefinition, at: DefinitionPath, scope: StepScope): Finding[] {
  const plain = { ...scope, variables: EXPRESSION };
  const inItem = { ...scope, variables: step.forEach === undefined ? EXPRESSION : [...EXPRESSION, ...ITEM] };
  const findings: Finding[] = [];
  const check = (text: string | undefined, path: DefinitionPath, within: ExpressionScope) => {
    if (text !== undefined) findings.push(...checkExpression(text, [...at, ...path], within));
  };
  check(step.when, ["when"], plain);
  check(step.forEach?.items, ["forEach", "items"], plain);
  check(step.until, ["until"], plain);
  check(step.waitFor?.key, ["waitFor", "key"], plain);
  for (const [name, text] of Object.entries(step.inputs ?? {})) check(text, ["inputs", name], inItem);
  return findings;
}

function checkExpression(text: string, path: DefinitionPath, scope: ExpressionScope): Finding[] {
  try {
    const references = referencesOf(compileExpression(text));
    return [
      ...checkVariables(references, path, scope),
      ...checkReferences(references, path, scope, "the expression"),
    ];
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return [
      { path, message: `\`${text}\` is no expression: ${error.message}`, within: placeOf(error.position) },
    ];
  }
}

function checkVariables(
  { variables, defined }: References,
  path: DefinitionPath,
  scope: ExpressionScope,
): Finding[] {
  return [...variables]
    .filter(([name]) => !scope.variables.includes(name) && !defined.has(name))
    .map(([name, position]) => {
      const hint = didYouMean(name, scope.variables) ?? `there are ${scope.variables.join(", ")}`;
      return { path, message: `there is no variable '${name}' here: ${hint}`, within: placeOf(position) };
    });
}

/** Steps must be known, and done before they are looked at. */
function checkReferences(
  { steps }: References,
  path: DefinitionPath,
  { names, before }: StepScope,
  subject: string,
): Finding[] {
  if (steps === "all" || before === null) return [];
  return [...steps].flatMap(([name, position]) => {
    if (before.has(name)) return [];
    const message = names.includes(name)
      ? `${subject} uses steps.${name}, which need not be done by then: add '${name}' to \`after\``
      : `${subject} uses steps.${name}: ${unknownStep(name, names)}`;
    return [{ path, message, within: placeOf(position) }];
  });
}

/** Scripts are only looked at where they parse: the engine that runs them may know more than we do. */
function checkScripts(step: StepDefinition, at: DefinitionPath, scope: StepScope): Finding[] {
  const check = (text: string | undefined, path: DefinitionPath, within: StepScope) => {
    const ast = text === undefined ? null : parseScript(text);
    return ast === null ? [] : checkReferences(referencesOf(ast), [...at, ...path], within, "the script");
  };
  const anyStep = { ...scope, before: scope.before && new Set(scope.names) };
  return [
    ...check(step.script, ["script"], scope),
    ...check(step.compensate?.script, ["compensate", "script"], anyStep),
  ];
}

function placeOf(position: Position): TextPlace | undefined {
  const line = lineOf(position);
  return line === 0 ? undefined : { line, column: Math.max(1, columnOf(position)) };
}
