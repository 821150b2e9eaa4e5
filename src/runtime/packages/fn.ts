// BasicFnPackage: what a script can ask of a function pointer.

import { definePackage } from "../function/native.ts";
import type { FnPtr } from "../value/fn-ptr.ts";

/** `BasicFnPackage`: what function pointers tell of themselves. See "Function Pointers" in Rhai's book. */
export const fnPackage = definePackage("BasicFnPackage", (m) => {
  const name = (fnPtr: FnPtr) => fnPtr.name;
  const nameOptions = { doc: "Name of the function; closures have generated names.", paramNames: ["fn_ptr"] };
  m.pure("name", ["Fn"], "string", name, nameOptions);
  m.getter("name", "Fn", "string", name, "ref", nameOptions);

  const isAnonymous = (fnPtr: FnPtr) => fnPtr.isAnonymous;
  const anonymousOptions = { doc: "True for a closure.", paramNames: ["fn_ptr"] };
  m.pure("is_anonymous", ["Fn"], "bool", isAnonymous, anonymousOptions);
  m.getter("is_anonymous", "Fn", "bool", isAnonymous, "ref", anonymousOptions);
});
