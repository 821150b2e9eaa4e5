// `rhai conformance` as a command: counts, diffs, results, folders of scripts, and cases that hang or crash.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCase } from "../../src/cli/conformance/case.ts";
import { runAndJudge } from "../../src/cli/conformance/run.ts";
import { Command } from "./command.ts";

const expectation = (text: string) => ({ output: [], ok: { type: "i64", debug: text, string: text } });
const jsonl = (...items: object[]) => items.map((item) => `${JSON.stringify(item)}\n`).join("");

let rhai: Command;
beforeAll(() => {
  rhai = new Command();
});
afterAll(() => rhai.remove());

describe("case files", () => {
  it("pass with the outcome of `expect` or of one in `also`", () => {
    rhai.write({
      "pass.jsonl": jsonl(
        { id: "one-1", script: "1", expect: expectation("1") },
        { id: "two-1", script: "2", expect: expectation("3"), also: [{ why: "older", ...expectation("2") }] },
        {
          id: "two-2",
          script: 'import "m" as m; m::x',
          files: { "m.rhai": "export let x = 5;" },
          expect: expectation("5"),
        },
      ),
    });
    const { code, stdout } = rhai.run(["conformance", "pass.jsonl"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^area +cases +class +message +exact\none +1 .*\ntwo +2 .*\ntotal +3 .*\n\n3 passed, 0 failed\n$/,
    );
  });

  it("show failures as a diff, and count lines that are no case", () => {
    rhai.write({ "fail.jsonl": `${jsonl({ id: "a-1", script: "2", expect: expectation("3") })}{"id": 1}\n` });
    const { code, stdout } = rhai.run(["conformance", "fail.jsonl", "--verbose"]);
    expect(code).toBe(1);
    expect(stdout).toContain('FAILED a-1\n    | 2\n      ok type: "i64"\n    - ok debug: "3"');
    expect(stdout).toContain("FAILED fail.jsonl:2\n    not a conformance case: `id` is not a string");
    expect(stdout).toMatch(/\n0 passed, 2 failed\n$/);
  });

  it("show as many failures as asked for", () => {
    const items = Array.from({ length: 5 }, (_, i) => ({
      id: `a-${i}`,
      script: "0",
      expect: expectation("1"),
    }));
    rhai.write({ "many.jsonl": jsonl(...items) });
    const count = (...args: string[]) =>
      rhai.run(["conformance", "many.jsonl", ...args]).stdout.match(/^FAILED/gm)?.length;
    expect([count("--max-failures", "2"), count("--max-failures", "0"), count("--filter", "a-3")]).toEqual([
      2, 5, 1,
    ]);
  });

  it("write each outcome to the results file, also without expectation", () => {
    rhai.write({
      "results.jsonl": jsonl(
        { id: "r-1", script: "print(1); debug(x); x", scope: { x: 2 } },
        { id: "r-2", script: "1 +", expect: expectation("3") },
      ).replace('"x":2', '"x":2.0'),
    });
    const { stdout } = rhai.run(["conformance", "results.jsonl", "--results", "out.jsonl"]);
    expect(stdout).toContain("1 without expectation");
    expect(stdout).toMatch(/\n0 passed, 1 failed\n$/);
    const [first, second] = readFileSync(join(rhai.folder, "out.jsonl"), "utf8").trim().split("\n");
    expect(JSON.parse(first)).toEqual({
      id: "r-1",
      output: [{ print: "1" }, { debug: "2.0", source: null, at: [1, 11] }],
      ok: { type: "f64", debug: "2.0", string: "2.0" },
    });
    expect(JSON.parse(second)).toMatchObject({
      id: "r-2",
      output: [],
      error: { kind: "ErrorParsing/UnexpectedEOF" },
    });
  });
});

describe("folders", () => {
  it("take scripts beside their expected texts", () => {
    rhai.write({
      "suite/good.rhai": '#!/usr/bin/env rhai\nprint("a"); import "sub/m" as m; print(m::x);',
      "suite/good.out": "a\n7\n",
      "suite/sub/m.rhai": "export const x = 7;",
      "suite/bad.rhai": 'print("before");\nx',
      "suite/bad.out": "before\n",
      "suite/bad.err": "Variable not found: x (line 2, position 1)\n",
      "suite/more.jsonl": jsonl({ id: "more-1", script: "1", expect: expectation("1") }),
    });
    expect(rhai.run(["conformance", "suite"]).stdout).toMatch(/\n3 passed, 0 failed\n$/);
    expect(rhai.run(["conformance", "suite/good.rhai"]).stdout).toMatch(/\n1 passed, 0 failed\n$/);
    rhai.write({ "suite/good.out": "a\n8\n" });
    const { code, stdout } = rhai.run(["conformance", "suite"]);
    expect(code).toBe(1);
    expect(stdout).toContain("      a\n    - 8\n    + 7\n");
  });
});

describe("cases that do not end well", () => {
  const cases = (...scripts: object[]) =>
    scripts.map((item, i) => parseCase(JSON.stringify({ id: `x-${i}`, expect: expectation("1"), ...item })));

  it("are ended when they hang, and the others still run", async () => {
    const endless = { script: "loop {}", options: { max_operations: 0 } };
    const judged = await runAndJudge(
      cases({ script: "1" }, endless, { script: "1" }, endless, { script: "1" }),
      {
        hangAfter: 1000,
      },
    );
    expect(judged.map(({ verdict }) => verdict?.exact)).toEqual([true, false, true, false, true]);
    expect(judged[1].outcome.crash).toBe("no end after 1 s");
  });

  it("are counted as failed when the runner itself can't run them", async () => {
    const judged = await runAndJudge(
      cases(
        { script: "1", options: { no_such_option: true } },
        { script: "1", files: { "../outside.rhai": "" } },
        { script: "1" },
      ),
    );
    expect(judged.map(({ verdict }) => verdict?.exact)).toEqual([false, false, true]);
    expect(judged[0].outcome.crash).toContain("unknown option no_such_option");
    expect(judged[1].outcome.crash).toContain("outside of the case's folder");
  });
});
