// Memory stores by name, shared within the process: each holder closes its own view.

import { closingController } from "../closing.ts";
import { QueueError } from "../errors.ts";
import type { TaskStore } from "../store.ts";
import type { TextLimits } from "../task-limits.ts";
import { createMemoryStore } from "./store.ts";

interface Shared {
  readonly store: TaskStore;
  holders: number;
}

const stores = new Map<string, Shared>();

/** The store of that name; it is gone when all who asked for it have closed it. */
export function sharedMemoryStore(name: string, textLimits?: Partial<TextLimits>): TaskStore {
  const shared = stores.get(name) ?? { store: createMemoryStore({ textLimits }), holders: 0 };
  stores.set(name, shared);
  shared.holders++;
  return new View(shared.store, async () => {
    if (--shared.holders > 0) return;
    stores.delete(name);
    await shared.store.close();
  }).store;
}

type Verb = (params: { readonly signal?: AbortSignal }) => Promise<unknown>;

/** Verbs that wait: they have to end when their view closes, though the store goes on. */
const WAITING: ReadonlySet<string> = new Set(["waitForWork", "waitForResult", "readEvents"]);

class View {
  readonly store: TaskStore;
  readonly #closing = closingController();

  constructor(inner: TaskStore, release: () => Promise<void>) {
    const verbs: [string, unknown][] = Object.entries(inner).map(([name, verb]) => [
      name,
      this.#guarded(name, verb as Verb),
    ]);
    const close = async () => {
      if (this.#closing.signal.aborted) return;
      this.#closing.abort();
      await release();
    };
    const health = async () =>
      this.#closing.signal.aborted ? { ok: false, latencyMs: null, error: "closed" } : await inner.health();
    this.store = { ...(Object.fromEntries(verbs) as unknown as TaskStore), close, health };
  }

  #guarded(name: string, verb: Verb): Verb {
    const { signal } = this.#closing;
    return async (params) => {
      if (signal.aborted) throw new QueueError("closed");
      if (!WAITING.has(name)) return await verb(params);
      const signals = params.signal === undefined ? [signal] : [signal, params.signal];
      try {
        return await verb({ ...params, signal: AbortSignal.any(signals) });
      } catch (error) {
        throw signal.aborted ? new QueueError("closed") : error;
      }
    };
  }
}
