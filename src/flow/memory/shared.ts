// Memory stores by name, shared within the process by all who open the name.

import type { Clock } from "../../queue/clock.ts";
import { QueueError } from "../../queue/errors.ts";
import type { FlowStore } from "../store.ts";
import { createMemoryFlowStore } from "./store.ts";

interface Shared {
  readonly store: FlowStore;
  holders: number;
}

const stores = new Map<string, Shared>();

/** The store of that name; it is gone when all who asked for it have closed it. The first one's clock counts. */
export function sharedMemoryFlowStore(name: string, clock?: Clock): FlowStore {
  const shared = stores.get(name) ?? { store: createMemoryFlowStore({ clock }), holders: 0 };
  stores.set(name, shared);
  shared.holders++;
  return viewOf(shared, name);
}

/** Closing a view leaves the store to the others. */
function viewOf(shared: Shared, name: string): FlowStore {
  let closed = false;
  const verbs = Object.entries(shared.store).map(([verb, act]) => {
    if (verb === "qualify") return [verb, act] as const;
    const call = act as (params: unknown) => Promise<unknown>;
    const guarded = async (params: unknown): Promise<unknown> => {
      if (closed) throw new QueueError("closed");
      return await call(params);
    };
    return [verb, guarded] as const;
  });
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    if (--shared.holders > 0) return;
    stores.delete(name);
    await shared.store.close();
  };
  return { ...(Object.fromEntries(verbs) as unknown as FlowStore), close };
}
