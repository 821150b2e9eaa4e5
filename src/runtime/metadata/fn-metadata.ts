// Function metadata in the form of Rhai's `gen_fn_metadata_to_json`.

import type { Ast, ScriptFnDef } from "../../lang/ast.ts";
import type { NativeFn } from "../function/native.ts";
import type { HostType } from "../host/host-object.ts";
import type { Module } from "../module/module.ts";
import { compareStrings } from "../value/containers.ts";
import { commentsOfDoc, groupedComments } from "./doc-comments.ts";
import { fnHash } from "./fn-hash.ts";
import { nativeSignature, paramType, returnType, scriptSignature, type TypeStyle } from "./signature.ts";
import { globalFunctions, type MetadataSources } from "./sources.ts";

/** A parameter; members that are not known are absent. */
export interface FnParamMetadata {
  /** Its name. */
  readonly name?: string;
  /** Its type. */
  readonly type?: string;
}

/** A function; members that would be empty are absent. */
export interface FnMetadata {
  /** The same for all functions of one name and number of parameters. */
  readonly baseHash: number;
  /** Different for each overload of native functions. */
  readonly fullHash: number;
  /** `global`: callable without the name of its module. */
  readonly namespace: "global" | "internal";
  /** `private` functions can be called by their own module only. */
  readonly access: "public" | "private";
  /** Name of the function. */
  readonly name: string;
  /** Whether it is a closure. */
  readonly isAnonymous: boolean;
  /** Written in Rhai, or by the host. */
  readonly type: "script" | "native";
  /** The type that `this` has to have. */
  readonly thisType?: string;
  /** Number of parameters. */
  readonly numParams: number;
  /** The parameters. */
  readonly params?: readonly FnParamMetadata[];
  /** Type of the result. */
  readonly returnType?: string;
  /** Name, parameters and result in one line. */
  readonly signature: string;
  /** Documentation, as it is written. */
  readonly docComments?: readonly string[];
}

/** A host class that scripts know. */
export interface CustomTypeMetadata {
  /** Name of the class. */
  readonly typeName: string;
  /** Name in scripts. */
  readonly displayName: string;
}

/** A module, or the global namespace; members that would be empty are absent. */
export interface ModuleMetadata {
  /** Sub-modules by name. */
  readonly modules?: Readonly<Record<string, ModuleMetadata>>;
  /** Host classes. */
  readonly customTypes?: readonly CustomTypeMetadata[];
  /** Functions, sorted by name. */
  readonly functions?: readonly FnMetadata[];
  /** Documentation of the module. */
  readonly doc?: string;
}

/** Options of `Engine.fnMetadata` and `Engine.genFnMetadataToJson`. */
export interface MetadataOptions {
  /** Also list the functions of the standard packages. Default false. */
  readonly includeStandardPackages?: boolean;
  /** A script whose functions are listed as well. */
  readonly ast?: Ast;
}

function nativeMetadata(fn: NativeFn, isGlobal: boolean, style: TypeStyle): FnMetadata {
  const base = `${fn.name}/${fn.params.length}`;
  const params = fn.params.map((_, i) => ({ name: fn.paramNames[i], type: paramType(fn, i, style) }));
  const comments = commentsOfDoc(fn.doc);
  return {
    baseHash: fnHash(base),
    fullHash: fnHash(`${base}(${fn.params.join(",")})`),
    namespace: isGlobal ? "global" : "internal",
    access: "public",
    name: fn.name,
    isAnonymous: false,
    type: "native",
    numParams: fn.params.length,
    params: params.length > 0 ? params : undefined,
    returnType: returnType(fn, style) || undefined,
    signature: nativeSignature(fn, style, style),
    docComments: comments.length > 0 ? comments : undefined,
  };
}

function scriptMetadata(fn: ScriptFnDef, isGlobal: boolean): FnMetadata {
  const hash = fnHash(`${fn.name}/${fn.params.length}`);
  return {
    baseHash: hash,
    fullHash: hash,
    namespace: isGlobal ? "global" : "internal",
    access: fn.isPrivate ? "private" : "public",
    name: fn.name,
    isAnonymous: fn.isAnonymous,
    type: "script",
    thisType: fn.thisType ?? undefined,
    numParams: fn.params.length,
    params: fn.params.length > 0 ? fn.params.map((name) => ({ name })) : undefined,
    signature: scriptSignature(fn),
    docComments: fn.comments.length > 0 ? groupedComments(fn.comments) : undefined,
  };
}

