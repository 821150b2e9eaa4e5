// What is wrong with a definition is said with file, line and step, whichever form it is written in.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { defineFlow } from "../../../src/flow/definition/define.ts";
import { FlowDefinitionError, issueText } from "../../../src/flow/definition/issues.ts";
import { loadFlowFile } from "../../../src/flow/definition/load.ts";
import { parseRhaiFlow } from "../../../src/flow/definition/rhai-form.ts";
import { parseFlow } from "../../../src/flow/definition/yaml-form.ts";

async function issuesOf(make: () => unknown): Promise<string[]> {
  try {
    await make();
  } catch (error) {
    if (error instanceof FlowDefinitionError) return error.issues.map(issueText);
    throw error;
  }
  throw new Error("expected a FlowDefinitionError");
}

/** YAML of the steps (from line 3 on), and what is said about them. */
const CASES: Readonly<Record<string, readonly [steps: string, ...issues: string[]]>> = {
  "an unknown field": [
    "- name: a\n  scrip: 1",
    "f.yaml:4:10: step 'a': unknown field `scrip`: did you mean `script`?",
  ],
  "a missing name": ["- script: x", "f.yaml:3:3: step 'number 1': name: is missing"],
  "a wrong type": ["- name: a\n  script: [x]", "f.yaml:4:11: step 'a': script: expected a text"],
  "a wrong name": [
    "- name: 1st\n  script: x",
    "f.yaml:3:9: step '1st': name: a step's name begins with a letter and has up to 64 letters, digits, `_` and `-`",
  ],
  "a wrong duration": [
    "- name: a\n  script: x\n  timeout: 5x",
    "f.yaml:5:12: step 'a': timeout: expected a duration: seconds, or a text like `90s`, `5m` or `1h30m`",
  ],
  "a wrong choice": [
    "- name: a\n  script: x\n  onFailure: stop",
    "f.yaml:5:14: step 'a': onFailure: expected one of fail, continue",
  ],
  "a wrong field of a nested map": [
    "- name: a\n  script: x\n  retry: { count: 1, dela: 2 }",
    "f.yaml:5:28: step 'a': unknown field `dela`: did you mean `delay`?",
  ],
  "nothing to do": [
    "- name: a",
    "f.yaml:3:3: step 'a': says nothing to do: it needs script, scriptPath, flow, waitFor, sleep or until",
  ],
  "several things to do": [
    "- name: a\n  script: x\n  sleep: 3",
    "f.yaml:5:10: step 'a': sleep: says to do several things: script, sleep; only one is possible",
  ],
  "a field without meaning": [
    "- name: a\n  sleep: 3\n  retries: 2",
    "f.yaml:3:3: step 'a': `retry` has no meaning for a step that waits for a time",
  ],
  "a name given twice": [
    "- name: a\n  script: x\n- name: a\n  script: y",
    "f.yaml:5:9: step 'a': name: there is a step of this name already",
  ],
  "an unknown step before": [
    "- name: pay\n  script: x\n- name: b\n  after: pya\n  script: y",
    "f.yaml:6:10: step 'b': after: there is no step 'pya': did you mean `pay`?",
  ],
  "a step that comes after itself": [
    "- name: a\n  after: [a]\n  script: x",
    "f.yaml:4:10: step 'a': after: it cannot come after itself",
  ],
  "a circle": [
    "- name: a\n  after: c\n  script: x\n- name: b\n  script: x\n- name: c\n  script: x",
    "f.yaml:4:10: step 'a': after: steps wait for each other: a -> b -> c -> a",
  ],
  "an expression that is none": [
    '- name: a\n  when: "input.x >"\n  script: x',
    "f.yaml:4:19: step 'a': when: `input.x >` is no expression: Script is incomplete",
  ],
  "an unknown variable in an expression": [
    "- name: a\n  when: inptu.x\n  script: x",
    "f.yaml:4:9: step 'a': when: there is no variable 'inptu' here: did you mean `input`?",
  ],
  "an item where there is none": [
    "- name: a\n  inputs: { x: item }\n  script: x",
    "f.yaml:4:16: step 'a': inputs.x: there is no variable 'item' here: there are input, steps, flow, now",
  ],
  "a step that is not done by then, in an expression": [
    "- name: a\n  script: x\n- name: b\n  after: []\n  when: steps.a.output\n  script: x",
    "f.yaml:7:15: step 'b': when: the expression uses steps.a, which need not be done by then: add 'a' to `after`",
  ],
  "a step that is not done by then, in a script": [
    "- name: a\n  script: |\n    let x = 1;\n    x + steps.b.output\n- name: b\n  script: x",
    "f.yaml:6:15: step 'a': script: the script uses steps.b, which need not be done by then: add 'b' to `after`",
  ],
  "a step that does not exist, in a script": [
    "- name: a\n  script: 'steps[\"z\"].output'",
    "f.yaml:4:18: step 'a': script: the script uses steps.z: there is no step 'z'",
  ],
  "a wrong pattern": [
    '- name: a\n  script: x\n  retry: { count: 1, on: ["/(/"] }',
    "f.yaml:5:27: step 'a': retry.on[0]: Invalid regular expression: /(/u: Unterminated group",
  ],
  "a mistake in a nested flow": [
    "- name: outer\n  flow:\n    name: inner\n    steps:\n      - name: a\n        script: x\n        afer: []",
    "f.yaml:9:15: step 'outer/a': unknown field `afer`: did you mean `after`?",
  ],
  "a file in a text that came from nowhere": [
    "- name: a\n  flow: other.yaml",
    "f.yaml:4:9: step 'a': names a file, which only `loadFlowFile` reads",
  ],
};

