// Cost of one task (submit, claim, complete) in a context where few wait and in one where very many do, on one server.

import type { TaskStore, Verdict } from "../../src/queue/store.ts";
import type { TaskSpec } from "../../src/queue/task.ts";
import { type Compared, inTurns } from "./slices.ts";

export interface BacklogKind {
  readonly name: string;
  /** Those that wait, and those that pass while they do. */
  readonly waiting: (i: number) => Partial<TaskSpec>;
  readonly passing: (i: number) => Partial<TaskSpec>;
}

const callerId = "bench";

export const BACKLOGS: readonly BacklogKind[] = [
  { name: "plain", waiting: () => ({ callerId }), passing: () => ({ callerId }) },
  {
    name: "with priorities",
    waiting: (i) => ({ callerId, priority: 1 + (i % 9) }),
    passing: (i) => ({ callerId, priority: 1 + (i % 9) }),
  },
  {
    name: "delayed",
    waiting: (i) => ({ callerId, delayMs: 86_400_000 + i }),
    passing: () => ({ callerId, delayMs: 1 }),
  },
  {
    name: "of 1000 callers",
    waiting: (i) => ({ callerId: `caller ${i % 1000}` }),
    passing: (i) => ({ callerId: `caller ${i % 1000}` }),
  },
];

const ROUNDS = 50;
const script = "40 + 2";

async function fill(store: TaskStore, context: string, count: number, kind: BacklogKind): Promise<void> {
  for (let from = 0; from < count; from += 10_000) {
    const length = Math.min(10_000, count - from);
    const tasks = Array.from({ length }, (_, i) => ({ context, script, ...kind.waiting(from + i) }));
    await store.enqueueMany({ tasks });
  }
}

/** Us for each task of a slice. */
function passThrough(store: TaskStore, context: string, kind: BacklogKind): () => Promise<number> {
  let verdicts: readonly Verdict[] = [];
  let number = 0;
  return async () => {
    const start = performance.now();
    for (let round = 0; round < ROUNDS; round++) {
      await store.enqueue({ task: { context, script, ...kind.passing(number++) } });
      const claim = { leaseMs: 30_000, limit: 1 };
      const { claimed } = await store.settle({ context, workerId: "w", verdicts, claim });
      verdicts = claimed!.tasks.map(({ id, token }) => ({ kind: "completed", id, token, output: "42" }));
    }
    return ((performance.now() - start) / ROUNDS) * 1000;
  };
}

export async function compareBacklogs(
  store: TaskStore,
  kind: BacklogKind,
  sizes: { readonly small: number; readonly large: number; readonly pairs: number },
): Promise<Compared> {
  await fill(store, "small", sizes.small, kind);
  await fill(store, "large", sizes.large, kind);
  const small = passThrough(store, "small", kind);
  const large = passThrough(store, "large", kind);
  await inTurns(10, large, small);
  return await inTurns(sizes.pairs, large, small);
}
