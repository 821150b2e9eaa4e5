// Entry of a worker process under chaos: a worker as `rhai worker` runs it, and its events as lines of JSON.

import { runWorkerProcess } from "../../../src/queue/worker/process.ts";
import type { SettledTask } from "../../../src/queue/worker/worker-events.ts";
import type { WorkerLine, WorkerProcessSpec } from "./worker-child.ts";

const { allEvents, ...options } = JSON.parse(process.argv[2]) as WorkerProcessSpec;

function say(line: WorkerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function saySettled({ task, outcome, status }: SettledTask): void {
  if (allEvents || status === "lost")
    say({ type: "settled", id: task.id, token: task.token, outcome, status });
}

const { failure } = await runWorkerProcess({
  ...options,
  onReady: (worker) => {
    worker.on("settled", saySettled);
    say({ type: "ready" });
  },
});
if (failure !== null) throw new Error(failure);
// What is left of connections must not keep a process alive that has nothing to do any more.
process.exit(0);
