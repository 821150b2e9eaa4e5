// Function metadata against Rhai's own: metadata.data.json holds what Rhai 1.26 says about the same engine.

import { describe, expect, it } from "vitest";
import { corePackages, definePackage, Engine, type Package, standardPackages } from "../../src/index.ts";
import {
  type FnMetadata,
  fnMetadata,
  genFnMetadataToJson,
  genFnSignatures,
  type ModuleMetadata,
} from "../../src/runtime/metadata/fn-metadata.ts";
import { exampleEngine, SCRIPT } from "./example-engine.ts";
import rhai from "./metadata.data.json" with { type: "json" };

const { engine, sources } = exampleEngine();

/** Rhai's metadata without hashes. */
interface RhaiModule {
  readonly modules?: Record<string, RhaiModule>;
  readonly functions?: readonly object[];
}

/**
 * Known differences: our type names are short also in plugin modules, `getter of array` has no parameter name unless one is
 * declared, and a Rust type's name has its crate's in front.
 */
function asOurs(module: RhaiModule): unknown {
  const text = JSON.stringify(module)
    .replaceAll("&mut Array", "&mut array")
    .replaceAll('"name":"list",', "")
    .replaceAll("get$size(list:", "get$size(_:")
    .replaceAll("record::Point", "Point");
  return JSON.parse(text);
}

function withoutHashes(module: ModuleMetadata): unknown {
  return JSON.parse(
    JSON.stringify(module, (key, value) => (/^(base|full)Hash$/.test(key) ? undefined : value)),
  );
}

function allFunctions(module: ModuleMetadata): FnMetadata[] {
  return [...(module.functions ?? []), ...Object.values(module.modules ?? {}).flatMap(allFunctions)];
}

describe("function metadata", () => {
  it("describes host functions and modules as Rhai does", () => {
    expect(withoutHashes(fnMetadata(sources))).toEqual(asOurs(rhai.own));
  });

  it("describes a script's functions as Rhai does", () => {
    const ast = engine.compile(SCRIPT);
    expect(withoutHashes(fnMetadata(sources, { ast }))).toEqual(asOurs(rhai.withAst));
  });

  it("lists closures as anonymous functions", () => {
    const [closure] = fnMetadata(sources, { ast: engine.compile("let f = |x| x;") }).functions!.filter(
      (fn) => fn.isAnonymous,
    );
    expect(closure.name).toMatch(/^anon\$[0-9a-f]{16}$/);
    expect(closure).toMatchObject({ type: "script", access: "public", params: [{ name: "x" }] });
  });

  it("writes JSON with the members in Rhai's order", () => {
    const text = genFnMetadataToJson(sources, { ast: engine.compile(SCRIPT) });
    expect(text.split("\n")[0]).toBe("{");
    expect(Object.keys(JSON.parse(text))).toEqual(["modules", "customTypes", "functions", "doc"]);
    const add = (JSON.parse(text).functions as FnMetadata[]).find(({ name }) => name === "add")!;
    const order =
      "baseHash,fullHash,namespace,access,name,isAnonymous,type,numParams,params,signature,docComments";
    expect(Object.keys(add).join()).toBe(order);
    expect(text).toContain('\n  "doc": "//! Script doc.\\n//! Second line."\n}');
  });

  it("gives hashes that tell functions apart", () => {
    const functions = allFunctions(fnMetadata(sources, { includeStandardPackages: true }));
    const natives = functions.filter((fn) => fn.type === "native");
    expect(new Set(natives.map((fn) => fn.fullHash)).size).toBe(natives.length);
    const [one, two] = natives.filter((fn) => fn.name === "index_of" && fn.numParams === 2);
    expect(one.baseHash).toBe(two.baseHash);
    expect(natives.every((fn) => Number.isSafeInteger(fn.fullHash) && fn.fullHash > 0)).toBe(true);
    expect(genFnMetadataToJson(sources)).toBe(genFnMetadataToJson(exampleEngine().sources));
  });

  it("says nothing about an engine without functions", () => {
    const registry = { all: () => [][Symbol.iterator]() } as never;
    const empty = { ...sources, registry, globalModules: new Map(), hostTypes: [] };
    expect(genFnMetadataToJson(empty, { includeStandardPackages: true })).toBe("{}");
  });

  it("keeps odd module names apart from JS's own", () => {
    const [module] = [...sources.globalModules.values()];
    const globalModules = new Map([["__proto__", module]]);
    const text = genFnMetadataToJson({ ...sources, globalModules });
    expect(text).toContain('"__proto__": {');
  });
});