describe("a flow in YAML", () => {
  for (const [name, [steps, ...issues]] of Object.entries(CASES)) {
    it(`tells of ${name}`, async () => {
      expect(await issuesOf(() => parseFlow(`name: x\nsteps:\n${steps}\n`, { file: "f.yaml" }))).toEqual(
        issues,
      );
    });
  }

  it("tells of everything at once", async () => {
    const text = "name: a b\nsteps:\n- name: a\n  scrip: x\n- nam: b\n  script: y\n";
    expect(await issuesOf(() => parseFlow(text))).toHaveLength(4);
  });

  it("tells of text that is no YAML, and of data that is no flow", async () => {
    expect(await issuesOf(() => parseFlow("name: [", { file: "f.yaml" }))).toEqual([
      expect.stringContaining("f.yaml:1:8: "),
    ]);
    expect(await issuesOf(() => parseFlow("- a", { file: "f.yaml" }))).toEqual([
      "f.yaml:1:1: expected the fields of a flow",
    ]);
    expect(await issuesOf(() => parseFlow("name: a\nname: b", { file: "f.yaml" }))).toHaveLength(1);
  });

  it("tells of a wrong schedule and a wrong schema", async () => {
    const text =
      "name: x\nschedule: { cron: '99 * * * *' }\ninput: { type: nothing }\nsteps: [{ name: a, script: x }]";
    expect(await issuesOf(() => parseFlow(text, { file: "f.yaml" }))).toEqual([
      expect.stringContaining("f.yaml:2:11: schedule: invalid value: cron expression"),
      expect.stringContaining("f.yaml:3:8: input: cannot be used as a JSON Schema"),
    ]);
  });
});

describe("a flow in files", () => {
  let folder: string;
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "rhai-flow-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("names the file of a script that stands by itself", async () => {
    const script = write("pay.rhai", "let a = 1;\nsteps.nobody.output");
    const path = write("f.yaml", "name: x\nsteps:\n- { name: a, scriptPath: pay.rhai }\n");
    expect(await issuesOf(() => loadFlowFile(path))).toEqual([
      `${script}:2:7: step 'a': script: the script uses steps.nobody: there is no step 'nobody'`,
    ]);
  });

  it("names the file of a flow inside", async () => {
    const inner = write("inner.yaml", "name: inner\nsteps: []\n");
    const path = write("g.yaml", "name: x\nsteps:\n- { name: a, flow: inner.yaml }\n");
    expect(await issuesOf(() => loadFlowFile(path))).toEqual([
      `${inner}:2:8: a flow needs at least one step`,
    ]);
  });

  it("tells of files that are not there, and of flows that hold themselves", async () => {
    const path = write("h.yaml", "name: x\nsteps:\n- { name: a, scriptPath: no.rhai }\n");
    expect(await issuesOf(() => loadFlowFile(path))).toEqual([
      `${path}:3:26: step 'a': cannot read no.rhai (ENOENT)`,
    ]);
    const self = write("self.yaml", "name: x\nsteps:\n- { name: a, flow: self.yaml }\n");
    expect((await issuesOf(() => loadFlowFile(self)))[0]).toContain(
      `${self}:3:20: step 'a': cannot read self.yaml`,
    );
    await expect(loadFlowFile(join(folder, "x.txt"))).rejects.toThrow(
      "a flow is a .yaml, .json, .rhai, .js or .ts file",
    );
  });
});

