// `rhai flow test FILE --mock mocks.yaml`: runs a flow against scripted replies in virtual time, and checks what came out.

import { dirname } from "node:path";
import type { FlowDefinition } from "../../flow/definition/types.ts";
import { durationText } from "../../flow/graph/graph.ts";
import type { MockCall } from "../../flow/mock/mock-api.ts";
import { type Expectation, loadMocksFile, type Mocks } from "../../flow/mock/mocks-file.ts";
import { differences, type TestedFlow, testFlow } from "../../flow/mock/test-flow.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { oneLine, printJson } from "../queue/show.ts";
import { styleFor } from "../style.ts";
import { paintedStatus } from "./change-text.ts";
import { reportingFlows } from "./failure.ts";
import { readFlow } from "./flow-file.ts";

export interface TestOptions {
  readonly mock?: readonly string[];
  readonly json?: boolean;
}

interface Test {
  readonly name: string;
  readonly tested: TestedFlow;
  readonly problems: readonly string[];
}

/** Each mocks file is a test; without any, the steps run their own scripts, and the flow has to complete. */
export function testFlows(file: string, { mock = [], json }: TestOptions): Promise<ExitCode> {
  return reportingFlows(async () => {
    const definition = await readFlow(file);
    const cases =
      mock.length === 0
        ? [{ name: file, mocks: {} }]
        : mock.map((name) => ({ name, mocks: loadMocksFile(name) }));
    const tests: Test[] = [];
    for (const { name, mocks } of cases) {
      const test = await runTest(definition, dirname(file), name, mocks);
      tests.push(test);
      if (!json) printTest(test);
    }
    if (json) printJson(tests.map(reportOf));
    return tests.every(({ problems }) => problems.length === 0) ? ExitCode.OK : ExitCode.FAILED;
  });
}

async function runTest(
  definition: FlowDefinition,
  scriptsFolder: string,
  name: string,
  mocks: Mocks,
): Promise<Test> {
  const tested = await testFlow(definition, { ...mocks, scriptsFolder });
  return { name, tested, problems: differences(tested, expectationOf(mocks)) };
}

/** Who says nothing about the end expects a good one. */
function expectationOf({ expect = {} }: Mocks): Expectation {
  return expect.status === undefined && expect.error === undefined
    ? { ...expect, status: "Completed" }
    : expect;
}

function reportOf({ name, tested, problems }: Test): unknown {
  const { flow, calls, elapsedMs, hung, history } = tested;
  return { test: name, passed: problems.length === 0, problems, elapsedMs, hung, flow, calls, history };
}

function printTest({ name, tested, problems }: Test): void {
  const style = styleFor(1);
  const { flow, calls, elapsedMs, hung } = tested;
  const end = hung ? `${flow.status}, and nothing can happen any more` : flow.status;
  const time = `after ${durationText(elapsedMs)} of virtual time`;
  output.line(`${style.bold(name)}: ${flow.name}: ${paintedStatus(end, style)} ${style.dim(time)}`);
  const start = flow.createdAt;
  for (const call of calls) output.line(`  ${callText(call, start)}`);
  if (flow.error !== null) {
    const where = flow.error.step === undefined ? "" : `step '${flow.error.step}': `;
    output.line(`  failed: ${where}${oneLine(flow.error.message, 300)}`);
  }
  if (flow.output !== null) output.line(`  output: ${oneLine(JSON.stringify(flow.output), 300)}`);
  for (const problem of problems) output.line(`  ${style.red("error")}: ${oneLine(problem, 1000)}`);
  if (problems.length === 0) output.line(`  ${style.green("as expected")}`);
}

const KINDS = { step: "step", compensation: "undo", function: "call" } as const;

function callText({ kind, name, args, at, attempt }: MockCall, start: number): string {
  const detail =
    kind === "function"
      ? oneLine(JSON.stringify(args), 100)
      : attempt !== null && attempt > 1
        ? `attempt ${attempt}`
        : "";
  return `${`+${durationText(at - start)}`.padEnd(14)}${KINDS[kind]} ${name} ${detail}`.trimEnd();
}
