// The suite on the memory store.

import { createMemoryFlowStore } from "../../../src/flow/memory/store.ts";
import { testFlowStore } from "./suite.ts";

testFlowStore({ name: "memory", setup: ({ clock }) => createMemoryFlowStore({ clock }) });
