// `rhai run FILE… [-- ARGS]`: runs scripts as rhai-run does.

import { Scope } from "../../runtime/scope.ts";
import { RhaiArray } from "../../runtime/value/containers.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { reportFailure } from "../report.ts";
import { scriptEngine } from "../script-engine.ts";
import { readScript, type ScriptSource, UnreadableScript } from "../script-source.ts";

function runScript(script: ScriptSource, args: readonly string[]): void {
  const engine = scriptEngine();
  const scope = new Scope().push("args", new RhaiArray([...args]));
  const ast = engine.compile(script.text, { source: script.source, scope });
  engine.evalAstSync(ast, scope);
}

function runFile(file: string, args: readonly string[]): ExitCode {
  const script = readScript(file);
  try {
    runScript(script, args);
    return ExitCode.OK;
  } catch (error) {
    reportFailure(error, script);
    return ExitCode.FAILED;
  }
}

/**
 * Runs one file after the other, each in an engine of its own. As in rhai-run a failing script does not keep the
 * next ones from running, a file that can't be read does.
 */
export function runFiles(files: readonly string[], args: readonly string[]): ExitCode {
  let code: ExitCode = ExitCode.OK;
  try {
    for (const file of files) {
      const outcome = runFile(file, args);
      if (outcome !== ExitCode.OK) code = outcome;
    }
    return code;
  } catch (error) {
    if (!(error instanceof UnreadableScript)) throw error;
    output.errorLine(error.message);
    if (error.reason === "missing" && files.length > 1) {
      output.errorLine("hint: write arguments for the script after `--`: rhai run FILE -- ARGS");
    }
    return ExitCode.FAILED;
  }
}
