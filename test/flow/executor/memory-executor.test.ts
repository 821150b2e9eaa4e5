// The executor's suite on the memory store.

import { createMemoryFlowStore } from "../../../src/flow/memory/store.ts";
import type { FlowStore } from "../../../src/flow/store.ts";
import { testFlowExecutor } from "./suite.ts";

testFlowExecutor({
  name: "memory",
  context: () => {
    const store = createMemoryFlowStore();
    // Closing one executor leaves the store to the others.
    return (): FlowStore => ({ ...store, close: async () => undefined });
  },
});
