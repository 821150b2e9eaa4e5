// Function pointers made from a name that is only known at run time.

import { isReserved, isStandardSyntax, isValidFunctionName } from "../../lang/literals.ts";
import { reserved } from "../../lang/parse-errors.ts";
import { NO_POSITION } from "../../lang/position.ts";
import { functionNotFound, parsingError } from "../errors.ts";
import { FnPtr } from "../value/fn-ptr.ts";

/** The pointer for `Fn(name)` and for a callback given by its name. Throws for keywords, operators and other non-names. */
export function fnPtrFromName(name: string): FnPtr {
  if (isValidFunctionName(name)) return new FnPtr(name);
  if (isReserved(name) || isStandardSyntax(name)) throw parsingError(reserved(name, NO_POSITION));
  throw functionNotFound(name);
}
