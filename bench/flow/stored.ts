// Many ended flows in a store, put there as an executor would have, but without running their steps.

import { encodeChange } from "../../src/flow/codec.ts";
import { defineFlow } from "../../src/flow/definition/define.ts";
import { planOf } from "../../src/flow/plan.ts";
import type { FlowState } from "../../src/flow/state.ts";
import type { FlowStore } from "../../src/flow/store.ts";
import { newRun, transition } from "../../src/flow/transition/transition.ts";
import { newTaskId } from "../../src/queue/names.ts";

const plan = planOf(defineFlow({ name: "stored", steps: [{ name: "only", script: "40 + 2" }] }));
const AT_A_TIME = 2000;
const executorId = "bench";

function ended(begun: FlowState, now: number): FlowState {
  const outcome = { kind: "completed", output: "42" } as const;
  const event = { kind: "ended", stepId: "only", attempt: 1, undo: false, outcome } as const;
  return transition(plan, begun, event, now).state;
}

async function storeOne(store: FlowStore): Promise<void> {
  const now = Date.now();
  const id = store.qualify(newTaskId(now));
  const begun = transition(
    plan,
    newRun(plan, { flowId: id, input: "{}" }, now),
    { kind: "start" },
    now,
  ).state;
  const over = ended(begun, now);
  const { token } = await store.start({
    id,
    name: begun.name,
    definition: { hash: plan.hash, text: plan.text },
    fields: encodeChange(null, begun),
    status: begun.status,
    history: '{"at":0,"by":"bench","changes":[]}',
    lease: { executorId, leaseMs: 600_000 },
  });
  await store.commit({
    id,
    token: token!,
    revision: 1,
    fields: encodeChange(begun, over),
    status: { before: begun.status, after: over.status },
    uncompensated: false,
    history: '{"at":0,"by":"bench","changes":[]}',
    consumed: 0,
    next: { kind: "end" },
    parent: null,
    waits: { begun: [], over: [] },
  });
}

export async function storeEnded(store: FlowStore, count: number): Promise<void> {
  for (let done = 0; done < count; done += AT_A_TIME) {
    const length = Math.min(AT_A_TIME, count - done);
    await Promise.all(Array.from({ length }, () => storeOne(store)));
  }
}
