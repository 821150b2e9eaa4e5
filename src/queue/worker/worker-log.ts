// A worker's events as structured log lines. Scripts, arguments, results and error texts stay out: they may hold anything.

import type { Logger } from "pino";
import type { RhaiWorker } from "./worker.ts";

export function logWorker(worker: RhaiWorker, logger: Logger): void {
  worker.on("ready", () => logger.info({ contexts: worker.contexts }, "worker ready"));
  worker.on("stopping", () => logger.info("worker stopping"));
  worker.on("stopped", () => logger.info("worker stopped"));
  worker.on("settled", ({ task, outcome, status, error, ms }) => {
    const { id, context, token, attempts } = task;
    const line = { task: id, context, token, attempt: attempts, outcome, status, ms: Math.round(ms) };
    const position = error?.position;
    if (error === null) logger.debug(line, "task settled");
    else logger.info({ ...line, error: error.kind, ...(position && { position }) }, "task settled");
  });
  worker.on("rejected", (context, rejected) => {
    for (const { id, reason } of rejected)
      logger.warn({ context, task: id.slice(0, 300), reason }, "not a task");
  });
  worker.on("thread", ({ type, message }) => {
    if (type === "started" || type === "ended") logger.debug({ thread: type, message }, "script thread");
    else logger.warn({ thread: type, message }, "script thread");
  });
  worker.on("trouble", (error, context, doing) =>
    logger.warn(
      { code: error.code, error: error.message, ...(context && { context }), doing },
      "store trouble",
    ),
  );
}
