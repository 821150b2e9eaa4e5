// `rhai eval`, `rhai check`, help, version and wrong usage.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import metadata from "../../package.json" with { type: "json" };
import { Command } from "./command.ts";

let rhai: Command;
beforeAll(() => {
  rhai = new Command();
});
afterAll(() => rhai.remove());

describe("rhai eval", () => {
  it.each([
    ["40 + 2", "42\n"],
    ['"a" + 1', "a1\n"],
    ["[1.0, 'x', \"y\"]", '[1.0, x, "y"]\n'],
    ["let x = 1;", ""],
    ["print(1); ()", "1\n"],
  ])("%s", (text, stdout) => {
    expect(rhai.run(["eval", text])).toEqual({ code: 0, stdout, stderr: "" });
  });

  it("reports errors with source line and caret", () => {
    const { code, stderr } = rhai.run(["eval", "1 + x"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^1: 1 \+ x\n {7}\^ Variable not found: x\n/);
  });

  it("takes a text that begins with a dash after --", () => {
    expect(rhai.run(["eval", "--", "-5"]).stdout).toBe("-5\n");
  });
});

describe("rhai check", () => {
  it("accepts correct files without running them", () => {
    rhai.write({ "good.rhai": 'print("never")' });
    expect(rhai.run(["check", "good.rhai"])).toEqual({
      code: 0,
      stdout: "1 checked, 0 with errors\n",
      stderr: "",
    });
    expect(rhai.run(["check", "good.rhai", "--json"]).stdout).toBe("[]\n");
  });

  it("shows each file's error with its place", () => {
    rhai.write({ "bad1.rhai": "let x = 1;\nlet = 2;", "bad2.rhai": "}" });
    const { code, stdout } = rhai.run(["check", "bad1.rhai", "good.rhai", "bad2.rhai"]);
    expect(code).toBe(1);
    expect(stdout).toContain("bad1.rhai:2:5: error: VariableExpected\n2: let = 2;\n       ^ ");
    expect(stdout).toContain("bad2.rhai:1:1: error: ");
    expect(stdout).toMatch(/3 checked, 2 with errors\n$/);
  });

  it("prints findings as JSON, offsets counted from the start of the file", () => {
    rhai.write({ "json.rhai": "#!/usr/bin/env rhai\n/* 🦀 */ let = 2;" });
    const { code, stdout } = rhai.run(["check", "--json", "json.rhai", "absent.rhai"]);
    expect(code).toBe(1);
    const [syntax, absent] = JSON.parse(stdout);
    const start = "#!/usr/bin/env rhai\n/* 🦀 */ let ".length;
    expect(syntax).toMatchObject({
      severity: "error",
      kind: "VariableExpected",
      file: "json.rhai",
      line: 2,
      column: 13,
    });
    expect([syntax.start, syntax.end]).toEqual([start, start + 1]);
    expect(absent).toMatchObject({ kind: "Unreadable", file: "absent.rhai", line: null, start: null });
  });
});

describe("help and version", () => {
  it.each([[[]], [["run"]], [["eval"]], [["check"]], [["conformance"]]])("rhai %s", (command) => {
    expect(rhai.run([...command, "--version"])).toEqual({
      code: 0,
      stdout: `${metadata.version}\n`,
      stderr: "",
    });
    const help = rhai.run([...command, "--help"]);
    expect([help.code, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("Usage: rhai");
  });
});

describe("wrong usage exits with 2 and says why", () => {
  it.each([
    [[], "Usage: rhai"],
    [["run"], "missing required argument"],
    [["--bogus"], "unknown option '--bogus'"],
    [["run", "--bogus", "x.rhai"], "unknown option '--bogus'"],
    [["eval"], "missing required argument 'text'"],
    [["eval", "1", "2"], "too many arguments"],
    [["check"], "missing required argument"],
    [["check", "--bogus", "x.rhai"], "unknown option"],
    [["conformance"], "no PATH given"],
    [["conformance", "absent"], "no such file or folder: absent"],
    [["conformance", "--max-failures", "x"], "'x' is not a whole number"],
  ])("rhai %j", (args, message) => {
    const { code, stdout, stderr } = rhai.run(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});
