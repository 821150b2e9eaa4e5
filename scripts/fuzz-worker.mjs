// Loads the fuzzing thread from its TypeScript source: a worker does not inherit tsx.

import { register } from "tsx/esm/api";

register();
await import("./fuzz-thread.ts");
