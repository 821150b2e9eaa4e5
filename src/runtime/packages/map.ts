// BasicMapPackage: the functions of object maps.

import { definePackage } from "../function/native.ts";
import { registerMapBasics } from "./map-basic.ts";
import { registerMapCallbacks } from "./map-callbacks.ts";

export const mapPackage = definePackage("BasicMapPackage", (m) => {
  registerMapBasics(m);
  registerMapCallbacks(m);
});