/** Rhai sorts by name and number of parameters and leaves the rest to chance. */
function sorted(functions: FnMetadata[]): FnMetadata[] | undefined {
  if (functions.length === 0) return undefined;
  return functions.sort(
    (a, b) =>
      compareStrings(a.name, b.name) ||
      a.numParams - b.numParams ||
      compareStrings(a.thisType ?? "", b.thisType ?? "") ||
      compareStrings(a.signature, b.signature),
  );
}

function modulesMetadata(modules: ReadonlyMap<string, Module>): ModuleMetadata["modules"] {
  if (modules.size === 0) return undefined;
  const list = [...modules].sort(([a], [b]) => compareStrings(a, b));
  return Object.fromEntries(list.map(([name, module]) => [name, moduleMetadata(module)]));
}

/** Describes a module: its functions and sub-modules. */
export function moduleMetadata(module: Module): ModuleMetadata {
  const functions: FnMetadata[] = [];
  for (const { native, script, isGlobal } of module.iterFunctions()) {
    if (native !== null) functions.push(nativeMetadata(native, isGlobal, "short"));
    else functions.push(scriptMetadata(script, isGlobal));
  }
  return {
    modules: modulesMetadata(module.modules),
    functions: sorted(functions),
    doc: module.doc || undefined,
  };
}

function customTypes(types: Iterable<HostType>): CustomTypeMetadata[] | undefined {
  const list = [...types].map(({ name, constructor }) => ({ typeName: constructor.name, displayName: name }));
  list.sort((a, b) => compareStrings(a.displayName, b.displayName));
  return list.length > 0 ? list : undefined;
}

/** Describes all functions that scripts of an engine can call, and those of a script when one is given. */
export function fnMetadata(sources: MetadataSources, options: MetadataOptions = {}): ModuleMetadata {
  const { host, standard, scripts } = globalFunctions(sources);
  const functions = host.map((fn) => nativeMetadata(fn, true, "short"));
  functions.push(...scripts.map((fn) => scriptMetadata(fn, true)));
  if (options.includeStandardPackages)
    functions.push(...standard.map((fn) => nativeMetadata(fn, true, "rust")));
  functions.push(...(options.ast?.functions ?? []).map((fn) => scriptMetadata(fn, true)));
  return {
    modules: modulesMetadata(sources.globalModules),
    customTypes: customTypes(sources.hostTypes),
    functions: sorted(functions),
    doc: options.ast?.doc || undefined,
  };
}

/** The same as JSON text, laid out as Rhai lays it out. */
export function genFnMetadataToJson(sources: MetadataSources, options: MetadataOptions = {}): string {
  return JSON.stringify(fnMetadata(sources, options), null, 2);
}

/**
 * Signatures of all functions that scripts can call: those of the host, then those of static modules (`module::name(...)`),
 * then those of the standard packages; sorted by name in each part.
 */
export function genFnSignatures(
  sources: MetadataSources,
  options: Pick<MetadataOptions, "includeStandardPackages"> = {},
): string[] {
  const { host, standard, scripts } = globalFunctions(sources);
  const natives = host.map((fn) => nativeSignature(fn, "short", "short"));
  const own = inOrder([...natives, ...scripts.map(scriptSignature)]);
  const modules = [...sources.globalModules].sort(([a], [b]) => compareStrings(a, b));
  for (const [name, module] of modules) {
    own.push(...inOrder([...moduleSignatures(module)].map((text) => `${name}::${text}`)));
  }
  if (options.includeStandardPackages)
    own.push(...inOrder(standard.map((fn) => nativeSignature(fn, "short", "rust"))));
  return own;
}

function* moduleSignatures(module: Module): IterableIterator<string> {
  for (const { native, script } of module.iterFunctions()) {
    yield native !== null ? nativeSignature(native, "short", "short") : scriptSignature(script);
  }
}

function inOrder(signatures: string[]): string[] {
  return signatures.sort(compareStrings);
}
