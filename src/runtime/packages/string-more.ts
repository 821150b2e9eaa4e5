// MoreStringPackage: everything that can be done with strings, and the case and order of chars.

import { definePackage } from "../function/native.ts";
import { registerCase } from "./string-case.ts";
import { registerConcat } from "./string-concat.ts";
import { registerEdit } from "./string-edit.ts";
import { registerPad } from "./string-pad.ts";
import { registerParts } from "./string-parts.ts";
import { registerQuery } from "./string-query.ts";
import { registerSplit } from "./string-split.ts";

/** `MoreStringPackage`: further functions of strings and characters. See "Standard String Functions" in Rhai's book. */
export const moreStringPackage = definePackage("MoreStringPackage", (m) => {
  registerConcat(m);
  registerQuery(m);
  registerEdit(m);
  registerCase(m);
  registerParts(m);
  registerPad(m);
  registerSplit(m);
});