describe("a flow in Rhai", () => {
  it("names the line of the call that was wrong", async () => {
    const text = [
      'new_flow("x")',
      '  .add_step(new_step("a").script("1").timeout("5x"))',
      '  .add_step(new_step("b")',
      '    .script("1")',
      '    .when("steps.z.output"))',
    ].join("\n");
    expect(await issuesOf(() => parseRhaiFlow(text, { file: "f.rhai" }))).toEqual([
      "f.rhai:2:39: step 'a': timeout: expected a duration: seconds, or a text like `90s`, `5m` or `1h30m`",
    ]);
    expect(await issuesOf(() => parseRhaiFlow(text.replace("5x", "5s"), { file: "f.rhai" }))).toEqual([
      "f.rhai:5:6: step 'b': when: the expression uses steps.z: there is no step 'z'",
    ]);
  });

  it("says in which line of a longer script", async () => {
    const text = 'new_flow("x").add_step(new_step("a").script(`\nlet x = 1;\nsteps.z.output`))';
    expect(await issuesOf(() => parseRhaiFlow(text, { file: "f.rhai" }))).toEqual([
      "f.rhai:1:38 (line 2 of the text): step 'a': script: the script uses steps.z: there is no step 'z'",
    ]);
  });

  it("tells of syntax errors, errors of the script, and of a script that ends in something else", async () => {
    const issue = async (text: string) => (await issuesOf(() => parseRhaiFlow(text, { file: "f.rhai" })))[0];
    expect(await issue("new_flow(\n")).toMatch(/^f\.rhai:\d+:\d+: /);
    expect(await issue('new_flow("x")\n.add_stp(1)')).toMatch(/^f\.rhai:2:2: Function not found: add_stp/);
    expect(await issue('throw "no"')).toBe("f.rhai:1:1: Runtime error: no");
    expect(await issue("40 + 2")).toContain("does not end in a flow");
    expect(await issue('new_step("a").flow(new_flow("inner"))')).toBe(
      "f.rhai:1:20: a flow needs at least one step",
    );
  });
});

describe("a flow in TypeScript", () => {
  it("names the line that built the step", async () => {
    const here = new Error().stack!.split("\n")[1];
    const line = Number(/:(\d+):\d+\)?$/.exec(here)![1]);
    const step = newStep("b").when("steps.z.output").script("1").build();
    const flow = newFlow("x").addStep(newStep("a").script("1").build()).addStep(step);
    const [issue] = await issuesOf(() => flow.build());
    expect(issue).toMatch(
      new RegExp(`errors\\.test\\.ts:${line + 2}:\\d+ \\(line 1 of the text\\): step 'b': when: `),
    );
  });

  it("complains about values that no step can have when the step is built", async () => {
    expect(await issuesOf(() => newStep("a").script("1").retries(-1).build())).toEqual([
      expect.stringContaining("step 'a': retries: expected a whole number from 0"),
    ]);
    expect(await issuesOf(() => newFlow("x").build())).toEqual([
      expect.stringContaining(": a flow needs at least one step"),
    ]);
  });

  it("takes plain data, too", async () => {
    expect(await issuesOf(() => defineFlow({ name: "x", steps: [{ name: "a" }] }))).toEqual([
      "step 'a': says nothing to do: it needs script, scriptPath, flow, waitFor, sleep or until",
    ]);
  });
});
