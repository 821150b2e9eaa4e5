// The standard library against Rhai's: every function, overload and property, no more and no less.
//
// standard-library.json was taken from Rhai 1.26's own registry (a program that walks through the packages' modules), without
// overloads on types that no script can make (i8, u16, f32 ...). `receiver`: first parameter by value, by reference, or by
// reference and possibly changed. `volatile`: not to be evaluated while compiling.

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { contentsOf, describeFunction, renderStandardLibrary } from "../../scripts/standard-library-docs.ts";
import { corePackages, standardPackages } from "../../src/runtime/packages/standard.ts";
import rhai from "./standard-library.json" with { type: "json" };

interface Entry {
  readonly package: string;
  readonly name: string;
  readonly params: readonly string[];
  readonly receiver: string;
  readonly volatile?: boolean;
}

/** Functions of Rhai's packages that ours leave out, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "LanguageCorePackage parse_json(string)": "needs the parser: registered by the engine",
  "LanguageCorePackage get_fn_metadata_list()": "looks into the running script: registered by the engine",
  "LanguageCorePackage get_fn_metadata_list(string)": "as above",
  "LanguageCorePackage get_fn_metadata_list(string, i64)": "as above",
};

/** Functions that Rhai's packages do not have, with the reason. */
const ADDED: Readonly<Record<string, string>> = {};

/** Functions whose first parameter is taken in another way, with the reason. */
const OTHER_RECEIVER: Readonly<Record<string, string>> = {
  "MoreStringPackage +=(string, char)": "Rhai calls it pure by a slip; the built-in operator is what runs",
};

const signature = (entry: Entry) => `${entry.package} ${entry.name}(${entry.params.join(", ")})`;
const contents = standardPackages.map(contentsOf);
const ours = new Map<string, Entry & { readonly isPure: boolean }>();
const twice: string[] = [];
for (const { name: pkg, functions } of contents) {
  for (const { name, params, receiver, isPure } of functions) {
    const entry = { package: pkg, name, params, receiver, isPure };
    if (ours.has(signature(entry))) twice.push(signature(entry));
    ours.set(signature(entry), entry);
  }
}
const theirs = new Map((rhai as Entry[]).map((entry) => [signature(entry), entry]));

describe("standard library", () => {
  it("has the packages in Rhai's order", () => {
    const names = [...new Set((rhai as Entry[]).map((entry) => entry.package))];
    expect(standardPackages.map((pkg) => pkg.name)).toEqual(names);
    expect(corePackages).toEqual(standardPackages.slice(0, corePackages.length));
  });

  it("lacks no function", () => {
    const missing = [...theirs.keys()].filter((key) => !ours.has(key));
    expect(missing.sort()).toEqual(Object.keys(LEFT_OUT).sort());
  });

  it("has no function of its own", () => {
    const extra = [...ours.keys()].filter((key) => !theirs.has(key));
    expect(extra.sort()).toEqual(Object.keys(ADDED).sort());
  });

  it("registers each function once", () => {
    expect(twice).toEqual([]);
  });

  it("takes the first parameter as Rhai does", () => {
    const mutates = (entry: Entry) => entry.receiver === "mut";
    const different = [...theirs.values()].filter((entry) => {
      const own = ours.get(signature(entry));
      return own !== undefined && mutates(own) !== mutates(entry);
    });
    expect(different.map(signature).sort()).toEqual(Object.keys(OTHER_RECEIVER).sort());
  });

  it("never evaluates a volatile function while compiling", () => {
    const volatile = [...theirs.values()].filter(
      (entry) => entry.volatile && ours.get(signature(entry))?.isPure,
    );
    expect(volatile.map(signature)).toEqual([]);
  });

  it("makes Rhai's types iterable", () => {
    const types = new Set(contents.flatMap((pkg) => pkg.iterables));
    expect([...types].sort()).toEqual(["array", "blob", "iterator", "range", "range=", "string"]);
  });

  it("has Rhai's constants", () => {
    expect(contents.flatMap((pkg) => [...pkg.constants.keys()])).toEqual([]);
  });
});

describe("standard library documentation", () => {
  it("explains every function", () => {
    const silent = contents.flatMap(({ name, functions }) =>
      functions
        .filter((fn) => describeFunction(fn) === "")
        .map((fn) => `${name} ${fn.name}(${fn.params.join(", ")})`),
    );
    expect(silent).toEqual([]);
  });

  it("names the parameters of functions", () => {
    const isShownWithNames = (name: string) => /^\w+$/.test(name);
    const nameless = contents.flatMap(({ name, functions }) =>
      functions
        .filter((fn) => isShownWithNames(fn.name) && fn.paramNames.length !== fn.params.length)
        .map((fn) => `${name} ${fn.name}(${fn.params.join(", ")}): ${fn.paramNames.join(", ")}`),
    );
    expect(nameless).toEqual([]);
  });

  it("is up to date", () => {
    const script = resolve(import.meta.dirname, "../../scripts/standard-library-docs.ts");
    expect(() =>
      execFileSync(process.execPath, ["--import", "tsx", script, "--check"], { stdio: "pipe" }),
    ).not.toThrow();
  });

  it("shows operators, properties and functions", () => {
    const text = renderStandardLibrary();
    for (const part of [
      "`map + map`",
      "`Fn.name`",
      "`dynamic.tag = i64`",
      "`contains(map: map, property: string)`",
    ]) {
      expect(text).toContain(part);
    }
  });
});
