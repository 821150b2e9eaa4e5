// `rhai flow` without Redis: check, graph, run --local, test.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMocks } from "../../src/flow/mock/mocks-file.ts";
import { xmlProblem } from "../flow/support/xml.ts";
import { Command, ROOT } from "./command.ts";

const ORDER = `
name: order
steps:
  - name: check
    script: |
      print("checking " + input.order);
      #{ total: input.total * 2 }
  - name: pay
    script: if input.fail == true { throw "declined" } else { "ch_" + steps.check.output.total }
    compensate: 'print("refund")'
    retries: 0
  - name: ship
    script: '#{ paid: steps.pay.output }'
`;

const RHAI = `
new_flow("greeting")
  .add_step(new_step("hello").script("\`hello \${input.name}\`"))
  .add_step(new_step("shout").script("steps.hello.output.to_upper()"))
`;

const WRONG = `name: wrong
steps:
  - name: a
    script: "let x = ;"
  - name: b
    after: [nobody]
    scirpt: "1"
  - name: c
    when: "steps.d.output"
    script: "1"
`;

describe("rhai flow, in one process", () => {
  let rhai: Command;

  beforeAll(() => {
    rhai = new Command();
    rhai.write({
      "order.yaml": ORDER,
      "greeting.rhai": RHAI,
      "wrong.yaml": WRONG,
      "broken.yaml": "name: [",
      "typo.rhai": 'new_flow("x").add_step(new_step("a").scrpt("1"))',
      "syntax.rhai": 'new_flow("x")\n  .add_step(new_step("a").script("let y = ;"))',
      "by-path/flow.yaml": "name: by-path\nsteps:\n  - name: a\n    scriptPath: a.rhai\n",
      "by-path/a.rhai": 'import "b" as b; b::two()',
      "by-path/b.rhai": "fn two() { 2 }",
    });
  });
  afterAll(() => rhai.remove());

  describe("check", () => {
    it("says nothing bad about good flows, in every form", () => {
      const { code, stdout, stderr } = rhai.run([
        "flow",
        "check",
        "order.yaml",
        "greeting.rhai",
        "by-path/flow.yaml",
      ]);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: "3 flows checked, 0 with errors\n",
        stderr: "",
      });
    });

    it("names file, line and step of all that is wrong", () => {
      const { code, stdout } = rhai.run(["flow", "check", "wrong.yaml"]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^wrong\.yaml:7:\d+: error: step 'b': .*scirpt/m);
      expect(stdout).toContain("1 flow checked, 1 with errors");
      const found = JSON.parse(rhai.run(["flow", "check", "--json", "wrong.yaml"]).stdout);
      expect(found[0]).toMatchObject({ severity: "error", file: "wrong.yaml", line: 7, step: "b" });
    });

    it.each([
      ["broken.yaml", /^broken\.yaml:1:\d+: error: /m],
      ["typo.rhai", /^typo\.rhai:1:\d+: error: .*scrpt/m],
      ["syntax.rhai", /^syntax\.rhai:2:\d+: error: step 'a': .*/m],
    ])("finds the place in %s", (file, pattern) => {
      const { code, stdout, stderr } = rhai.run(["flow", "check", file]);
      expect(stdout).toMatch(pattern);
      expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    });

    it("tells in one line of a file that is not there", () => {
      const { code, stdout, stderr } = rhai.run(["flow", "check", "nope.yaml"]);
      const told = "error: nope.yaml cannot be opened: no such file or folder\n";
      expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: told });
    });
  });

  describe("graph", () => {
    it("prints Mermaid text", () => {
      const { code, stdout } = rhai.run(["flow", "graph", "greeting.rhai"]);
      expect(code).toBe(0);
      expect(stdout).toBe(
        '---\ntitle: "greeting"\n---\nflowchart TD\n  s1["hello"]\n  s2["shout"]\n  s1 --> s2\n',
      );
    });

    it("writes an SVG file", () => {
      const { code, stdout } = rhai.run(["flow", "graph", "order.yaml", "--svg", "order.svg"]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
      const svg = readFileSync(join(rhai.folder, "order.svg"), "utf8");
      expect(xmlProblem(svg)).toBeNull();
      expect(svg).toContain(">ship</text>");
      expect(rhai.run(["flow", "graph", "order.yaml", "--svg", "-"]).stdout).toBe(svg);
    });

    it("asks for a file or a run, and complains about a place that cannot be written", () => {
      expect(rhai.run(["flow", "graph"])).toMatchObject({ code: 2 });
      const { code, stderr } = rhai.run(["flow", "graph", "order.yaml", "--svg", "no/where.svg"]);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: "error: no/where.svg cannot be opened: no such file or folder\n",
      });
    });
  });

  describe("run --local", () => {
    it("prints the result, and what scripts print on standard error", () => {
      const { code, stdout, stderr } = rhai.run([
        ...["flow", "run", "order.yaml", "--local"],
        ...["--input", "order=o-1", "--input", "total:=21"],
      ]);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: '{"paid":"ch_42"}\n',
        stderr: "check | checking o-1\n",
      });
    });

    it("runs what a Rhai script builds", () => {
      const { code, stdout } = rhai.run([
        "flow",
        "run",
        "greeting.rhai",
        "--local",
        "--input-json",
        '{"name":"ada"}',
      ]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '"HELLO ADA"\n' });
    });

    it("finds scripts and modules beside the flow", () => {
      expect(rhai.run(["flow", "run", "by-path/flow.yaml", "--local"])).toMatchObject({
        code: 0,
        stdout: "2\n",
      });
    });

    it("fails with the step and the reason", () => {
      const args = [
        "flow",
        "run",
        "order.yaml",
        "--local",
        "--input",
        "order=x",
        "--input",
        "total:=1",
        "--input",
        "fail:=true",
      ];
      const { code, stdout, stderr } = rhai.run(args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/^error: flow \S+ failed: step 'pay': .*declined$/m);
      const result = JSON.parse(rhai.run([...args, "--json"]).stdout);
      expect(result).toMatchObject({ status: "Failed", error: { step: "pay", kind: "ErrorRuntime" } });
    });

    it("shows each transition with --watch, as lines or as JSON", () => {
      const args = [
        "flow",
        "run",
        "order.yaml",
        "--local",
        "--watch",
        "--input",
        "order=x",
        "--input",
        "total:=1",
      ];
      const { code, stdout, stderr } = rhai.run(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const lines = stdout.trimEnd().split("\n");
      const told = lines.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, ""));
      expect(told.filter((line) => !line.startsWith("flow:") && !line.includes(" | "))).toEqual([
        ...[
          "check: Running",
          "check: Completed",
          "pay: Running",
          "pay: Completed",
          "ship: Running",
          "ship: Completed",
        ],
        '{"paid":"ch_2"}',
      ]);
      expect(told).toContain("check | checking x");
      const events = rhai
        .run([...args, "--json"])
        .stdout.trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(
        events.filter(({ step, type }) => step === "pay" && type === "change").map(({ status }) => status),
      ).toEqual(["Running", "Completed"]);
      expect(events.find(({ type }) => type === "log")).toMatchObject({ step: "check", text: "checking x" });
      expect(events.at(-1)).toMatchObject({ type: "result", status: "Completed", output: { paid: "ch_2" } });
    });

    it.each([
      [["--input", "x"], "'x' is not an argument (examples: --input city=Oslo, --input n:=3)"],
      [["--input-json", "[1]"], '--input-json has to be a JSON object (example: {"n": 3})'],
      [["--detach"], "--local and --detach exclude each other: nothing would be left to run it"],
    ])("refuses %j", (more, text) => {
      const { code, stderr } = rhai.run(["flow", "run", "order.yaml", "--local", ...more]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: `error: ${text}\n` });
    });

    it("complains about a wrong flow before anything runs", () => {
      const { code, stderr } = rhai.run(["flow", "run", "syntax.rhai", "--local"]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: syntax\.rhai:2:\d+: step 'a': .+\n$/);
    });
  });

  describe("test", () => {
    beforeAll(() => {
      rhai.write({
        "good.yaml": `
input: { order: o-1, total: 1 }
steps:
  pay: [{ error: declined, times: 1 }, { output: ch_9, delay: 3h }]
expect: { error: declined, compensated: [], calls: { pay: 1 } }
`,
        "bad.yaml": "steps:\n  check: {}\n  pay: { output: ch_1 }\nexpect: { output: { paid: ch_2 } }\n",
        "wrong-mocks.yaml": "steps:\n  pay: { outptu: 1 }\n",
      });
    });

    it("passes when all came out as expected", () => {
      const { code, stdout, stderr } = rhai.run(["flow", "test", "order.yaml", "--mock", "good.yaml"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^good\.yaml: order: Failed after .* of virtual time$/m);
      expect(stdout).toMatch(/^ {2}\+\d+ ms +step check$/m);
      expect(stdout).toContain("as expected");
    });

    it("fails with every difference", () => {
      const { code, stdout } = rhai.run([
        "flow",
        "test",
        "order.yaml",
        "--mock",
        "good.yaml",
        "--mock",
        "bad.yaml",
      ]);
      expect(code).toBe(1);
      expect(stdout).toContain('error: output: expected {"paid":"ch_2"}, got {"paid":"ch_1"}');
      const tests = JSON.parse(
        rhai.run(["flow", "test", "order.yaml", "--mock", "bad.yaml", "--json"]).stdout,
      );
      expect(tests).toMatchObject([{ test: "bad.yaml", passed: false, flow: { status: "Completed" } }]);
    });

    it("lets scripts sleep in virtual time", () => {
      rhai.write({
        "sleeps.yaml": "name: sleeps\nsteps:\n  - { name: a, script: 'sleep(90); sleep(0.5); 1' }\n",
      });
      const { code, stdout } = rhai.run(["flow", "test", "sleeps.yaml"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^sleeps\.yaml: sleeps: Completed after 1 min 31 s of virtual time$/m);
    });

    it("expects a flow to complete when nothing else is said", () => {
      rhai.write({ "fails.yaml": "steps:\n  check: { error: no }\n" });
      const { code, stdout } = rhai.run(["flow", "test", "order.yaml", "--mock", "fails.yaml"]);
      expect(code).toBe(1);
      expect(stdout).toContain('error: status: expected "Completed", got "Failed"');
    });

    it("names the place of a mistake in a mocks file", () => {
      const { code, stderr } = rhai.run(["flow", "test", "order.yaml", "--mock", "wrong-mocks.yaml"]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: wrong-mocks\.yaml:2:\d+: .*outptu.*\n$/);
    });
  });

  describe("explore", () => {
    it("finds nothing wrong with a sound flow", () => {
      const { code, stdout, stderr } = rhai.run([
        "flow",
        "explore",
        "order.yaml",
        "--mock",
        "bad.yaml",
        "--rounds",
        "5",
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(
        /^order: Completed when undisturbed, in \d+ writes and starts\n\d+ runs with killed executors: nothing went wrong\n$/,
      );
    });

    it("fails with what it found", () => {
      rhai.write({ "stuck.yaml": "name: stuck\nsteps:\n  - { name: w, waitFor: never }\n" });
      const { code, stdout } = rhai.run([
        "flow",
        "explore",
        "stuck.yaml",
        "--max-points",
        "1",
        "--rounds",
        "0",
      ]);
      expect(code).toBe(1);
      expect(stdout).toContain("hung: the flow did not end: it is Waiting\n  without any crash\n");
      expect(stdout).toContain("killed before deed 1: ");
      const found = JSON.parse(
        rhai.run(["flow", "explore", "stuck.yaml", "--json", "--max-points", "0", "--rounds", "0"]).stdout,
      );
      expect(found).toMatchObject({ status: "Waiting", tried: 0, problems: [{ kind: "hung", kills: [] }] });
    });
  });

  describe("import", () => {
    beforeAll(() => {
      const input = ["--input", "order=o-1", "--input", "total:=21"];
      expect(
        rhai.run(["flow", "run", "order.yaml", "--local", "--record", "good.json", ...input]),
      ).toMatchObject({ code: 0 });
      const failing = [...input, "--input", "fail:=true"];
      expect(
        rhai.run(["flow", "run", "order.yaml", "--local", "--record", "failed.json", ...failing]),
      ).toMatchObject({ code: 1 });
    });

    it("shows the run as it was", () => {
      const { code, stdout, stderr } = rhai.run(["flow", "import", "failed.json", "--history", "--log"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^order: Failed, /);
      expect(stdout).toMatch(/✗ pay +Failed .*declined$/m);
      expect(stdout).toMatch(/^error +step 'pay': .*declined$/m);
      expect(stdout).toMatch(/Z {2}pay: Failed, .*declined$/m);
      expect(stdout).toMatch(/Z {2}check \| checking o-1$/m);
    });

    it("does it again with the results of then", () => {
      for (const file of ["good.json", "failed.json"]) {
        const { code, stdout } = rhai.run(["flow", "import", file, "--replay"]);
        expect(stdout).toContain("all as recorded");
        expect(code).toBe(0);
      }
    });

    it("goes on from a step with a mended script", () => {
      rhai.write({ "mended.yaml": ORDER.replace("input.fail == true", "false") });
      const args = [
        "flow",
        "import",
        "failed.json",
        "--from",
        "pay",
        "--live",
        "pay",
        "--live",
        "ship",
        "--flow",
        "mended.yaml",
      ];
      const { code, stdout } = rhai.run(args);
      expect(stdout).toMatch(/^output +\{"paid":"ch_42"\}$/m);
      expect(stdout).toContain('other than recorded: status: was "Failed", now "Completed"');
      expect(code).toBe(0);
      expect(JSON.parse(rhai.run([...args, "--json"]).stdout)).toMatchObject({
        flow: { status: "Completed" },
        hung: false,
      });
    });

    it("refuses what is no such file, and options that do not go together", () => {
      const { code, stderr } = rhai.run(["flow", "import", "order.yaml"]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: invalid value: not a file of a run: .*\n$/);
      expect(rhai.run(["flow", "import", "good.json", "--input", "a=b"])).toMatchObject({ code: 2 });
      expect(rhai.run(["flow", "import", "good.json", "--from", "nope"])).toMatchObject({ code: 2 });
    });
  });

  describe("docs/flow-cli.md", () => {
    const text = readFileSync(join(ROOT, "docs/flow-cli.md"), "utf8");
    const shell = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block.split("\n"));
    const commands = shell.flatMap((line) => /rhai flow ([a-z]+)(.*)/.exec(line)?.slice(1, 3) ?? []);
    const used = new Map<string, Set<string>>();
    for (let i = 0; i < commands.length; i += 2) {
      const options = commands[i + 1].match(/--[a-z-]+/g) ?? [];
      used.set(commands[i], new Set([...(used.get(commands[i]) ?? []), ...options]));
    }

    it("shows every command", () => {
      const help = rhai.run(["flow", "--help"]).stdout;
      const names = [...help.matchAll(/^ {2}([a-z]+)(?:\|[a-z]+)? (?:\[|<)/gm)].map(([, name]) => name);
      expect(names.length).toBeGreaterThan(15);
      const shown = names.filter(
        (name) => text.includes(`\`rhai flow ${name}`) || text.includes(`\`${name}`),
      );
      expect(shown).toEqual(names.filter((name) => name !== "help"));
    });

    it("uses only options that there are", () => {
      expect(used.size).toBeGreaterThan(10);
      for (const [command, options] of used) {
        const { code, stdout } = rhai.run(["flow", command, "--help"]);
        expect(code).toBe(0);
        expect(
          [...options].filter((option) => !stdout.includes(`${option} `)),
          command,
        ).toEqual([]);
      }
    });

    it("holds a test that can be read", () => {
      for (const [, yaml] of text.matchAll(/```yaml\n([\s\S]*?)```/g))
        expect(() => parseMocks(yaml)).not.toThrow();
    });
  });
});