/** `name(types) -> type`, with what Rust alone distinguishes left out. */
function typesOnly(signature: string): string {
  const [, name, params, returns] = /^(.*?)\((.*)\)(?: -> (.*))?$/.exec(
    signature.replace(/Result<(.*), Box<EvalAltResult>>$/, "$1").replace(/ -> \(\)$/, ""),
  )!;
  const types =
    params === "" ? [] : params.split(", ").map((param) => plainType(param.replace(/^.*?: /, "")));
  return `${name}(${types.join(", ")}) -> ${plainType(returns ?? "()")}`;
}

function plainType(type: string): string {
  const bare = type.replace("&mut ", "").replace("std::ops::", "");
  if (["&str", "String", "ImmutableString"].includes(bare)) return "string";
  return /^(BitRange|CharsStream|StepRange<\w+>)$/.test(bare) ? "iterator" : bare;
}

/** Overloads that Rhai shows in another way, or without types. */
const SHOWN_OTHERWISE = /^(to_int|to_float|range)\(|\bu8\b/;

describe("metadata of the standard packages", () => {
  const ours = fnMetadata(sources, { includeStandardPackages: true }).functions!;
  const known = new Set(allFunctions(fnMetadata(sources)).map((fn) => fn.fullHash));
  const standard = ours.filter((fn) => !known.has(fn.fullHash));
  const compare = (signatures: readonly string[]) =>
    signatures.filter((text) => !SHOWN_OTHERWISE.test(text)).map(typesOnly);

  it("is left out unless asked for", () => {
    expect(fnMetadata(sources).functions).toHaveLength(rhai.own.functions.length);
    expect(standard.length).toBeGreaterThan(400);
  });

  it("has Rhai's names, parameter types and return types", () => {
    const theirs = new Set(compare(rhai.standard));
    const mine = new Set(compare(standard.map((fn) => fn.signature)));
    // Ours say FLOAT where Rust says "any value" for the sake of engines without FLOAT.
    const dynamic = ["-(Instant, Instant)", "elapsed(Instant)", "get$elapsed(Instant)"];
    const added = [...mine].filter((text) => !theirs.has(text));
    expect(added.sort()).toEqual(dynamic.map((text) => `${text} -> f64`));
    const missing = [...theirs].filter((text) => !mine.has(text));
    expect(missing.sort()).toEqual(dynamic.map((text) => `${text} -> Dynamic`));
  });

  it("explains the functions", () => {
    const len = standard.find((fn) => fn.signature === "len(string: &str) -> i64")!;
    expect(len.docComments).toHaveLength(1);
    expect(len.docComments![0]).toMatch(/^\/\/\/ \w/);
  });
});

describe("packages given to the constructor", () => {
  const own = definePackage("Own", (m) => m.fn("twice", ["i64"], "i64", (x: number) => x * 2));
  const ALL: readonly (readonly [string, readonly Package[], number])[] = [
    ["beside all standard ones", [...standardPackages, own], 400],
    ["before them", [own, ...standardPackages], 400],
    ["alone", [own], 0],
    ["beside some", [...corePackages, own], 50],
  ];
  it.each(ALL)("are no standard packages: %s", (_how, packages, standard) => {
    const made = new Engine(packages);
    const names = (options?: { includeStandardPackages: boolean }) =>
      (made.fnMetadata(options).functions ?? []).map(({ name }) => name);
    expect(names()).toEqual(["twice"]);
    expect(made.genFnSignatures()).toEqual(["twice(_: i64) -> i64"]);
    expect(made.definitions({ includeStandardPackages: false }).staticModule()).toBe(
      "fn twice(_: int) -> int;",
    );
    const all = names({ includeStandardPackages: true });
    expect(all).toContain("twice");
    expect(all.length).toBeGreaterThan(standard);
  });

  it("leave the functions of other engines alone", () => {
    new Engine([...standardPackages, own]);
    expect(() => new Engine().evalSync("twice(1)")).toThrow("Function not found: twice (i64)");
    expect(new Engine().fnMetadata()).toEqual({});
  });
});

describe("function signatures", () => {
  it("are Rhai's", () => {
    const theirs = rhai.signatures.map((text) => text.replace("get$size(list:", "get$size(_:"));
    expect(genFnSignatures(sources).sort()).toEqual(theirs.sort());
  });

  it("come in the order host, modules, standard packages", () => {
    const signatures = genFnSignatures(sources, { includeStandardPackages: true });
    const first = signatures.findIndex((text) => text.includes("::"));
    const last = signatures.findLastIndex((text) => text.includes("::"));
    expect(signatures.slice(0, first)).toContain("double(_: i64) -> i64");
    expect(signatures.slice(first, last + 1).every((text) => text.includes("::"))).toBe(true);
    expect(signatures.slice(last + 1)).toContain("len(string: string) -> i64");
    expect(signatures.slice(last + 1)).toContain("split(array: &mut array, index: i64) -> Array");
  });
});
