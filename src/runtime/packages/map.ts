// BasicMapPackage: the functions of object maps.

import { definePackage } from "../function/native.ts";
import { registerMapBasics } from "./map-basic.ts";
import { registerMapCallbacks } from "./map-callbacks.ts";

/** `BasicMapPackage`: what object maps can do. See "Standard Object Map Functions" in Rhai's book. */
export const mapPackage = definePackage("BasicMapPackage", (m) => {
  registerMapBasics(m);
  registerMapCallbacks(m);
});
