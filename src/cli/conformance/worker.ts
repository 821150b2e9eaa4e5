// Worker thread of the conformance runner: runs the cases it is sent and reports each outcome at once.

import { parentPort } from "node:worker_threads";
import type { Case } from "./case.ts";
import { executeCase } from "./execute.ts";
import type { FromWorker } from "./pool.ts";

const port = parentPort;
if (port === null) throw new Error("the conformance worker runs as a worker thread only");
const report = (message: FromWorker) => port.postMessage(message);

port.on("message", (batch: readonly Case[]) => {
  batch.forEach((item, index) => {
    report({ index, outcome: executeCase(item) });
  });
});
report("ready");
