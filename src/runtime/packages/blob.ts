// BasicBlobPackage: the functions of blobs.

import { definePackage } from "../function/native.ts";
import { registerBlobBasics } from "./blob-basic.ts";
import { registerBlobNumbers } from "./blob-numbers.ts";
import { registerBlobSlices } from "./blob-slices.ts";

/** `BasicBlobPackage`: what BLOBs can do. See "Standard BLOB Functions" in Rhai's book. */
export const blobPackage = definePackage("BasicBlobPackage", (m) => {
  registerBlobBasics(m);
  registerBlobSlices(m);
  registerBlobNumbers(m);
});
