// `rhai dbg FILE [-- ARGS]`: runs a script under a debugger.

import type { Ast } from "../../lang/ast.ts";
import type { AST } from "../../runtime/ast.ts";
import type { BreakPoint } from "../../runtime/debugger/break-point.ts";
import { Engine } from "../../runtime/engine.ts";
import { EvalError } from "../../runtime/errors.ts";
import { FileModuleResolver } from "../../runtime/module/file-resolver.ts";
import { Scope } from "../../runtime/scope.ts";
import { RhaiArray } from "../../runtime/value/containers.ts";
import { debugLine } from "../debug-line.ts";
import { DebugConsole } from "../debugger/console.ts";
import { type LineInput, lineInput } from "../debugger/line-input.ts";
import { Listing } from "../debugger/listing.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { reportFailure } from "../report.ts";
import { readScript, type ScriptSource, UnreadableScript } from "../script-source.ts";
import { styleFor } from "../style.ts";

/** Loads modules anew in each run, and remembers their texts. */
class DebugEngine extends Engine {
  constructor(private readonly listing: Listing) {
    super();
    this.setOptimizationLevel("none");
    this.setModuleResolver(new FileModuleResolver(null, { cache: false }));
    this.onPrint((text) => output.line(text));
    this.onDebug((text, source, position) => output.line(debugLine(text, source, position)));
  }
  override compileModule(text: string, source: string): Ast {
    this.listing.add(source, text);
    return super.compileModule(text, source);
  }
}

interface Session {
  readonly engine: Engine;
  readonly script: ScriptSource;
  readonly ast: AST;
  readonly args: readonly string[];
  readonly input: LineInput;
  readonly listing: Listing;
  /** Break-points outlive a restart. */
  readonly breakPoints: BreakPoint[];
}

function scopeFor(args: readonly string[]): Scope {
  return new Scope().push("args", new RhaiArray([...args]));
}

async function debugOnce(session: Session): Promise<ExitCode | "restart"> {
  const { engine, script, ast, input, listing, breakPoints } = session;
  const console = new DebugConsole({ input, listing, script: ast, style: styleFor(1) });
  engine.registerDebugger(
    (debug) => {
      debug.breakPoints = breakPoints;
    },
    (...stop) => console.stopped(...stop),
  );
  try {
    await engine.evalAst(ast, { scope: scopeFor(session.args) });
    return ExitCode.OK;
  } catch (error) {
    const isEnded = error instanceof EvalError && error.kind === "ErrorTerminated" && console.wish !== null;
    if (!isEnded) {
      reportFailure(error, script);
      return ExitCode.FAILED;
    }
    return console.wish === "restart" ? "restart" : ExitCode.OK;
  }
}

async function debugScript(script: ScriptSource, args: readonly string[]): Promise<ExitCode> {
  const listing = new Listing(styleFor(1));
  listing.add(script.source, script.text);
  const engine = new DebugEngine(listing);
  let ast: AST;
  try {
    ast = engine.compile(script.text, { source: script.source, scope: scopeFor(args) });
  } catch (error) {
    reportFailure(error, script);
    return ExitCode.FAILED;
  }
  output.line("Type 'help' for a list of commands.");
  const input = lineInput();
  const session: Session = { engine, script, ast, args, input, listing, breakPoints: [] };
  try {
    let outcome = await debugOnce(session);
    while (outcome === "restart") {
      output.line("! restarting");
      outcome = await debugOnce(session);
    }
    return outcome;
  } finally {
    input.close();
  }
}

/** Debugs one file; `args` are in its variable `args`. */
export async function debugFile(file: string, args: readonly string[]): Promise<ExitCode> {
  if (file === "-")
    throw new UsageError("the script cannot come from standard input: commands are read there");
  try {
    return await debugScript(readScript(file), args);
  } catch (error) {
    if (!(error instanceof UnreadableScript)) throw error;
    output.errorLine(error.message);
    return ExitCode.FAILED;
  }
}
