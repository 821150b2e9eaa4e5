// The packages of an engine: Rhai's core set, and the standard set that adds the rest.

import type { Package } from "../function/native.ts";
import { arithmeticPackage } from "./arithmetic.ts";
import { arrayPackage } from "./array.ts";
import { bitFieldPackage } from "./bit-field.ts";
import { blobPackage } from "./blob.ts";
import { fnPackage } from "./fn.ts";
import { iteratorPackage } from "./iter.ts";
import { langCorePackage } from "./lang-core.ts";
import { logicPackage } from "./logic.ts";
import { mapPackage } from "./map.ts";
import { mathPackage } from "./math.ts";
import { stringPackage } from "./string-basic.ts";
import { moreStringPackage } from "./string-more.ts";
import { timePackage } from "./time.ts";

// The order matters: of two functions with the same name and parameter types the later one counts.

/** What even a bare engine needs. */
export const corePackages: readonly Package[] = [
  langCorePackage,
  arithmeticPackage,
  stringPackage,
  iteratorPackage,
  fnPackage,
];

/** Everything: what `Engine` has from the start. */
export const standardPackages: readonly Package[] = [
  ...corePackages,
  bitFieldPackage,
  logicPackage,
  mathPackage,
  arrayPackage,
  blobPackage,
  mapPackage,
  timePackage,
  moreStringPackage,
];
