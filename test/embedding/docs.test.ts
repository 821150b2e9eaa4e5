// docs/embedding.md: each of its examples runs, and yields what its comments say.

import { testExamples } from "../support/doc-examples.ts";

testExamples({ document: "docs/embedding.md", moreThan: 40 });
