// registerDebugger: stops as recorded from Rhai, what can be seen and changed there, asynchronous callbacks, wrong use.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { columnOf, lineOf, NO_POSITION, type Position } from "../../src/lang/position.ts";
import type { WalkNode } from "../../src/lang/walk.ts";
import { type BreakPoint, describeBreakPoint } from "../../src/runtime/debugger/break-point.ts";
import {
  type DebuggerCommand,
  type DebuggerContext,
  type DebuggerEvent,
  describeCall,
} from "../../src/runtime/debugger/debugger.ts";
import type { DebuggerCallback } from "../../src/runtime/debugger/session.ts";
import { Engine } from "../../src/runtime/engine.ts";
import { EvalError } from "../../src/runtime/errors.ts";
import { UnexpectedPromiseError } from "../../src/runtime/eval/may-await-error.ts";
import { Module } from "../../src/runtime/module/module.ts";
import { StaticModuleResolver } from "../../src/runtime/module/static-resolver.ts";
import { tasksPackage } from "../../src/runtime/packages/tasks.ts";
import { Scope } from "../../src/runtime/scope.ts";
import { debug } from "../../src/runtime/value/display.ts";

type Command = "into" | "over" | "next" | "exit" | "continue";

interface Recorded {
  readonly id: string;
  readonly script: string;
  readonly source?: string;
  /** One for each stop; the last one goes on to count. */
  readonly commands: readonly Command[];
  /** `fn NAME`, `call NAME ARGS`, `prop NAME`, `pos LINE COLUMN`. */
  readonly breaks?: readonly string[];
  /** `EVENT @ LINE:COLUMN [CALLS]` for each stop, and the result. */
  readonly trace: readonly string[];
}

