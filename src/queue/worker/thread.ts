// Entry of a script thread: wires the engine, the host that runs jobs, and the port to the main thread.

import { getHeapStatistics } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { Redaction } from "../redaction.ts";
import { Outbox } from "./outbox.ts";
import { ScriptHost } from "./script-host.ts";
import { SlotTable } from "./slots.ts";
import { threadEngine } from "./thread-engine.ts";
import type { FromThread, ThreadConfig, ThreadJob, ToThread } from "./thread-messages.ts";

async function start(config: ThreadConfig, post: (message: FromThread) => void): Promise<ScriptHost> {
  const redaction = new Redaction(config.secrets);
  // Node would end the thread, and with it the scripts beside the one that did it.
  process.on("unhandledRejection", (reason) => {
    const text = reason instanceof Error ? reason.message : String(reason);
    post({ type: "complaint", message: `a promise failed with nobody to notice: ${redaction.apply(text)}` });
  });
  const engine = await threadEngine(config, (secret) => redaction.add(secret));
  const outbox = new Outbox(post, () => getHeapStatistics().used_heap_size);
  return new ScriptHost({ engine, config, slots: new SlotTable(config.slots), outbox, redaction });
}

const port = parentPort!;
const post = (message: FromThread) => port.postMessage(message);

try {
  const host = await start(workerData as ThreadConfig, post);
  port.on("message", (message: ToThread) => {
    if (message.type === "run") host.run(JSON.parse(message.jobs) as ThreadJob[]);
    else if (message.type === "stop") host.stop(message.slots);
    else port.close();
  });
  post({ type: "ready" });
} catch (error) {
  post({ type: "broken", message: error instanceof Error ? error.message : String(error) });
}
