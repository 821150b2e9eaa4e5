// The packages of an engine: the standard set, and the functions that need the evaluator.

import { languagePackage } from "./eval/language-package.ts";
import type { Package } from "./function/native.ts";
import { standardPackages as plainPackages } from "./packages/standard.ts";

/** All standard packages: what `new Engine()` has from the start. */
export const standardPackages: readonly Package[] = Object.freeze([...plainPackages, languagePackage]);
