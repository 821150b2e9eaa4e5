// Opening a store by URL: the one place that knows which kinds there are.

import { QueueError } from "./errors.ts";
import { sharedMemoryStore } from "./memory/shared.ts";
import { createRedisStore, type RedisStoreOptions } from "./redis/store.ts";
import type { TaskStore } from "./store.ts";

/** Options of the store behind a URL; those of Redis do nothing for `memory://`. */
export type OpenStoreOptions = Omit<RedisStoreOptions, "url" | "clock">;

/**
 * Opens the store that a URL names.
 * - `redis://user:password@host:6379/0`, `rediss://` with TLS (certificates: `?ca=FILE&cert=FILE&key=FILE`, or the option
 *   `tls`);
 * - `redis+cluster://host:6379,host:6379`, `rediss+cluster://`: Redis Cluster (or the option `cluster`);
 * - `redis+sentinel://user:password@host:26379,host:26379/NAME/0`, `rediss+sentinel://`: the master that sentinels know by
 *   that name (or the option `sentinels`);
 * - `memory://name`: in this process, shared by all who open the name, for as long as one of them has it open.
 *
 * Connects with the first call. Throws `invalid`; no complaint shows the URL, which may hold a password.
 *
 * @example
 * const store = openStore("redis://127.0.0.1:6379");
 */
export function openStore(url: string, options: OpenStoreOptions = {}): TaskStore {
  if (/^memory:\/\//.test(url)) return sharedMemoryStore(url.slice("memory://".length), options.textLimits);
  if (!/^rediss?(\+(cluster|sentinel))?:\/\//.test(url)) {
    throw new QueueError(
      "invalid",
      "store URL (redis://, rediss://, redis+cluster://, redis+sentinel:// or memory:// is needed)",
    );
  }
  return createRedisStore({ ...options, url });
}
