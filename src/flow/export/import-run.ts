// Putting an exported run into a store, where it is as it was.

import type { EncodedChange } from "../codec.ts";
import { defineFlow } from "../definition/define.ts";
import type { FlowInput } from "../definition/schema.ts";
import type { FlowDefinition } from "../definition/types.ts";
import { FlowError } from "../errors.ts";
import { type Plan, planOf } from "../plan.ts";
import { type FlowStatus, isFinalStatus } from "../state.ts";
import type { FlowStore } from "../store.ts";
import type { ExportedRun, RunFile } from "./run-file.ts";

export interface ImportOptions {
  /** Takes the place of the definition that the run had. */
  readonly definition?: FlowDefinition;
  /** A run that was under way counts as failed, so that it can be done again from a step on. */
  readonly asEnded?: boolean;
}

const LEASE_MS = 60_000;
const NOTHING: EncodedChange = { flow: [], steps: [] };
/** Fields that belong to the store that the run was in. */
const OF_THE_STORE: ReadonlySet<string> = new Set([
  "lease_owner",
  "lease_token",
  "revision",
  "start_key",
  "steps",
]);

/**
 * Puts all runs of the file into `store`. A run that was under way stays where it was: it is for looking at, and nobody is
 * told to go on with it.
 *
 * @returns the id of the run that was exported.
 * @throws FlowError `invalid` for a file that does not fit together, or when the store has such a run already;
 *   FlowDefinitionError.
 */
export async function importRun(
  store: FlowStore,
  file: RunFile,
  options: ImportOptions = {},
): Promise<string> {
  const [first, ...inner] = file.runs;
  for (const run of inner) await importOne(store, run, planFor(file, run), false);
  const plan = options.definition === undefined ? planFor(file, first) : planOf(options.definition);
  await importOne(store, first, plan, options.asEnded === true);
  return first.flowId;
}

/** The plan of the definition that the run carries. */
export function planFor({ definitions }: RunFile, { flow, flowId }: ExportedRun): Plan {
  const definition = definitions[flow.definition ?? ""];
  if (definition === undefined) throw new FlowError("invalid", `the file lacks the definition of ${flowId}`);
  return planOf(defineFlow(definition as unknown as FlowInput));
}

async function importOne(store: FlowStore, run: ExportedRun, plan: Plan, asEnded: boolean): Promise<void> {
  const { flowId: id, history } = run;
  const status = (run.flow.status ?? "Created") as FlowStatus;
  const after = asEnded && !isFinalStatus(status) ? "Failed" : status;
  const executorId = "import";
  const lines = history.map((entry) => JSON.stringify(entry));
  const started = await store.start({
    id,
    name: plan.definition.name,
    definition: { hash: plan.hash, text: plan.text },
    fields: fieldsOf(run, plan, after),
    status: "Created",
    history: lines[0] ?? null,
    lease: { executorId, leaseMs: LEASE_MS },
  });
  if (started.token === null) throw new FlowError("invalid", `the store has a run ${id} already`);
  // The last write brings the run into its place, and gives it out of our hands.
  const rest = lines.slice(1, -1).map((line) => ({ line, last: false }));
  rest.push({ line: lines.length > 1 ? lines.at(-1)! : "", last: true });
  let revision = 0;
  for (const { line, last } of rest) {
    await store.commit({
      id,
      token: started.token,
      revision: ++revision,
      fields: NOTHING,
      status: { before: "Created", after: last ? after : "Created" },
      uncompensated: last && (run.flow.uncompensated_steps ?? "") !== "",
      history: line === "" ? null : line,
      consumed: 0,
      next: !last
        ? { kind: "hold" }
        : isFinalStatus(after)
          ? { kind: "end" }
          : { kind: "park", dueInMs: null },
      parent: null,
      waits: { begun: [], over: [] },
    });
  }
}

function fieldsOf({ flow, steps }: ExportedRun, plan: Plan, status: FlowStatus): EncodedChange {
  const fields = { ...flow, status, definition: plan.hash };
  const names = plan.definition.steps.map(({ name }) => name);
  const pairs = (record: Readonly<Record<string, string>>) =>
    Object.entries(record).filter(([name]) => !OF_THE_STORE.has(name));
  return {
    flow: [...pairs(fields), ["steps", JSON.stringify(names)]].flat(),
    steps: Object.entries(steps).map(([stepId, record]) => ({ stepId, fields: pairs(record).flat() })),
  };
}
