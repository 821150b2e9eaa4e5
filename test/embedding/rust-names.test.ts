// docs/rust-to-typescript.md: the names of ours exist, what is "not yet" does not, and no row is there twice.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as library from "../../src/index.ts";
import { SyntaxInput } from "../../src/runtime/host/custom-syntax.ts";

const ROOT = join(import.meta.dirname, "../..");

interface Row {
  readonly section: string;
  readonly rust: readonly string[];
  readonly ours: string;
  readonly remarks: string;
}

function rowsOf(markdown: string): Row[] {
  let section = "";
  const rows: Row[] = [];
  for (const line of markdown.split("\n")) {
    if (line.startsWith("## ")) section = line.slice(3);
    if (!line.startsWith("| `") && !line.startsWith("| #")) continue;
    const [, rust, ours, remarks] = line.split("|").map((cell) => cell.trim());
    rows.push({ section, rust: codes(rust), ours, remarks });
  }
  return rows;
}

function codes(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
}

/** What host functions get: the two contexts. */
function contexts(): { readonly host: object; readonly call: object } {
  let host: library.HostContext | null = null;
  const engine = new library.Engine();
  const keep = (context: library.HostContext) => {
    host = context;
  };
  engine.registerFn("keep", [], keep, { context: true }).runSync("keep()");
  const kept = host as library.HostContext | null;
  if (kept === null) throw new Error("the host function was not called");
  return { host: kept, call: kept.raw };
}

const { host, call } = contexts();

/** What callbacks get: the one of a debugger has everything. */
function debuggerContext(): library.DebuggerContext {
  const seen: library.DebuggerContext[] = [];
  const engine = new library.Engine().registerDebugger(null, (context) => {
    seen.push(context);
    return "continue";
  });
  engine.runSync("1");
  return seen[0];
}

const debugging = debuggerContext();

function syntaxContext(): library.SyntaxContext {
  const seen: library.SyntaxContext[] = [];
  const engine = new library.Engine().registerCustomSyntax(["probe"], (_inputs, context) => {
    seen.push(context);
  });
  engine.runSync("probe");
  return seen[0];
}

/** Objects that have the members of each class; classes are there for static members. */
const EXAMPLES: Readonly<Record<string, readonly object[]>> = {
  Engine: [library.Engine, new library.Engine()],
  Scope: [new library.Scope()],
  AST: [library.AST, library.AST.empty()],
  Module: [new library.Module()],
  FnPtr: [library.FnPtr, new library.FnPtr("f")],
  HostContext: [host],
  CallContext: [call],
  SyntaxInput: [SyntaxInput.prototype],
  SyntaxContext: [syntaxContext()],
  EvalContext: [debugging],
  DebuggerContext: [debugging],
  Debugger: [debugging.debugger],
  Definitions: [library.Definitions.prototype],
  FileModuleResolver: [new library.FileModuleResolver()],
  StaticModuleResolver: [new library.StaticModuleResolver()],
  ModuleResolversCollection: [new library.ModuleResolversCollection()],
  DummyModuleResolver: [new library.DummyModuleResolver()],
};

/** The files of the interfaces, which exist in the source text only. */
const INTERFACES: Readonly<Record<string, string>> = {
  CallFnOptions: "engine-calls.ts",
  CallOptions: "engine-calls.ts",
  RunOwn: "eval/run.ts",
  RegisterOptions: "host/register-fn.ts",
  VarDefInfo: "engine-events.ts",
  CallStackFrame: "debugger/debugger.ts",
  TypeDefinition: "host/define-type.ts",
  ModuleFnOptions: "module/module.ts",
};

function interfaceHas(file: string, name: string, member: string): boolean {
  const text = readFileSync(join(ROOT, "src/runtime", file), "utf8");
  const body = new RegExp(`interface ${name}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(text)?.[1] ?? "";
  return new RegExp(`^  readonly ${member}\\??:`, "m").test(body);
}

function exists(name: string): boolean {
  if (name.endsWith("()")) return name.slice(0, -2) in library;
  if (!name.includes(".")) return name in library;
  const [owner, member] = name.split(".");
  const file = INTERFACES[owner];
  if (file !== undefined) return interfaceHas(file, owner, member);
  return (EXAMPLES[owner] ?? []).some((example) => member in example);
}

const rows = rowsOf(readFileSync(join(ROOT, "docs/rust-to-typescript.md"), "utf8"));

describe("docs/rust-to-typescript.md", () => {
  it("covers the types that hosts use", () => {
    const sections = new Set(rows.map(({ section }) => section));
    for (const name of ["Scope", "AST", "Module", "FnPtr", "NativeCallContext"])
      expect(sections).toContain(name);
    expect(rows.length).toBeGreaterThan(200);
  });

  it("names nothing of ours that does not exist", () => {
    const named = rows.filter(({ ours }) => ours !== "—" && !ours.startsWith("not yet"));
    expect(named.flatMap(({ ours }) => codes(ours)).filter((name) => !exists(name))).toEqual([]);
    expect(named.filter(({ ours }) => codes(ours).length === 0)).toEqual([]);
  });

  it("calls nothing `not yet` that exists", () => {
    const missing = rows.filter(({ ours }) => ours.startsWith("not yet")).flatMap(({ ours }) => codes(ours));
    expect(missing.filter(exists)).toEqual([]);
  });

  it("gives a reason for what is left out", () => {
    expect(rows.filter(({ ours, remarks }) => ours === "—" && remarks === "")).toEqual([]);
  });

  it("has no row twice", () => {
    const seen = rows.flatMap(({ section, rust }) => rust.map((name) => `${section}: ${name}`));
    expect(seen.filter((name, i) => seen.indexOf(name) !== i)).toEqual([]);
  });
});
