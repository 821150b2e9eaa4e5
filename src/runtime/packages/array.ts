// BasicArrayPackage: the functions of arrays.

import { definePackage } from "../function/native.ts";
import { registerArrayBasics } from "./array-basic.ts";
import { registerArrayCallbacks } from "./array-callbacks.ts";
import { registerArrayEquality } from "./array-equality.ts";
import { registerArraySearch } from "./array-search.ts";
import { registerArraySlices } from "./array-slices.ts";
import { registerArraySort } from "./array-sort.ts";

/** `BasicArrayPackage`: what arrays can do. See "Standard Array Functions" in Rhai's book. */
export const arrayPackage = definePackage("BasicArrayPackage", (m) => {
  registerArrayBasics(m);
  registerArraySlices(m);
  registerArrayCallbacks(m);
  registerArraySearch(m);
  registerArrayEquality(m);
  registerArraySort(m);
});
