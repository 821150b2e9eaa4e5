// Hints for names of variables that do not exist where they are used, and for `this`.

import { didYouMean } from "../../lang/spelling.ts";
import { type Declaration, declarationsAround, scriptDeclarations, visibleAt } from "./declarations.ts";
import { type Failure, importsOf, nativesNamed, scopeNames, scriptFunctions } from "./failure.ts";
import { foreignVariable } from "./foreign-names.ts";
import { SourceView } from "./source-view.ts";

const GLOBAL = "global";

export function variableHint(failure: Failure): string | null {
  const full = failure.error.fields.name ?? "";
  const split = full.lastIndexOf("::");
  if (split >= 0) return memberHint(failure, full.slice(0, split), full.slice(split + 2));
  const { view, subject } = failure;
  const offset = subject?.start ?? failure.marks[0]?.name?.start ?? null;
  if (view !== null && offset !== null) {
    const hint = declaredElsewhere(failure, view, full, offset);
    if (hint !== null) return hint;
  }
  return (
    foreignVariable(full) ??
    aliasHint(failure, full) ??
    didYouMean(full, namesAt(failure, offset)) ??
    functionHint(failure, full) ??
    `there is no variable \`${full}\` here: declare it with \`let ${full} = ...;\``
  );
}

/** Names that could have been meant at `offset`. */
function namesAt(failure: Failure, offset: number | null): string[] {
  const { view } = failure;
  const functions = scriptFunctions(failure).map((fn) => fn.name);
  if (view === null || offset === null) return functions;
  const visible = visibleAt(view, offset)
    .filter((item) => item.kind !== "import")
    .map((item) => item.name);
  const host = view.functionAt(offset) === null ? scopeNames(failure) : [];
  return [...visible, ...host, ...functions];
}

/** The variable exists, but not here. */
function declaredElsewhere(failure: Failure, view: SourceView, name: string, offset: number): string | null {
  const fn = view.functionAt(offset);
  if (fn !== null) {
    const outer = scriptDeclarations(view).findLast((item) => item.name === name && item.isTopLevel);
    if (outer?.kind === "constant")
      return `functions see no variables from outside: write \`${GLOBAL}::${name}\` for the constant`;
    const pass = `functions are pure, they see no variables from outside: pass \`${name}\` as a parameter, or call with \`${fn.name}!(...)\``;
    if (outer?.kind === "variable") return `${pass}; a constant could be read as \`${GLOBAL}::${name}\``;
    if (scopeNames(failure).includes(name)) return pass;
  }
  const same = declarationsAround(view, offset).filter(
    (item) => item.name === name && item.kind !== "import",
  );
  const own = same.find((item) => item.start <= offset && offset < item.scope.start && item.value !== null);
  if (own !== undefined) return `\`${name}\` does not exist yet while its first value is computed`;
  const later = same.find((item) => item.start > offset);
  const ended = same.findLast((item) => item.scope.end <= offset);
  if (ended !== undefined) return endedHint(view, ended);
  return later === undefined ? null : laterHint(view, later, offset);
}

function endedHint(view: SourceView, { name, kind, start }: Declaration): string {
  const line = view.lineAt(start);
  if (kind === "variable" || kind === "constant") {
    return `\`${name}\` of line ${line} ended with its block: declare it before the block`;
  }
  return `\`${name}\` of line ${line} is a ${kind}, which ends with its block`;
}

function laterHint(view: SourceView, { name, start }: Declaration, offset: number): string {
  const line = view.lineAt(start);
  const closure = view
    .around({ start: offset, end: offset + 1 })
    .findLast((node) => "captures" in node && node.end <= start);
  return closure === undefined
    ? `\`${name}\` is declared only later, in line ${line}`
    : `a closure captures variables that exist where it is written; \`${name}\` is declared only later, in line ${line}: move it before the closure, or make it a parameter`;
}

function aliasHint(failure: Failure, name: string): string | null {
  for (const item of importsOf(failure)) {
    if (item.name === name) return `\`${name}\` is a module: write \`${name}::item\``;
  }
  return null;
}

function functionHint(failure: Failure, name: string): string | null {
  const natives = nativesNamed(failure, name);
  if (natives.length === 0) return null;
  const args = natives.every((fn) => fn.params.length === 0) ? "" : "...";
  return `\`${name}\` is a function: call it with \`${name}(${args})\`, or point to it with \`Fn("${name}")\``;
}

/** `a::b` was not found in a module that exists, or in `global`. */
function memberHint(failure: Failure, namespace: string, name: string): string | null {
  if (namespace === GLOBAL) return globalHint(failure, name);
  const [first, ...rest] = namespace.split("::");
  const found = [...importsOf(failure)].find((item) => item.name === first)?.module;
  const module = (found ?? failure.run.engine.globalModules.get(first))?.resolve(rest) ?? null;
  if (module === null) return rest.length === 0 ? null : `\`${first}\` has no module \`${rest.join("::")}\``;
  const isFunction = [...module.scriptFunctions.values()].some((fn) => fn.name === name);
  if (isFunction)
    return `\`${name}\` is a function of \`${namespace}\`: call it with \`${namespace}::${name}(...)\``;
  const near = didYouMean(name, module.variables.keys());
  return near ?? `modules show only what they \`export\`; \`${namespace}\` exports no \`${name}\``;
}

function globalHint(failure: Failure, name: string): string {
  const { view, run, subject, marks } = failure;
  const offset = subject?.start ?? marks[0]?.node.start;
  const declared = scriptDeclarations(view ?? new SourceView(run.ast));
  const constants = declared.filter((item) => item.kind === "constant" && item.isTopLevel);
  const own = declared.find((item) => item.name === name && item.isTopLevel);
  if (own?.kind === "variable")
    return `\`${GLOBAL}\` holds constants only: declare it with \`const ${name}\``;
  if (own?.kind === "constant" && offset !== undefined && view?.functionAt(offset) === null)
    return `\`${GLOBAL}::\` is for functions: outside of them write \`${name}\``;
  if (own?.kind === "constant")
    return `\`const ${name}\` must have been run before \`${GLOBAL}::${name}\` is read inside a function`;
  const near = didYouMean(
    name,
    constants.map((item) => item.name),
  );
  return near ?? `\`${GLOBAL}\` holds the constants that the script declares at its top level`;
}

/** `this` in a function that was called without an object. */
export function unboundThisHint({ view, subject }: Failure): string {
  const around = view === null || subject === null ? [] : view.around(subject);
  const inClosure = around.some((node) => "captures" in node);
  const fn = inClosure || view === null || subject === null ? null : view.functionAt(subject.start);
  if (fn === null) {
    return "`this` is the object of a method call: call the closure as a property of a map, `m.f()`, or with `x.call(f)`; callbacks of array functions have it only when they take no parameter";
  }
  const call = `x.${fn.name}(${fn.params.join(", ")})`;
  return `\`this\` is the object of a method call: call \`${fn.name}\` as \`${call}\``;
}
