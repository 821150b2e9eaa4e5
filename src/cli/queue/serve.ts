// Running a worker: until a signal stops it, or for the time of one piece of work.

import { runWorkerProcess, type WorkerProcessOptions } from "../../queue/worker/process.ts";
import { EngineLoadError } from "../../queue/worker/thread-pool.ts";
import type { RhaiWorker } from "../../queue/worker/worker.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { oneLine } from "./show.ts";

/** Serves until SIGTERM or Ctrl-C. */
export async function serve(options: WorkerProcessOptions): Promise<ExitCode> {
  const { failure } = await runWorkerProcess(options);
  return failure === null ? ExitCode.OK : failed(failure);
}

/** Serves while `work` goes on. */
export async function serveDuring(worker: RhaiWorker, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    await worker.start();
    return await work();
  } catch (error) {
    if (!(error instanceof EngineLoadError)) throw error;
    return failed(`engine module: ${error.message}`);
  } finally {
    await worker.stop({ now: true });
  }
}

function failed(why: string): ExitCode {
  output.errorLine(`error: ${oneLine(why, 500)}`);
  return ExitCode.FAILED;
}
