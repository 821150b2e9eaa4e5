// `rhai worker`: takes scripts of its contexts from the queue and runs them, until it is told to stop.

import type { ListenAddress } from "../../queue/worker/health-server.ts";
import type { ExitCode } from "../exit-codes.ts";
import { serve } from "../queue/serve.ts";
import { type StoreOptions, withStore } from "../queue/with-store.ts";
import { openLog } from "../queue/worker-log.ts";
import { type WorkerSettingsOptions, workerSettings } from "../queue/worker-settings.ts";

export interface WorkerCommandOptions extends StoreOptions, WorkerSettingsOptions {
  readonly listen?: ListenAddress;
  readonly drain?: boolean;
  readonly logLevel?: Parameters<typeof openLog>[0];
  readonly logFormat?: Parameters<typeof openLog>[1];
}

/** Serves until SIGTERM or Ctrl-C; with `drain` until nothing is left to run. */
export function work(options: WorkerCommandOptions): Promise<ExitCode> {
  const { drain, listen } = options;
  const settings = workerSettings(options);
  return withStore(options, async (store) => {
    const log = await openLog(options.logLevel, options.logFormat);
    try {
      return await serve({ ...settings, store, listen, drain, logger: log.logger });
    } finally {
      log.close();
    }
  });
}