/** Recorded from Rhai 1.26 (optimisation level none). */
const recorded = readFileSync(join(import.meta.dirname, "debugger.data.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

const COMMANDS: Readonly<Record<string, DebuggerCommand>> = {
  into: "stepInto",
  over: "stepOver",
  exit: "functionExit",
};

function breakPoint(text: string, source: string | null): BreakPoint {
  const [kind, name, count] = text.split(" ");
  if (kind === "prop") return { kind: "property", name, enabled: true };
  if (kind === "pos")
    return { kind: "position", source, line: Number(name), column: Number(count), enabled: true };
  return { kind: "function", name, args: kind === "fn" ? null : Number(count), enabled: true };
}

function placeText(position: Position): string {
  return position === NO_POSITION ? "none" : `${lineOf(position)}:${columnOf(position)}`;
}

function eventText(event: DebuggerEvent): string {
  if (event.kind === "breakPoint") return `break:${event.index}`;
  if (event.kind !== "functionExit") return event.kind;
  return event.error === null ? `exit=${debug(event.value)}` : `exit!${event.error.root.message}`;
}

/** A callback that notes each stop and answers with one command after the other. */
function noting(trace: string[], commands: readonly Command[]): DebuggerCallback {
  let stops = 0;
  return (context, event, _node, source, position) => {
    const calls = context.debugger.callStack.map(describeCall).join(" | ");
    trace.push(
      `${eventText(event)} @ ${placeText(position)}${source === null ? "" : ` in ${source}`} [${calls}]`,
    );
    const command = commands[Math.min(stops++, commands.length - 1)];
    return COMMANDS[command] ?? (command as DebuggerCommand);
  };
}

function engineFor({
  commands,
  breaks = [],
  source = null,
}: Omit<Recorded, "source"> & { source?: string | null }) {
  const trace: string[] = [];
  const engine = new Engine().setOptimizationLevel("none").onPrint((text) => trace.push(`print ${text}`));
  const callback = noting(trace, commands);
  engine.registerDebugger((debug) => {
    for (const text of breaks) debug.breakPoints.push(breakPoint(text, source));
  }, callback);
  return { engine, trace };
}

describe("stops where Rhai does", () => {
  it.each(recorded)("$id", (item) => {
    const { engine, trace } = engineFor(item);
    const ast = engine.compile(item.script, { source: item.source ?? null });
    try {
      trace.push(`=> ${debug(engine.evalAstSync(ast))}`);
    } catch (error) {
      trace.push(`! ${error}`);
    }
    expect(trace).toEqual(item.trace);
  });
});

/** Runs a script; the callback is called at each stop, and goes on by `stepInto` when it returns nothing. */
function debugSync(
  script: string,
  callback: (
    context: DebuggerContext,
    event: DebuggerEvent,
    node: WalkNode | null,
    position: Position,
  ) => unknown,
  { engine = new Engine(), breaks = [] as readonly BreakPoint[], scope = new Scope() } = {},
) {
  engine.setOptimizationLevel("none").registerDebugger(
    (debug) => {
      debug.breakPoints.push(...breaks);
    },
    (context, event, node, _source, position) =>
      (callback(context, event, node, position) as DebuggerCommand | undefined) ?? "stepInto",
  );
  return engine.evalSync(script, scope);
}

/** Lines of the stops with one command for all. */
function linesWith(script: string, command: DebuggerCommand, breaks: readonly BreakPoint[] = []): number[] {
  const lines: number[] = [];
  debugSync(
    script,
    (_context, event, _node, position) => {
      if (event.kind !== "end") lines.push(lineOf(position));
      return command;
    },
    { breaks },
  );
  return lines;
}

const line = (number: number, column = 0): BreakPoint => ({
  kind: "position",
  source: null,
  line: number,
  column,
  enabled: true,
});

describe("commands", () => {
  it("next stops at each statement, also at calls and plain expressions, but not in functions", () => {
    const script =
      "fn f(x) {\n  x + 1\n}\nlet a = f(1);\nf(a);\na.to_string();\n{\n  let b = f(2);\n  b\n}\n[1].map(|x|\n  f(x));\na";
    expect(linesWith(script, "next")).toEqual([4, 5, 6, 8, 9, 11, 13]);
  });

  it("next goes through loops and branches, over `eval`, and back to the caller", () => {
    expect(linesWith("let s = 0;\nfor i in 0..2 {\n  s += i;\n}\nif s > 0 {\n  s = 0;\n}", "next")).toEqual([
      1, 2, 3, 3, 5, 6,
    ]);
    expect(linesWith("eval(`let a = 1;\n\n\nlet b = 2;`);\nlet c = 3;", "next")).toEqual([1, 5]);
    const script = "fn f() {\n  let a = 1;\n  a\n}\nlet b = f();\nb";
    let stops = 0;
    const lines: number[] = [];
    debugSync(script, (_context, event, _node, position) => {
      if (event.kind !== "end") lines.push(lineOf(position));
      return ++stops < 3 ? "stepInto" : "next";
    });
    expect(lines).toEqual([5, 5, 1, 2, 3, 6]);
  });

  it("stepOver stops at expressions, but not in functions", () => {
    const lines = linesWith("fn f(x) {\n  x\n}\nif f(1) == 1 {\n  f(2);\n}\nf(3)", "stepOver");
    expect(lines).toEqual([4, 4, 4, 4, 4, 5, 5, 7, 7]);
  });

  it("functionExit at a call ends with that function, not with those of its arguments", () => {
    const exits: string[] = [];
    debugSync("fn f(x) { x + 1 }\nfn g(x) { x * 2 }\nlet a = g(f(f(1)));", (context, event, node) => {
      if (event.kind === "functionExit")
        exits.push(`${context.debugger.callStack.at(-1)?.fnName}=${event.value}`);
      const isCall = node !== null && "kind" in node && node.kind === "call" && node.name === "g";
      return isCall ? "functionExit" : event.kind === "functionExit" ? "continue" : "stepInto";
    });
    expect(exits).toEqual(["g=6"]);
  });

  it("functionExit at the end of a function means the one that has called it", () => {
    const exits: (string | undefined)[] = [];
    let isInside = false;
    debugSync(
      "fn a() {\n b() }\nfn b() {\n c(1) }\nfn c(n) {\n n }\na();\na();",
      (context, event, _node, position) => {
        if (event.kind === "functionExit") exits.push(context.debugger.callStack.at(-1)?.fnName);
        isInside ||= lineOf(position) === 6;
        return isInside ? "functionExit" : "stepInto";
      },
    );
    expect(exits).toEqual(["c", "b", "a"]);
  });

  it("a wrong one is an error that says which there are", () => {
    expect(() => debugSync("1", () => "stop")).toThrow(
      /must return one of continue, stepInto, .* not "stop"/,
    );
  });
});

describe("break-points", () => {
  const script = "let a = 1; let b = 2;\nlet c = a + b + a.abs();\nfor i in 0..2 {\n  c += i; c -= 1;\n}\nc";

  it("on a line stop once for each statement there, however many expressions it has", () => {
    expect(linesWith(script, "continue", [line(2), line(4)])).toEqual([1, 2, 4, 4, 4, 4]);
    expect(linesWith("let x = [\n  1 + 1,\n  2 + 2,\n];", "continue", [line(3)])).toEqual([1, 3]);
  });

  it("at a column, a property, a function, a method or an operator", () => {
    const stops: string[] = [];
    const breaks: BreakPoint[] = [
      line(2, 15),
      { kind: "function", name: "abs", args: 0, enabled: true },
      { kind: "function", name: "abs", args: 1, enabled: true },
      { kind: "property", name: "p", enabled: true },
    ];
    debugSync(
      "let a = #{p: 1};\nlet c = a.p +  a.p.abs() - abs(2);",
      (_context, event, _node, position) => {
        stops.push(`${eventText(event)} ${columnOf(position)}`);
        return "continue";
      },
      { breaks },
    );
    expect(stops).toEqual(["start 1", "break:3 11", "break:3 18", "break:1 20", "break:2 28", "end 0"]);
  });

  it("can be switched off, added and removed at a stop", () => {
    const lines: number[] = [];
    debugSync("let a = 1;\na += 1;\na += 2;\na += 3;\na += 4;", (context, _event, _node, position) => {
      lines.push(lineOf(position));
      const { breakPoints } = context.debugger;
      if (lines.length === 1) breakPoints.push(line(2), line(3), line(4));
      if (lines.length === 2) breakPoints[1].enabled = false;
      if (lines.length === 3) context.debugger.breakPoints = [line(5)];
      return "continue";
    });
    expect(lines).toEqual([1, 2, 4, 5, 0]);
  });

  it.each<[BreakPoint, string]>([
    [line(3), "@ 3"],
    [{ ...line(3, 5), source: "m.rhai", enabled: false } as BreakPoint, "m.rhai @ 3:5 (disabled)"],
    [{ kind: "function", name: "f", args: null, enabled: true }, "f (...)"],
    [{ kind: "function", name: "+", args: 2, enabled: true }, "+ (_, _)"],
    [{ kind: "property", name: "p", enabled: false }, ".p (disabled)"],
  ])("are described as in Rhai: %j", (point, text) => {
    expect(describeBreakPoint(point)).toBe(text);
  });
});

describe("what can be seen", () => {
  it("variables at that place, `this`, the calls and their arguments", () => {
    const seen: string[] = [];
    const script =
      "const K = 9;\nfn h(n) {\n  let t = this.v + n;\n  { let u = t; u += 1; }\n  t\n}\nlet o = #{v: 1};\nlet f = |x| x + K;\no.h(f.call(2));";
    debugSync(script, (context, event, node, position) => {
      const isPlace = event.kind === "step" && node !== null && "kind" in node && node.kind === "assign";
      if (isPlace || (event.kind === "step" && lineOf(position) === 8)) {
        const variables = context
          .variables()
          .map(({ name, isConstant, value }) => `${isConstant ? "const " : ""}${name}=${debug(value)}`);
        seen.push(
          `${variables.join(" ")} this=${debug(context.this)} level=${context.callLevel} [${context.debugger.callStack.map(describeCall).join()}]`,
        );
      }
    });
    expect(seen.slice(0, 1)).toEqual(['const K=9 o=#{"v": 1} this=() level=0 []']);
    expect(seen.at(-1)).toBe('n=11 t=12 u=12 this=#{"v": 1} level=1 [h(11) @ 9:3]');
  });

  it("variables of the host, of eval and of loops", () => {
    const seen: string[][] = [];
    const scope = new Scope().push("host", 1);
    debugSync(
      'eval("let q = 2;");\nfor (i, n) in [5] {\n  i += q;\n}',
      (context, event, node) => {
        if (event.kind === "step" && node !== null && "kind" in node && node.kind === "assign")
          seen.push(context.variables().map(({ name }) => name));
      },
      { scope },
    );
    expect(seen).toEqual([["host", "q", "n", "i"]]);
  });

  it("natives on the stack, and closures that they call", () => {
    let calls = "";
    debugSync("[7].map(|x|\n  x + 1);", (context, _event, _node, position) => {
      if (lineOf(position) === 2)
        calls = context.debugger.callStack
          .map(({ fnName, args }) => `${fnName.slice(0, 5)}(${args.length})`)
          .join();
    });
    expect(calls).toBe("map(2),anon$(1)");
  });

  it("imports and the source of modules", () => {
    const engine = new Engine();
    const resolver = new StaticModuleResolver();
    const module = new Module();
    module.setVar("answer", 42);
    resolver.insert("lib", module);
    engine.setModuleResolver(resolver);
    const seen: string[] = [];
    debugSync(
      'import "lib" as l;\nl::answer',
      (context, _event, _node, position) => {
        if (lineOf(position) === 2)
          seen.push(
            ...context
              .imports()
              .map(({ name, module: { variables } }) => `${name} ${variables.get("answer")}`),
          );
      },
      { engine },
    );
    expect(seen[0]).toBe("l 42");
  });

  it("the state that the host keeps in the debugger, and the tag of the run", async () => {
    const engine = new Engine();
    let stops: unknown = null;
    let tag: unknown = null;
    engine.registerDebugger(
      (debugger_) => {
        debugger_.state = 0;
      },
      (context) => {
        context.debugger.state = (context.debugger.state as number) + 1;
        stops = context.debugger.state;
        tag = context.tag;
        return "next";
      },
    );
    await engine.eval("let a = 1; let b = 2; a + b", { tag: "mine" });
    expect([stops, tag]).toEqual([4, "mine"]);
  });

  it("back_trace tells scripts their own calls", () => {
    const engine = new Engine().registerDebugger(null, () => "continue");
    const script = "fn f(x) { g(x, 1) }\nfn g(a, b) { back_trace() }\nf(7).map(|c| c.display)";
    expect(debug(engine.evalSync(script))).toBe('["g(7, 1) @ 1:11", "f(7) @ 3:1"]');
    expect(() => new Engine().evalSync("back_trace()")).toThrow(/Function not found/);
  });
});

describe("what can be changed", () => {
  it("variables, `this`, and new variables", () => {
    const script = "fn f() {\n  this.v\n}\nlet a = 1;\nlet o = #{v: 1};\nlet r = [a, o.f()];\nr";
    const result = debugSync(script, (context, _event, _node, position) => {
      const at = lineOf(position);
      if (at === 6 && context.callLevel === 0) context.set("a", 5);
      if (at === 2 && context.callLevel === 1) context.this = { v: 8 };
      if (at === 7) context.define("extra", 1);
    });
    expect(debug(result)).toBe("[5, 8]");
    const defined = debugSync('let a = 1;\neval("extra") + a', (context, _event, _node, position) => {
      if (lineOf(position) === 2 && !context.has("extra")) context.define("extra", 41);
    });
    expect(defined).toBe(42);
  });

  it("neither constants nor what is not there", () => {
    const errors: string[] = [];
    debugSync("const C = 1;\nC", (context, _event, _node, position) => {
      if (lineOf(position) !== 2) return;
      for (const name of ["C", "absent", "this"]) {
        try {
          if (name === "this") context.this = 1;
          else context.set(name, 2);
        } catch (error) {
          errors.push(String(error));
        }
      }
    });
    expect(errors.slice(0, 3)).toEqual([
      "TypeError: 'C' is a constant",
      "TypeError: there is no variable 'absent' here",
      "TypeError: `this` is not bound here",
    ]);
  });

  it("calls of functions of the script, which the debugger does not stop in", () => {
    let stops = 0;
    let result: unknown = null;
    debugSync("fn f(x) { x * 2 }\nlet a = 4;\na", (context, _event, _node, position) => {
      stops++;
      if (lineOf(position) === 3) result = context.callFn("f", context.get("a"));
    });
    expect([result, stops]).toEqual([8, 4]);
  });
});

describe("errors of the callback", () => {
  it("are raised in the script, which may catch them", () => {
    const stopAt =
      (line: number) => (_context: unknown, _event: unknown, _node: unknown, position: Position) => {
        if (lineOf(position) === line) throw new Error("halt");
      };
    expect(debugSync("let r = 0;\ntry {\n  r = 1;\n} catch (e) { r = e; }\nr", stopAt(3))).toBe("halt");
    let error: EvalError | null = null;
    try {
      debugSync("let a = 1;\n  a += 1;", stopAt(2));
    } catch (thrown) {
      error = thrown as EvalError;
    }
    if (error === null) throw new Error("nothing was thrown");
    expect([error.kind, lineOf(error.position), String(error.cause)]).toEqual([
      "ErrorRuntime",
      2,
      "Error: halt",
    ]);
  });

  it("end the run when they cannot be caught, and leave the engine usable", () => {
    const engine = new Engine();
    const run = () =>
      debugSync(
        "try { let a = 1; } catch {}",
        () => {
          throw new EvalError("ErrorTerminated", { value: "bye" });
        },
        { engine },
      );
    expect(run).toThrow("Script terminated");
    engine.registerDebugger(null, null);
    expect(engine.evalSync("40 + 2")).toBe(42);
  });

  it("tell of a function that fails, on each level", () => {
    const exits: string[] = [];
    const run = () =>
      debugSync("fn a() { b() }\nfn b() { throw 1 }\na();", (context, event) => {
        if (event.kind === "functionExit")
          exits.push(`${context.debugger.callStack.at(-1)?.fnName}: ${event.error?.root.message}`);
      });
    expect(run).toThrow(EvalError);
    expect(exits).toEqual(["b: Runtime error: 1", "a: Runtime error: 1"]);
  });
});

describe("asynchronous runs", () => {
  it("wait for the callback, wherever it stops", async () => {
    const engine = new Engine().setOptimizationLevel("none");
    let waiting = 0;
    let most = 0;
    engine.registerDebugger(null, async (): Promise<DebuggerCommand> => {
      waiting++;
      most = Math.max(most, waiting);
      await new Promise((resolve) => setImmediate(resolve));
      waiting--;
      return "stepInto";
    });
    engine.registerAsyncFn("later", ["int"], async (n: number) => n + 1);
    const script =
      "fn f(x) { let y = later(x); y * 2 }\nlet a = [1, 2].map(|x| f(x));\na[0] += f(a.len());\nlet m = #{v: a};\nm.v.push(later(1));\nm.v";
    expect(debug(await engine.eval(script))).toBe("[10, 6, 2]");
    expect(most).toBe(1);
  });

  it("end when they are cancelled at a stop", async () => {
    const controller = new AbortController();
    const engine = new Engine().registerDebugger(null, () => {
      controller.abort("enough");
      return new Promise<never>(() => {});
    });
    await expect(engine.eval("1", { signal: controller.signal })).rejects.toMatchObject({
      kind: "ErrorTerminated",
    });
  });

  it("ask one after the other about tasks that run at once", async () => {
    const engine = new Engine().registerPackage(tasksPackage);
    let open = 0;
    let most = 0;
    const names = new Set<string>();
    engine.registerDebugger(null, async (context): Promise<DebuggerCommand> => {
      most = Math.max(most, ++open);
      names.add(context.debugger.callStack.map(({ fnName }) => fnName.replace(/\$.*/, "")).join("/"));
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return "stepInto";
    });
    const result = await engine.eval("let r = parallel([|| { let a = 1; a }, || { let b = 2; b }]); r");
    expect(debug(result)).toBe("[1, 2]");
    expect(most).toBe(1);
    expect([...names]).toContain("parallel/anon");
  });

  it("refuse promises in synchronous ones", () => {
    const engine = new Engine().registerDebugger(null, async (): Promise<DebuggerCommand> => "continue");
    expect(() => engine.evalSync("1")).toThrow(UnexpectedPromiseError);
  });

  it("stop in functions that the host calls", async () => {
    const engine = new Engine();
    const stops: string[] = [];
    engine.registerDebugger(null, (context, event) => {
      stops.push(`${event.kind} ${context.debugger.callStack.map(describeCall).join()}`);
      return "next";
    });
    const ast = engine.compile("fn f(x) { let y = x; y }");
    expect(await engine.callFn(new Scope(), ast, "f", [3], { evalAst: false })).toBe(3);
    expect(stops).toEqual(["start f(3)", "step f(3)", "step f(3)", "end "]);
  });
});

describe("registering", () => {
  it("refuses what is no function", () => {
    expect(() => new Engine().registerDebugger(null, 1 as never)).toThrow(
      /registerDebugger: expected a function/,
    );
    expect(() => new Engine().registerDebugger("x" as never, null)).toThrow(
      /registerDebugger: expected a function/,
    );
  });

  it("leaves JSON alone, and programs without a debugger as they are", () => {
    const engine = new Engine();
    const ast = engine.compile("let a = 1; a");
    const plain = engine.link(ast);
    let stops = 0;
    engine.registerDebugger(null, () => {
      stops++;
      return "stepInto";
    });
    expect(engine.link(ast)).not.toBe(plain);
    expect(debug(engine.parseJson('{"a": [1]}'))).toBe('#{"a": [1]}');
    expect(stops).toBe(0);
    engine.registerDebugger(null, null);
    let operations: number | null = null;
    engine.onVar((_name, _index, context) => {
      operations = context.operations;
      return undefined;
    });
    expect(engine.evalAstSync(ast)).toBe(1);
    expect([stops, operations]).toEqual([0, 0]);
  });
});
