// Opening a store by URL: the one place that knows which kinds there are.

import { QueueError } from "./errors.ts";
import { sharedMemoryStore } from "./memory/shared.ts";
import { createRedisStore, type RedisStoreOptions } from "./redis/store.ts";
import type { TaskStore } from "./store.ts";

/** Options of the store behind a URL; those of Redis do nothing for `memory://`. */
export type OpenStoreOptions = Omit<RedisStoreOptions, "url" | "clock">;

/**
 * Opens the store that a URL names.
 * - `redis://user:password@host:6379/0`, `rediss://` with TLS (certificates: option `tls`);
 * - `redis+cluster://host:6379`, `rediss+cluster://`: Redis Cluster (or the option `cluster`);
 * - `memory://name`: in this process, shared by all who open the name, for as long as one of them has it open.
 *
 * Connects with the first call. Throws `invalid`; no complaint shows the URL, which may hold a password.
 *
 * @example
 * const store = openStore("redis://127.0.0.1:6379");
 */
export function openStore(url: string, options: OpenStoreOptions = {}): TaskStore {
  const [, scheme = "", cluster] = /^([a-z]+)(\+cluster)?:\/\//.exec(url) ?? [];
  if (scheme === "memory" && cluster === undefined)
    return sharedMemoryStore(url.slice("memory://".length), options.textLimits);
  if (scheme !== "redis" && scheme !== "rediss") {
    throw new QueueError(
      "invalid",
      "store URL (redis://, rediss://, redis+cluster:// or memory:// is needed)",
    );
  }
  if (cluster === undefined) return createRedisStore({ ...options, url });
  return createRedisStore({ ...options, url: url.replace(cluster, ""), cluster: true });
}
