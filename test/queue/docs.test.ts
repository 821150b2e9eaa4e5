// docs/queue.md: each of its TypeScript examples runs, and yields what its comments say.

import { testExamples } from "../support/doc-examples.ts";
import { threadEntry } from "../support/queue-worker.ts";

/** Threads from a bundle: starting them from the sources takes ten times as long. */
function withBundle(code: string): string {
  return code.replaceAll("new RhaiWorker({", `new RhaiWorker({ threadEntry: "${threadEntry().href}",`);
}

testExamples({ document: "docs/queue.md", moreThan: 8, prepared: withBundle });
