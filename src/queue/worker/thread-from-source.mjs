// Starts a script thread from the sources, where there is no bundle of it: in tests and under `tsx`.

import { register } from "tsx/esm/api";

register();
await import("./thread.ts");
