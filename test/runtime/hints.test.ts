// What errors carry when they leave the engine: hints, spans, sources and call stacks; docs/errors.md.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { lineOf } from "../../src/lang/position.ts";
import { Engine } from "../../src/runtime/engine.ts";
import { EvalError } from "../../src/runtime/errors.ts";
import { foreignFunction } from "../../src/runtime/explain/foreign-names.ts";
import { FileModuleResolver } from "../../src/runtime/module/file-resolver.ts";
import { Scope } from "../../src/runtime/scope.ts";
import { type DocumentedExample, readExamples, runExample } from "../support/error-examples.ts";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

function failureOf(engine: Engine, script: string, source: string | null = null): EvalError {
  const scope = new Scope().push("hostvar", 1).pushConstant("HOSTCONST", 2);
  try {
    engine.evalSync(script, scope, source);
  } catch (error) {
    if (error instanceof EvalError) return error;
    throw error;
  }
  throw new Error(`no error: ${script}`);
}

function quiet(): Engine {
  return new Engine().onPrint(() => undefined);
}

describe("docs/errors.md", () => {
  const examples = readExamples(page);

  test.each(examples)("$heading: $script", (example: DocumentedExample) => {
    const result = runExample(example);
    expect(result).not.toBeNull();
    const { kind, kinds, message, hint } = result!;
    expect([kind, ...kinds]).toContain(example.heading);
    expect(hint === null ? message : `${message}\nhint: ${hint}`).toBe(example.shown);
  });

  test.each([
    ["../../src/runtime/errors.ts", "EvalErrorKind"],
    ["../../src/lang/errors.ts", "ParseErrorKind"],
  ])("lists every kind of %s", (file, type) => {
    const source = readFileSync(new URL(file, import.meta.url), "utf8");
    const union = new RegExp(`export type ${type} =([^;]*);`).exec(source)?.[1] ?? "";
    const kinds = [...union.matchAll(/"(\w+)"/g)].map((match) => match[1]);
    expect(kinds.length).toBeGreaterThan(30);
    const rows = [...page.matchAll(/^\| \[?(\w+)\]?[^|]*\|/gm)].map((match) => match[1]);
    expect(kinds.filter((kind) => !rows.includes(kind))).toEqual([]);
    const linked = [...page.matchAll(/^\| \[(\w+)\]\(#(\w+)\)/gm)];
    const headings = examples.map((example) => example.heading);
    expect(linked.filter(([, kind]) => !headings.includes(kind))).toEqual([]);
    expect(linked.every(([, kind, anchor]) => kind.toLowerCase() === anchor)).toBe(true);
  });
});

interface HintCase {
  readonly script: string;
  readonly kind: string;
  /** The text that the span covers; null without a span. */
  readonly about: string | null;
  readonly hint: string | null;
}

describe("hints", () => {
  const cases = readFileSync(new URL("hints.data.jsonl", import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as HintCase);

  test.each(cases)("$script", ({ script, kind, about, hint }) => {
    const error = failureOf(quiet(), script);
    expect(error.root.kind).toBe(kind);
    expect(error.hint).toBe(hint);
    expect(error.root.hint).toBe(hint);
    expect(error.span && script.slice(error.span.start, error.span.end)).toBe(about);
  });

  test("name only functions that exist", () => {
    const names = new Set([...new Engine().registry.all()].map((fn) => fn.name));
    const foreign = [
      "println",
      "length",
      "str",
      "atoi",
      "upper",
      "substr",
      "includes",
      "add",
      "ceil",
      "any",
      "every",
    ];
    const more = [
      "fold",
      "select",
      "collect",
      "findIndex",
      "strip",
      "replaceAll",
      "popFront",
      "delete",
      "lower",
    ];
    for (const name of [...foreign, ...more]) {
      const proposed = /`(\w+)`/.exec(foreignFunction(name) ?? "")?.[1];
      expect(names, `for ${name}`).toContain(proposed);
    }
  });

  test("know the functions of the host and their types", () => {
    const engine = quiet();
    engine.registerFn("charge", ["i64", "string"], (amount: number, to: string) => `${amount} ${to}`);
    expect(failureOf(engine, 'charg(5, "Ann")').hint).toContain("`charge`");
    expect(failureOf(engine, "charge(5, 6)").hint).toBe(
      "`charge` takes string as second argument; the second argument is i64: convert it with `to_string()`",
    );
    expect(failureOf(engine, "charge(5)").hint).toContain("there is `charge(i64, string)`");
  });
});

describe("errors caught by the script", () => {
  test("are Rhai's object maps, and no hint is made for them", () => {
    const engine = quiet();
    const named = vi.spyOn(engine.registry, "named");
    const keys = engine.evalSync("let e; try { foo(1) } catch (err) { e = err; } e.keys().to_string()");
    expect(keys).toBe('["error", "function", "line", "message", "position"]');
    expect(named).not.toHaveBeenCalled();
  });

  test("keep their message when they are thrown again", () => {
    const error = failureOf(quiet(), "try { foo(1) } catch { throw; }");
    expect(error.toString()).toBe("Function not found: foo (i64) (line 1, position 24)");
    expect(error.hint).toBe("no function is called `foo`");
  });
});

describe("spans, sources and call stacks", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "rhai-hints-"));
    const files = {
      "lib.rhai":
        'import "deep" as deep;\nfn outer(x) {\n  deep::inner(x) + 1\n}\nfn each(list, f) { list.map(f) }\n',
      "deep.rhai": "fn inner(x) { x.lenn }\n",
      "bad.rhai": "let a = 1;\nlet b = a + c;\n",
      "syntax.rhai": "let a = 1\nlet b = 2;\n",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(script: string, source: string | null = "main.rhai"): EvalError {
    return failureOf(quiet().setModuleResolver(new FileModuleResolver(folder)), script, source);
  }

  /** `name source:line text` of each call. */
  function stackOf(error: EvalError, script: string): string[] {
    return (error.callStack ?? []).map(({ name, source, position, span }) => {
      const isMain = source === "main.rhai" || source === null;
      const text = isMain && span !== null ? script.slice(span.start, span.end) : "";
      return `${name} ${source}:${lineOf(position)} ${text}`.trim();
    });
  }

  test("follow the calls through modules", () => {
    const script = 'import "lib" as lib;\nlet r = lib::outer("abc");';
    const error = run(script);
    expect(error.root.source).toBe("deep");
    expect(error.span).toEqual({ start: 16, end: 20 });
    expect(error.hint).toBe("did you mean `len`?");
    expect(stackOf(error, script)).toEqual(["inner lib:3", "outer main.rhai:2 outer"]);
    expect(error.callStack?.[0].span).toEqual({ start: 45, end: 50 });
  });

  test("know that a closure belongs to the script that wrote it", () => {
    const script = 'import "lib" as lib;\nlib::each([1, 2], |v| v.foo)';
    for (const source of [null, "main.rhai"]) {
      const error = run(script, source);
      expect(error.root.source).toBe(source);
      expect(script.slice(error.span?.start, error.span?.end)).toBe("foo");
      expect(stackOf(error, script)).toEqual(["closure lib:5", `each ${source}:2 each`]);
    }
  });

  test("show the place in a module whose statements fail", () => {
    const error = run('import "bad" as bad;');
    expect(error.root.source).toBe("bad");
    expect(error.span).toEqual({ start: 23, end: 24 });
    expect(stackOf(error, 'import "bad" as bad;')).toEqual(["module 'bad' main.rhai:1 \"bad\""]);
  });

  test("show the place in a module that cannot be parsed", () => {
    const error = run('import "syntax" as syntax;');
    expect(error.root.source).toBe("syntax");
    expect(error.span).toEqual({ start: 9, end: 9 });
    expect(error.hint).toBe("end the statement with `;`");
  });

  test("exist for errors that Rhai reports without a position", () => {
    const script = "fn ratio(a, b) { a / b }\nratio(1, 0)";
    const error = run(script);
    expect(error.root.toString()).toBe("Division by zero: 1 / 0");
    expect(script.slice(error.span?.start, error.span?.end)).toBe("a / b");
  });

  test("are left out for texts that are not known", () => {
    const error = run('eval("1 + nope")');
    expect(error.span).toBeNull();
    expect(stackOf(error, 'eval("1 + nope")')).toEqual(['eval main.rhai:1 "1 + nope"']);
    expect(run('parse_json("{a")').span).toBeNull();
  });

  test("are made for each level of a recursion", () => {
    const script = "fn down(n) { if n == 0 { throw 1 } down(n - 1) }\ndown(30)";
    const { callStack } = run(script);
    expect(callStack).toHaveLength(31);
    expect(new Set(callStack?.map((frame) => frame.span?.start))).toEqual(new Set([35, 49]));
  });

  test("tell which files were looked for", () => {
    const { hint } = run('import "nowhere" as n;');
    expect(hint).toBe(`there is no file \`${folder}/nowhere.rhai\` (or it cannot be read)`);
  });

  test("know what modules offer", () => {
    expect(run('import "lib" as lib; lib::outr(1)').hint).toContain("did you mean `outer`?");
    expect(run('import "lib" as lib; outer(1)').hint).toContain("`lib::outer(...)`");
    expect(run('import "lib" as lib; lib').hint).toContain("`lib` is a module");
  });

  test("are those of the inner run when a host function runs a script", () => {
    const engine = quiet();
    engine.registerFn("inner", [], () => engine.evalSync("let count = 1; coutn", new Scope(), "inner.rhai"));
    const script = "fn outer() { inner() }\nouter()";
    const error = failureOf(engine, script, "outer.rhai");
    expect(error.hint).toBe("did you mean `count`?");
    expect(error.root.source).toBe("inner.rhai");
    expect(error.span).toEqual({ start: 15, end: 20 });
    expect(error.callStack?.map((frame) => `${frame.name} ${frame.source}`)).toEqual(["outer outer.rhai"]);
  });

  test("cover syntax errors of the script itself", () => {
    const error = run("let x = ;");
    expect(error.kind).toBe("ErrorParsing");
    expect(error.span).toEqual({ start: 8, end: 9 });
    expect(error.hint).toBe("a value is missing before this `;`");
    expect(error.source).toBe("main.rhai");
    expect(error.callStack).toEqual([]);
  });

  test("survive scripts that are long or deeply nested", () => {
    const long = `${"let a = 1;\n".repeat(30_000)}nope`;
    const error = run(long);
    expect(error.span).toEqual({ start: long.length - 4, end: long.length });
    const deep = `${"if true { ".repeat(60)} nope ${"}".repeat(60)}`;
    const engine = quiet().setMaxExprDepths(0, 0);
    expect(failureOf(engine, deep).hint).toContain("no variable `nope`");
  });
});
