// LanguageCorePackage: leaving a script, taking values, tags, sleeping.

import { ExitSignal } from "../control.ts";
import { arithmeticError, runtimeError } from "../errors.ts";
import { definePackage, type PackageBuilder } from "../function/native.ts";
import type { Int } from "../value/int.ts";
import type { Ref } from "../value/objects.ts";
import type { Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import { tagOf, withTag } from "./lang-core-tags.ts";

/** `LanguageCorePackage`: tags, `sleep`, `exit`, `parse_json` and more of the core. See "Built-in Packages" in Rhai's book. */
export const langCorePackage = definePackage("LanguageCorePackage", (m) => {
  registerExit(m);
  registerTake(m);
  registerTags(m);
  registerSleep(m);
});

function exit(value: Value): never {
  throw new ExitSignal(value);
}

function registerExit(m: PackageBuilder): void {
  m.fn("exit", ["dynamic"], "dynamic", exit, {
    isPure: false,
    doc: "Ends the whole script with this value; no `catch` stops it.",
    paramNames: ["value"],
  });
  m.fn("exit", [], "dynamic", () => exit(undefined), {
    isPure: false,
    doc: "Ends the whole script with the value `()`.",
  });
}

function registerTake(m: PackageBuilder): void {
  const take = (place: Ref) => {
    const value = place.value;
    place.value = undefined;
    return value;
  };
  m.inPlace("take", ["dynamic"], "dynamic", take, {
    isPure: false,
    doc: "Moves the value out without copying it; `()` stays behind.",
    paramNames: ["value"],
  });
}

const TAG_MIN = -(2 ** 31);
const TAG_MAX = 2 ** 31 - 1;

function setTag(place: Ref, tag: Int): void {
  if (tag < TAG_MIN || tag > TAG_MAX) {
    const size = tag < TAG_MIN ? "small" : "large";
    throw arithmeticError(
      `${tag} is too ${size} to fit into a tag (must be between ${TAG_MIN} and ${TAG_MAX})`,
    );
  }
  place.value = withTag(place.value, Number(tag));
}

function registerTags(m: PackageBuilder): void {
  const read = { isPure: false, doc: "The number attached to a value, 0 at first.", paramNames: ["value"] };
  m.pure("tag", ["dynamic"], "i64", tagOf, read);
  m.getter("tag", "dynamic", "i64", tagOf, "ref", read);
  m.inPlace(["set_tag", "set$tag"], ["dynamic", "i64"], "()", setTag, {
    isPure: false,
    doc: "Attaches a number (32 bits) to a value; copies of the value keep it.",
    paramNames: ["value", "tag"],
  });
}

/** Blocks the thread. Throws where the host forbids that, as browsers do. */
function sleep(seconds: number): void {
  if (!(seconds > 0)) return;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
  } catch {
    throw runtimeError("this host does not let a script block; the tasks package has a `sleep` that waits");
  }
}

const SMALLEST_NORMAL = 2 ** -1022;

function registerSleep(m: PackageBuilder): void {
  const options = {
    isPure: false,
    doc: "Blocks the thread for that many seconds; not at all for a negative number, NaN or infinity.",
    paramNames: ["seconds"],
  };
  const sleepFloat = (seconds: Float) => {
    if (seconds.value >= SMALLEST_NORMAL && seconds.value !== Infinity) sleep(seconds.value);
  };
  m.fn("sleep", ["f64"], "()", sleepFloat, options);
  m.fn("sleep", ["i64"], "()", (seconds: Int) => sleep(Number(seconds)), options);
}
