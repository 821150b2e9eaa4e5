// Hints for values of the wrong type: conditions, indices, keys, characters, pointers, things to iterate over.

import { isBlock, isFunction, type WalkNode } from "../../lang/walk.ts";
import { chainOf, type Failure, quoted } from "./failure.ts";
import { receiverOrigin } from "./unit-origin.ts";

const NUMBERS: ReadonlySet<string> = new Set(["i64", "f64", "u8"]);
const CONTAINERS: ReadonlySet<string> = new Set(["string", "array", "map", "blob"]);

/** How to make a bool of a value of type `type`. */
function asBool(text: string, type: string): string {
  if (NUMBERS.has(type)) return `write \`${text} != 0\``;
  if (CONTAINERS.has(type)) return `write \`!${text}.is_empty()\``;
  if (type === "()") return `write \`${text} != ()\``;
  if (type === "Fn") return "call the function to get its result";
  return "compare it with something";
}

function isAssignment(node: WalkNode | null): boolean {
  return node !== null && !isBlock(node) && !isFunction(node) && node.kind === "assign";
}

function boolHint(failure: Failure, actual: string): string {
  const { subject } = failure;
  if (isAssignment(subject)) return "a bit of a number is true or false";
  const text = quoted(failure, subject);
  const simple = /^[\w.:]+(\(\))?$/.test(text) ? text : "(...)";
  return `conditions must be bool, there is no "truthy": ${asBool(simple, actual)}`;
}

function indexHint(actual: string): string | null {
  switch (actual) {
    case "string":
      return "arrays and strings are indexed by whole numbers; only object maps by strings";
    case "f64":
      return "make a whole number of it with `to_int()`";
    case "char":
      return "the number of a digit is `parse_int(c.to_string())`, that of a character `c.to_int()`";
    case "()":
      return "the index is `()`, the empty value";
    case "range":
      return "a part of an array is taken with `list.extract(1..3)`";
    default:
      return "a whole number is needed here";
  }
}

/** Whether the subject is what stands between brackets. */
function isIndex({ view, subject }: Failure): boolean {
  if (view === null || subject === null) return false;
  return view.around(subject).some((node) => "index" in node && node.index.pos === subject.pos);
}

function stringHint(failure: Failure, actual: string): string {
  if (actual === "()") return "a string is needed here, this is `()`, the empty value";
  if (actual === "Fn") return "it is a function already: use it as it is";
  if (!isIndex(failure)) return `a string is needed here, not ${actual}`;
  const text = quoted(failure, failure.subject);
  const literal = /^'(.)'$/u.exec(text) ?? /^(-?\d+)$/.exec(text);
  const key = literal === null ? `${text}.to_string()` : `"${literal[1]}"`;
  return `the keys of object maps are strings: write \`${key}\``;
}

/** A hint for "Data type incorrect". */
export function mismatchHint(failure: Failure): string | null {
  const { name: requested = "", detail = "" } = failure.error.fields;
  // Some of Rhai's messages name ranges as Rust does.
  const actual = /^range=?$|::Range/.test(detail) ? "range" : detail;
  switch (requested) {
    case "bool":
      return boolHint(failure, actual);
    case "i64":
      return indexHint(actual);
    case "string":
      return stringHint(failure, actual);
    case "char":
      return actual === "string"
        ? "a character of a string is replaced by a character, in single quotes: `'x'`"
        : "a character of a string is replaced by a character: `'x'`";
    case "Fn":
      return 'only functions can be called: a closure, the name of a function of the script, or `Fn("name")`';
    case "integer":
      return "a range of bits is set to a whole number";
    case "INT":
      return "the elements of a blob are whole numbers from 0 to 255";
    default:
      return null;
  }
}

/** A hint for "Output type incorrect". */
export function outputHint({ error }: Failure): string | null {
  const { name: requested = "", detail: actual = "" } = error.fields;
  if (requested === "map") return `\`parse_json\` reads objects only, \`{...}\`, and this is ${actual}`;
  return null;
}

/** A hint for a value that cannot be indexed. */
export function indexerHint(failure: Failure): string {
  const target = (failure.error.fields.name ?? "").split(" [")[0];
  if (target === "()") {
    const place = failure.subject === null ? null : chainOf(failure, failure.subject);
    const origin = place === null ? null : receiverOrigin(failure, place);
    return origin ?? "the value before the bracket is `()`: go on with `?[`, or give a default with `??`";
  }
  if (target === "Fn") return "this is a function that was not called: write `f.call(...)`";
  return `values of type ${target} have no elements: arrays, object maps, strings, blobs and the bits of integers can be indexed`;
}

/** What the loop is over: the error's position is only where that begins. */
function iterable({ view, subject }: Failure): WalkNode | null {
  if (view === null || subject === null) return null;
  const loop = view.around(subject).findLast((node) => "iterable" in node);
  return loop !== undefined && "iterable" in loop ? loop.iterable : subject;
}

/** A hint for a `for` loop over something that is no sequence. */
export function iterationHint(failure: Failure): string {
  const { detail: type = "" } = failure.error.fields;
  const text = quoted(failure, iterable(failure));
  switch (type) {
    case "map":
      return `loop over the keys or the values of a map: \`for key in ${text}.keys()\`, \`${text}.values()\``;
    case "i64":
      return `count with a range: \`for i in 0..${text}\``;
    case "f64":
      return "count with `range(from, to, step)`";
    case "()":
      return `\`${text}\` is \`()\`, the empty value: give a default, as in \`${text} ?? []\``;
    default:
      return "`for` takes arrays, ranges, strings, blobs and what `range`, `chars`, `bits`, `split` ... return";
  }
}
