// Hints for modules that are not there: files that were looked for, names that were not imported.

import { didYouMean, listNames } from "../../lang/spelling.ts";
import { isBlock, isFunction } from "../../lang/walk.ts";
import { scriptDeclarations } from "./declarations.ts";
import { type Failure, importsOf } from "./failure.ts";

/** A hint for "Module not found". */
export function moduleHint(failure: Failure): string {
  const { name = "" } = failure.error.fields;
  const isUse = failure.marks.some(({ node }) => !isBlock(node) && !isFunction(node) && "namespace" in node);
  return isUse ? useHint(failure, name) : importHint(failure, name);
}

/** `a::b` where no `a` was imported. */
function useHint(failure: Failure, path: string): string {
  const [name] = path.split("::");
  const { view, run } = failure;
  if (name === "global")
    return "`global::NAME` reads a constant of the script; there is nothing else in `global`";
  const known = [...importsOf(failure)].map((item) => item.name);
  const near = didYouMean(name, [...known, ...run.engine.globalModules.keys()]);
  if (near !== null) return near;
  const declared = view === null ? [] : scriptDeclarations(view);
  const variable = declared.find((item) => item.name === name && item.kind !== "import");
  if (variable !== undefined) return `\`${name}\` is a variable: its properties are written \`${name}.x\``;
  return `import it first: \`import "${name}" as ${name};\`; an import ends with the block it stands in`;
}

function importHint({ chain, run }: Failure, path: string): string {
  const source = chain.at(-1)?.source ?? null;
  const tried = run.engine.moduleResolver.locations?.(path, source) ?? [];
  if (tried.length === 0) return "the engine's module resolver knows no module of this name";
  return `there is no file ${listNames(tried)} (or it cannot be read)`;
}
