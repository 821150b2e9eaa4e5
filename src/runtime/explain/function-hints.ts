// Hints for "Function not found": is it the name, the number of arguments, their types, or the way of calling?

import type { ScriptFnDef } from "../../lang/ast.ts";
import { isValidIdentifier } from "../../lang/literals.ts";
import { didYouMean } from "../../lang/spelling.ts";
import type { NativeFn } from "../function/native.ts";
import type { Module } from "../module/module.ts";
import { visibleAt } from "./declarations.ts";
import {
  type CallNode,
  callAt,
  chainOf,
  closureNamed,
  type Failure,
  importsOf,
  nativesNamed,
  receiverText,
  scopeNames,
  scriptFunctions,
} from "./failure.ts";
import { foreignFunction, methodElsewhere } from "./foreign-names.ts";
import { containsHint, operatorHint } from "./operator-hints.ts";
import { overloadHint } from "./overload-hints.ts";
import {
  listSignatures,
  type MissingCall,
  nativeSignature,
  parseSignature,
  plural,
  scriptSignature,
} from "./signature.ts";
import { receiverOrigin } from "./unit-origin.ts";

/** Functions that are part of the language, and how they are used. */
const LANGUAGE_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ["type_of", "type_of(value)"],
  ["Fn", 'Fn("name")'],
  ["call", "call(f, ...)` or `f.call(...)"],
  ["curry", "curry(f, value)` or `f.curry(value)"],
  ["eval", "eval(text)"],
  ["is_def_var", 'is_def_var("name")'],
  ["is_def_fn", 'is_def_fn("name", 2)'],
  ["is_shared", "is_shared(variable)"],
]);
const COMPARER = "say which comes first: `list.sort(|a, b| a.x < b.x)`";
const UNSORTABLE = /^elements of .* cannot be sorted$/;

export function functionHint(failure: Failure): string | null {
  const text = failure.error.fields.name ?? "";
  const call = parseSignature(text);
  if (call === null) return UNSORTABLE.test(text) ? COMPARER : badName(text);
  if (call.namespace !== "") return moduleHint(failure, call);
  if (call.name.startsWith("anon$")) return closureHint(failure, call);
  if (!isValidIdentifier(call.name)) return operatorHint(failure, call);
  const node = callAt(failure);
  if (call.name === "contains" && node?.kind === "call" && node.op !== null) return containsHint(call);
  // Behind `f.call(...)` or `list.map(f)` stands another function than the one whose name is in the text.
  return plainHint(failure, call, node?.name === call.name ? node : null);
}

function badName(text: string): string | null {
  if (text === "") return "a function needs a name";
  return `\`${text}\` cannot be the name of a function`;
}

function plainHint(failure: Failure, call: MissingCall, node: CallNode | null): string | null {
  const scripts = scriptFunctions(failure).filter((fn) => fn.name === call.name);
  const natives = nativesNamed(failure, call.name);
  const isMethod = node?.kind === "method";
  const place = isMethod ? chainOf(failure, node) : null;
  if (place !== null && call.types[0] === "()") {
    const origin = receiverOrigin(failure, place);
    if (origin !== null) return origin;
  }
  if (scripts.length + natives.length === 0) return unknownHint(failure, call, node);
  return (
    styleHint(scripts, call, place === null ? null : receiverText(failure, place), node) ??
    thisTypeHint(scripts, call) ??
    wrongArguments(scripts, natives, call, isMethod)
  );
}

/** A script function that exists, but is called the other way round. */
function styleHint(
  scripts: readonly ScriptFnDef[],
  { name, types }: MissingCall,
  object: string | null,
  node: CallNode | null,
): string | null {
  if (node === null) return null;
  const isMethod = node.kind === "method";
  const given = types.length;
  const callable = scripts.find((fn) => fn.thisType === null && fn.params.length === given);
  if (isMethod && callable !== undefined) {
    const call = [object ?? callable.params[0], ...callable.params.slice(1)].join(", ");
    return `a method call binds its object to \`this\`, it is no argument: call \`${name}\` as \`${name}(${call})\``;
  }
  const method = scripts.find((fn) => fn.params.length === given - 1);
  if (!isMethod && method !== undefined) {
    return `if \`${name}\` works on \`this\`, call it as a method: \`x.${name}(${method.params.join(", ")})\``;
  }
  return null;
}

function thisTypeHint(scripts: readonly ScriptFnDef[], { name, types }: MissingCall): string | null {
  const others = scripts.filter((fn) => fn.thisType !== null && fn.params.length === types.length - 1);
  if (others.length === 0 || others.length < scripts.length) return null;
  return `\`${name}\` is a method of ${others.map((fn) => fn.thisType).join(", ")}, not of ${types[0]}`;
}

