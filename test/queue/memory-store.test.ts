// The suite on the memory store.

import { createMemoryStore } from "../../src/queue/memory/store.ts";
import { testTaskStore } from "./store.suite.ts";

testTaskStore({ name: "memory", setup: createMemoryStore });
