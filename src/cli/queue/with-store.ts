// Opening the store that the options name, for the time of one command.

import { QueueError } from "../../queue/errors.ts";
import { openStore } from "../../queue/open-store.ts";
import type { TaskStore } from "../../queue/store.ts";
import { type ExitCode, UsageError } from "../exit-codes.ts";
import { reportQueueFailure } from "./failure.ts";
import { checkReachable, redisUrl } from "./redis-url.ts";

/** Options of every command that talks to the store. */
export interface StoreOptions {
  readonly redis?: string;
  readonly prefix?: string;
}

/** Options of those that also show something. */
export interface LookOptions extends StoreOptions {
  readonly json?: boolean;
}

export interface ContextOptions extends LookOptions {
  readonly context?: string;
}

/** What changes something asks for the context by name: there is none that would be meant without saying. */
export function namedContext({ context }: ContextOptions): string {
  if (context === undefined)
    throw new UsageError("name the context: --context NAME (`rhai queue ls` shows all)");
  return context;
}

/** Reports failures of the store and returns their exit codes. Throws `UsageError` for a bad URL. */
export async function withStore(
  options: StoreOptions,
  work: (store: TaskStore) => Promise<ExitCode>,
): Promise<ExitCode> {
  const url = redisUrl(options.redis);
  const store = open(url, options.prefix);
  return await reporting(url, store, async () => {
    await checkReachable(url);
    return await work(store);
  });
}

/** Complains about options only: it does not connect yet. */
function open(url: string, prefix: string | undefined): TaskStore {
  try {
    return openStore(url, { prefix });
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    throw new UsageError(error.message);
  }
}

/** Closes the store in the end. `url` is the one it was opened with. */
export async function reporting(
  url: string,
  store: TaskStore,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return reportQueueFailure(error, url);
  } finally {
    await store.close();
  }
}
