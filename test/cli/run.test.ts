// `rhai run` and its short forms: output, error reports, exit codes.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Command } from "./command.ts";

let rhai: Command;
beforeAll(() => {
  rhai = new Command();
});
afterAll(() => rhai.remove());

describe("running files", () => {
  it("prints what the script prints", () => {
    rhai.write({ "hello.rhai": 'print("Hello"); debug([1, "x"]); 42' });
    const expected = { code: 0, stdout: 'Hello\nhello.rhai @ 1:17 | [1, "x"]\n', stderr: "" };
    expect(rhai.run(["run", "hello.rhai"])).toEqual(expected);
    expect(rhai.run(["hello.rhai"])).toEqual(expected);
    expect(rhai.run(["./hello.rhai"])).toEqual(expected);
  });

  it("reads standard input for -", () => {
    const input = "print(1 + 2); debug(3)";
    expect(rhai.run(["-"], { input })).toEqual({ code: 0, stdout: "3\n1:15 | 3\n", stderr: "" });
    expect(rhai.run(["run", "-"], { input: "" })).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("skips a #! line and keeps line numbers", () => {
    rhai.write({ "she.rhai": "#!/usr/bin/env rhai\nprint(1);\nboom();\n" });
    const { code, stdout, stderr } = rhai.run(["she.rhai"]);
    expect([code, stdout]).toEqual([1, "1\n"]);
    expect(stderr).toContain("3: boom();\n   ^ Function not found: boom ()");
  });

  it("hands the arguments after -- to the script", () => {
    rhai.write({ "args.rhai": "for a in args { print(a); } print(args.len()); print(type_of(args))" });
    expect(rhai.run(["args.rhai", "--", "a b", "-x", "--", "ü"]).stdout).toBe("a b\n-x\n--\nü\n4\narray\n");
    expect(rhai.run(["run", "args.rhai"]).stdout).toBe("0\narray\n");
  });

  it("runs several files, each from a clean state, and fails when one does", () => {
    rhai.write({ "a.rhai": 'let x = 1; print("a")', "b.rhai": "x", "c.rhai": 'print("c")' });
    const { code, stdout, stderr } = rhai.run(["a.rhai", "b.rhai", "c.rhai"]);
    expect([code, stdout]).toEqual([1, "a\nc\n"]);
    expect(stderr).toContain("Variable not found: x");
  });

  it("finds modules beside the working directory's files", () => {
    rhai.write({
      "main.rhai": 'import "lib/m" as m; print(m::twice(21));',
      "lib/m.rhai": "fn twice(x) { x * 2 }",
    });
    expect(rhai.run(["main.rhai"]).stdout).toContain("42");
  });

  it("ends early with exit()", () => {
    rhai.write({ "exit.rhai": 'print("before"); exit(3); print("after")' });
    expect(rhai.run(["exit.rhai"])).toEqual({ code: 0, stdout: "before\n", stderr: "" });
  });
});

describe("error reports", () => {
  it("show file, source line, caret and message", () => {
    rhai.write({ "bad.rhai": 'print("x");\nlet y = 1 +\n  foo;\n' });
    expect(rhai.run(["bad.rhai"])).toMatchObject({
      code: 1,
      stdout: "x\n",
      stderr: expect.stringMatching(
        /^========\nbad\.rhai\n========\n\n3: {3}foo;\n {5}\^ Variable not found: foo\n( {5}= .*\n)*\n$/,
      ),
    });
  });

  it("show syntax errors likewise", () => {
    rhai.write({ "syntax.rhai": "let x = ;" });
    const { code, stderr } = rhai.run(["syntax.rhai"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^1: let x = ;\n {11}\^ Syntax error: /m);
  });

  it("continue long messages with bars", () => {
    rhai.write({ "call.rhai": "fn f(x) { x.boom() }\nf(1)" });
    const { stderr } = rhai.run(["call.rhai"]);
    expect(stderr).toContain(
      "2: f(1)\n" +
        "   ^ Function not found: boom (i64) @ 'call.rhai' (line 1, position 13)\n" +
        "   | in call to function 'f' (from 'call.rhai')\n",
    );
  });

  it("keep the order of printed text and report", () => {
    rhai.write({ "order.rhai": 'for i in 0..3 { print(i) }\nthrow "over"' });
    const { stdout } = rhai.shell("rhai order.rhai 2>&1");
    expect(stdout).toMatch(/^0\n1\n2\n=+\norder\.rhai\n/);
    expect(stdout).toContain("Runtime error: over");
  });

  it("have no colours when nobody watches a terminal", () => {
    rhai.write({ "colour.rhai": "x" });
    expect(rhai.run(["colour.rhai"]).stderr).not.toContain("\x1b");
  });

  it("tell that a file is missing, as rhai-run does", () => {
    expect(rhai.run(["none.rhai"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "Error script file path: none.rhai\nNo such file or directory (os error 2)\n",
    });
  });

  it("tell that a file can't be read", () => {
    rhai.write({ "latin1.rhai": Buffer.from([0x22, 0xe4, 0x22]), "folder/x.rhai": "" });
    expect(rhai.run(["latin1.rhai"])).toMatchObject({
      code: 1,
      stderr: "Error reading script file: latin1.rhai\nstream did not contain valid UTF-8\n",
    });
    expect(rhai.run(["folder"]).stderr).toMatch(/^Error reading script file: folder\nIs a directory/);
  });
});

describe("pipes", () => {
  it("writes 100,000 lines quickly and completely", () => {
    rhai.write({ "many.rhai": "for i in 0..100000 { print(i) }" });
    const { code, stdout } = rhai.run(["many.rhai"]);
    const lines = stdout.split("\n");
    expect([code, lines.length, lines[99_999]]).toEqual([0, 100_001, "99999"]);
  });

  it("ends quietly when the reader goes away", () => {
    rhai.write({ "endless.rhai": "let i = 0; loop { print(i); i += 1; }" });
    const { stdout, stderr } = rhai.shell("set -o pipefail; rhai endless.rhai | head -n 2; echo $?");
    expect({ stdout, stderr }).toEqual({ stdout: "0\n1\n0\n", stderr: "" });
  });
});