function wrongArguments(
  scripts: readonly ScriptFnDef[],
  natives: readonly NativeFn[],
  call: MissingCall,
  isMethod: boolean,
): string {
  const arity = call.types.length;
  const sameArity = natives.filter((fn) => fn.params.length === arity);
  if (sameArity.length > 0) return overloadHint(sameArity, call, isMethod);
  if (scripts.some((fn) => fn.thisType === null && fn.params.length === arity)) {
    return `\`${call.name}\` was called with an object as \`this\`, which is no argument`;
  }
  const elsewhere = methodElsewhere(call.name, call.types[0]);
  if (elsewhere !== null) return elsewhere;
  const sameObject = natives.filter((fn) => [call.types[0], "dynamic"].includes(fn.params[0]));
  const known = sameObject.length > 0 ? sameObject : natives;
  const signatures = [...scripts.map(scriptSignature), ...known.map(nativeSignature)];
  const given = isMethod ? `${plural(arity - 1, "argument")} besides its object` : plural(arity, "argument");
  return `wrong number of arguments: there is ${listSignatures(signatures)}, but it was called with ${given}`;
}

// ------------------------------------------------------------- unknown names

function unknownHint(failure: Failure, call: MissingCall, node: CallNode | null): string | null {
  const { name, types } = call;
  const isMethod = node?.kind === "method";
  const usage = LANGUAGE_FUNCTIONS.get(name);
  if (usage !== undefined) return `it is used as \`${usage}\``;
  return (
    variableHint(failure, name, node) ??
    importedHint(failure, name) ??
    methodElsewhere(name, types[0]) ??
    foreignFunction(name) ??
    nearName(failure, call, isMethod) ??
    (isMethod && types[0] === "map"
      ? `the map holds no function \`${name}\`, and there is no method of that name`
      : `no function is called \`${name}\``)
  );
}

/** A variable is called as if it were a function. */
function variableHint(failure: Failure, name: string, node: CallNode | null): string | null {
  if (node === null || node.kind === "method" || failure.view === null) return null;
  const known = visibleAt(failure.view, node.start).some((item) => item.name === name);
  if (!known && !scopeNames(failure).includes(name)) return null;
  return `\`${name}\` is a variable: call the function that it holds with \`${name}.call(...)\``;
}

function hasFunction(module: Module, name: string): boolean {
  for (const fn of module.scriptFunctions.values()) if (fn.name === name) return true;
  return module.hasNativeFunctions && module.functions.named(name).length > 0;
}

function importedHint(failure: Failure, name: string): string | null {
  for (const { name: alias, module } of importsOf(failure)) {
    if (hasFunction(module, name)) return `it is a function of a module: write \`${alias}::${name}(...)\``;
  }
  return null;
}

function nearName(failure: Failure, { name, types }: MissingCall, isMethod: boolean): string | null {
  const scripts = scriptFunctions(failure).map((fn) => fn.name);
  const natives = [...failure.run.engine.registry.all()].filter((fn) => isValidIdentifier(fn.name));
  const takesFirst = natives.filter((fn) => [types[0], "dynamic"].includes(fn.params[0]));
  const likely = isMethod ? didYouMean(name, [...scripts, ...takesFirst.map((fn) => fn.name)]) : null;
  const all = [...scripts, ...natives.map((fn) => fn.name), ...LANGUAGE_FUNCTIONS.keys()];
  const near = likely ?? didYouMean(name, all);
  return near === null ? null : `no function is called \`${name}\`; ${near}`;
}

// ------------------------------------------------------------------- modules

function moduleHint(failure: Failure, { namespace, name, types }: MissingCall): string | null {
  if (namespace === "global") return `\`global\` holds constants only: call \`${name}(...)\``;
  const [first, ...rest] = namespace.split("::");
  const found = [...importsOf(failure)].find((item) => item.name === first)?.module;
  const root = found ?? failure.run.engine.globalModules.get(first);
  const module = root?.resolve(rest) ?? null;
  if (module === null) return root === undefined ? null : `\`${first}\` has no module \`${rest.join("::")}\``;
  const scripts = [...module.scriptFunctions.values()].map((fn) => fn.def);
  const natives = module.hasNativeFunctions ? [...module.functions.all()] : [];
  const signatures = [
    ...scripts.filter((fn) => fn.name === name).map(scriptSignature),
    ...natives.filter((fn) => fn.name === name).map(nativeSignature),
  ];
  if (signatures.length > 0) {
    return `\`${namespace}\` has ${listSignatures(signatures)}, but it was called with (${types.join(", ")})`;
  }
  const near = didYouMean(
    name,
    [...scripts, ...natives].map((fn) => fn.name),
  );
  const reason = `\`${namespace}\` has no public function \`${name}\``;
  return near === null ? reason : `${reason}; ${near}`;
}

// ------------------------------------------------------------------ closures

function closureHint(failure: Failure, { name, types }: MissingCall): string | null {
  const closure = closureNamed(failure, name);
  if (closure === null) return null;
  const captured = closure.captures.length;
  const caller = failure.chain.at(-2)?.error;
  const native = caller?.kind === "ErrorInFunctionCall" ? (caller.fields.name ?? "") : "";
  const node = callAt(failure);
  // A function that a map holds is called with the map as its object.
  const objects = node?.kind === "method" && node.name !== "call" ? 1 : 0;
  const takes = `the closure takes ${plural(closure.fn.params.length - captured, "argument")}`;
  return native === "" || native.startsWith("anon$")
    ? `${takes}, not ${types.length - captured - objects}`
    : `${takes}, more or fewer than \`${native}\` gives it`;
}
