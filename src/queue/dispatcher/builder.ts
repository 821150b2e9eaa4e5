// RhaiDispatcherBuilder: options of a dispatcher, put together in words.

import type { KeyObject } from "node:crypto";
import type { OpenStoreOptions } from "../open-store.ts";
import type { TaskStore } from "../store.ts";
import { type DispatcherOptions, RhaiDispatcher } from "./dispatcher.ts";

/**
 * @example
 * const dispatcher = new RhaiDispatcherBuilder().callerId("web").contextId("reports").redisUrl("redis://127.0.0.1:6379").build();
 */
export class RhaiDispatcherBuilder {
  readonly #options: { -readonly [K in keyof DispatcherOptions]: DispatcherOptions[K] } = {};

  /** Who submits. */
  callerId(callerId: string): this {
    this.#options.callerId = callerId;
    return this;
  }
  /** Context of requests that name none. */
  contextId(context: string): this {
    this.#options.context = context;
    return this;
  }
  /** `redis://`, `rediss://`, `redis+cluster://` or `memory://`. */
  redisUrl(url: string): this {
    this.#options.url = url;
    return this;
  }
  /** TLS, key prefix, deadlines ... of the store behind the URL. */
  storeOptions(options: OpenStoreOptions): this {
    this.#options.storeOptions = options;
    return this;
  }
  /** An open store, in place of a URL. */
  store(store: TaskStore): this {
    this.#options.store = store;
    return this;
  }
  /** Ed25519 private key that signs every task. */
  signingKey(key: string | KeyObject): this {
    this.#options.signingKey = key;
    return this;
  }

  /** Connects with the first call. Throws `invalid`. */
  build(): RhaiDispatcher {
    return new RhaiDispatcher(this.#options);
  }
}
