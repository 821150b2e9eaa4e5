// `rhai dev`: a worker and its store in one process; the store is a redis-server of its own, or memory where there is none.

import { createInterface } from "node:readline";
import { isQueueError } from "../../queue/errors.ts";
import { openStore } from "../../queue/open-store.ts";
import type { TaskStore } from "../../queue/store.ts";
import { RhaiWorker } from "../../queue/worker/worker.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { ownCommand, printBanner, reportTasks, storeArguments } from "../queue/dev-print.ts";
import { reportQueueFailure } from "../queue/failure.ts";
import { followAndPrint } from "../queue/follow-print.ts";
import { findRedis, type LocalRedis, type RedisProgram, startLocalRedis } from "../queue/local-redis.ts";
import { redisPlace, redisUrl } from "../queue/redis-url.ts";
import { serve, serveDuring } from "../queue/serve.ts";
import { reporting, type StoreOptions, withStore } from "../queue/with-store.ts";
import { type WorkerSettingsOptions, workerSettings } from "../queue/worker-settings.ts";
import { readScript, UnreadableScript } from "../script-source.ts";

export interface DevOptions extends StoreOptions, WorkerSettingsOptions {
  readonly port?: number;
  readonly memory?: boolean;
}

const MEMORY = "memory://dev";

/** Serves until Ctrl-C or SIGTERM; in memory until the end of standard input. */
export async function develop(given: DevOptions): Promise<ExitCode> {
  const options = { scripts: ".", ...given };
  if (options.redis !== undefined) {
    const url = redisUrl(options.redis);
    return await serveRedis(url, redisPlace(url), options);
  }
  const program = options.memory ? null : findRedis();
  if (program !== null) return await serveOwnRedis(program, options);
  if (options.port !== undefined) throw new UsageError("--port: there is no redis-server to start");
  return await serveMemory(options);
}

async function serveOwnRedis(program: RedisProgram, options: DevOptions): Promise<ExitCode> {
  const redis = await startLocalRedis(program, options.port).catch((error: Error) => {
    throw new UsageError(`${error.message} (without it: rhai dev --memory)`);
  });
  try {
    const about = `${program.name} ${program.version}, its data ends with it`;
    return await serveRedis(redis.url, `${redis.url} (${about})`, options, redis);
  } finally {
    await redis.stop();
  }
}

function serveRedis(url: string, place: string, options: DevOptions, redis?: LocalRedis): Promise<ExitCode> {
  const settings = workerSettings(options);
  const [context] = settings.contexts;
  const next = `echo '40 + 2' | ${ownCommand()} submit - --wait${storeArguments(url, options.prefix, context)}`;
  return withStore({ ...options, redis: url }, async (store) => {
    let lost = false;
    const onReady = (worker: RhaiWorker) => {
      printBanner({ store: place, worker, next });
      reportTasks(worker);
      worker.once("stopping", () => lost || output.errorLine("stopping; Ctrl-C stops at once"));
      void redis?.ended.then((reason) => {
        if (worker.health().state === "stopped") return;
        lost = true;
        output.errorLine(`error: redis-server has ended: ${reason}`);
        void worker.stop({ now: true });
      });
    };
    const code = await serve({ ...settings, store, onReady });
    return lost ? ExitCode.UNREACHABLE : code;
  });
}

/** Other processes cannot reach the store: scripts are named on standard input. */
async function serveMemory(options: DevOptions): Promise<ExitCode> {
  const settings = workerSettings(options);
  const store = openStore(MEMORY);
  return await reporting(MEMORY, store, () => {
    const worker = new RhaiWorker({ ...settings, store });
    return serveDuring(worker, async () => {
      const place = "memory (no redis-server on the PATH: other processes cannot submit here)";
      printBanner({ store: place, worker, next: "type the name of a script file" });
      return await submitLines(store, settings.contexts[0]);
    });
  });
}

async function submitLines(store: TaskStore, context: string): Promise<ExitCode> {
  const lines = createInterface({ input: process.stdin });
  const quit = () => lines.close();
  process.once("SIGINT", quit);
  for await (const line of lines) {
    const file = line.trim();
    if (file !== "") await submitNamed(store, context, file);
  }
  process.off("SIGINT", quit);
  return ExitCode.OK;
}

/** A script that cannot be read, or that the queue refuses, is no reason to end. */
async function submitNamed(store: TaskStore, context: string, file: string): Promise<void> {
  try {
    const { text } = readScript(file);
    const { id } = await store.enqueue({ task: { context, script: text }, notify: true });
    await followAndPrint(store, { id }, { local: true });
  } catch (error) {
    if (error instanceof UnreadableScript) output.errorLine(error.message);
    else if (isQueueError(error) && error.code !== "closed") reportQueueFailure(error, MEMORY);
    else throw error;
  }
}
