// Hints for attempts to change constants.

import { visibleAt } from "./declarations.ts";
import { chainOf, type Failure, scriptFunctions, variableName } from "./failure.ts";

/** The `const` statement behind a name, in words; null when there is none. */
function declaration({ view, subject }: Failure, name: string): string | null {
  if (view === null || subject === null) return null;
  const declared = visibleAt(view, subject.start).find((item) => item.name === name);
  if (declared?.kind !== "constant") return null;
  return `\`${name}\` was declared with \`const\` in line ${view.lineAt(declared.start)}`;
}

/** Why a name cannot be changed. */
function origin(failure: Failure, name: string): string {
  const declared = declaration(failure, name);
  if (declared !== null) return declared;
  if (scriptFunctions(failure).some((fn) => fn.name === name)) return `\`${name}\` is a function`;
  return failure.run.scope.find(name)?.constant
    ? `\`${name}\` is a constant of the host`
    : `\`${name}\` is a constant`;
}

/** A hint for "Cannot modify constant". */
export function assignmentHint(failure: Failure): string {
  const { name = "" } = failure.error.fields;
  if (name === "") return "the object of this method call is a constant: copy it into a variable first";
  const { subject } = failure;
  if (subject !== null && "namespace" in subject && subject.namespace !== null) {
    return "what a module exports can be read but not changed: copy it into a variable first";
  }
  const copy = `change a copy, \`let copy = ${name};\``;
  const declared = declaration(failure, name);
  return declared === null
    ? `${origin(failure, name)}: ${copy}`
    : `${declared}: declare it with \`let\`, or ${copy}`;
}

/** A hint for a method that would change a constant. */
export function methodHint(failure: Failure): string {
  const { name = "" } = failure.error.fields;
  const { subject } = failure;
  const place = subject === null ? null : chainOf(failure, subject);
  const root = place === null ? null : variableName(place.chain.root);
  if (name.includes("$")) return "copy the constant into a variable first";
  if (root === null) return `\`${name}\` changes its object: copy the constant into a variable first`;
  const copy = `let copy = ${root}; copy.${name}(...)`;
  const only = place !== null && place.index === 0;
  return only
    ? `\`${name}\` changes its object, and ${origin(failure, root)}: change a copy, \`${copy}\``
    : `\`${name}\` changes its object, and ${origin(failure, root)}: change a copy`;
}
