// Reading all that a drawing of a stored run needs: its definition, its state, and those of the runs its steps stand for.

import { decodeFlow, decodeStep } from "../codec.ts";
import type { FlowDefinition } from "../definition/types.ts";
import { FlowError } from "../errors.ts";
import { childId } from "../executor/driver.ts";
import { type FlowState, partsOfStepId, type StepState } from "../state.ts";
import type { FlowStore, RunRecord } from "../store.ts";
import type { GraphRun } from "./graph.ts";

export interface DrawnRun {
  readonly definition: FlowDefinition;
  readonly run: GraphRun;
}

/** Runs inside of a run that are looked at, at all depths together. */
const MAX_INNER = 200;

/**
 * @param now what running steps are measured by; the store's time when missing.
 * @throws FlowError `notFound`.
 */
export async function readRun(store: FlowStore, flowId: string, now?: number): Promise<DrawnRun> {
  const record = await store.get({ id: flowId });
  if (record === null) throw new FlowError("notFound", flowId);
  const state = stateOf(record);
  const text = await store.definition({ hash: state.definition });
  if (text === null) throw new FlowError("notFound", `the definition of ${flowId}`);
  const definition = JSON.parse(text) as FlowDefinition;
  const reader = new Reader(store, now ?? (await store.time()));
  return { definition, run: await reader.runOf(definition, state) };
}

function stateOf({ flow, steps }: RunRecord): FlowState {
  return decodeFlow(
    flow,
    [...steps].map(([stepId, fields]) => decodeStep(stepId, fields)),
  );
}

class Reader {
  readonly #store: FlowStore;
  readonly #now: number;
  #left = MAX_INNER;

  constructor(store: FlowStore, now: number) {
    this.#store = store;
    this.#now = now;
  }

  async runOf(definition: FlowDefinition, state: FlowState): Promise<GraphRun> {
    const flows = new Map(definition.steps.map(({ name, flow }) => [name, flow]));
    const inner = new Map<string, GraphRun>();
    for (const step of Object.values(state.steps)) {
      const flow = flows.get(partsOfStepId(step.stepId).step);
      const child = flow === undefined ? null : await this.#child(flow, state, step);
      if (child !== null) inner.set(step.stepId, child);
    }
    return { state, now: this.#now, inner };
  }

  async #child(flow: FlowDefinition, { flowId }: FlowState, step: StepState): Promise<GraphRun | null> {
    const { stepId, attemptCount, items } = step;
    if (attemptCount === 0 || items !== null || this.#left === 0) return null;
    this.#left--;
    const record = await this.#store.get({ id: childId(flowId, stepId, attemptCount) });
    return record === null ? null : await this.runOf(flow, stateOf(record));
  }
}
