// What breaks a rule of the queue's store, found by going through all slices of fsck.

import type { FsckProblem, TaskStore } from "../../src/queue/store.ts";

/** Repaired if asked for. */
export async function brokenRules(
  store: TaskStore,
  context: string,
  repair = false,
): Promise<readonly FsckProblem[]> {
  const problems: FsckProblem[] = [];
  let cursor: string | null = null;
  do {
    const slice = await store.fsck({ context, cursor, repair });
    problems.push(...slice.problems);
    cursor = slice.cursor;
  } while (cursor !== null);
  return problems;
}
