// Links programs for debugging: each node asks the run's debugger before it is evaluated.

import type { ChainStep, Expr, MethodStep, ScriptFnDef, Stmt } from "../../lang/ast.ts";
import type { AsyncEval, AsyncExec, Frame } from "../eval/frame.ts";
import { ending, type Later, whenDone } from "../eval/later.ts";
import type { Linker, NodeWatch } from "../eval/linker.ts";
import type { Value } from "../value/value.ts";
import { type Exit, Session, type Visit } from "./session.ts";

/** The debugger of the frame's run; null when the run is not debugged: modules may be shared with such runs. */
function sessionOf(frame: Frame): Session | null {
  const { debugger: session } = frame.run;
  return session instanceof Session ? session : null;
}

type Work<A extends readonly unknown[]> = (frame: Frame, ...args: A) => Later<Value>;

interface Site {
  readonly node: Expr | Stmt | ChainStep;
  readonly isStatement: boolean;
}

/** Lets the debugger stop before what `link` links, and tells it which call is being evaluated. */
function stopping<A extends readonly unknown[]>(
  linker: Linker,
  { node, isStatement }: Site,
  link: () => Work<A>,
): Work<A> {
  const { mayAwait } = linker;
  const position = node.pos;
  const visit: Visit = { node, position, isStatement, visible: linker.scope.visible(), mayAwait };
  const work = link();
  const isCall = node.kind === "call" || node.kind === "method";
  const evaluate: Work<[Session, ...A]> = (frame, session, ...args) => {
    if (!isCall) return work(frame, ...args);
    const { activeCall } = session;
    session.activeCall = visit;
    return ending(
      frame,
      () => work(frame, ...args),
      () => {
        session.activeCall = activeCall;
      },
    );
  };
  return (frame, ...args) => {
    const session = sessionOf(frame);
    if (session === null) return work(frame, ...args);
    return whenDone<void, Value>(frame, session.visit(frame, visit), () => evaluate(frame, session, ...args));
  };
}

/** Statements begin with a word that their expressions do not. */
function isStatementKind({ kind }: Expr | Stmt): boolean {
  return STATEMENTS.has(kind);
}

const STATEMENTS: ReadonlySet<string> = new Set<Stmt["kind"]>([
  "noop",
  "if",
  "switch",
  "while",
  "do",
  "for",
  "var",
  "assign",
  "try",
  "break",
  "continue",
  "return",
  "throw",
  "import",
  "export",
]);

export class DebuggerWatch implements NodeWatch {
  private readonly statements = new WeakSet<Expr>();

  markStatement(expr: Expr): void {
    this.statements.add(expr);
  }

  node<E extends AsyncEval>(linker: Linker, node: Expr | Stmt, link: () => E): E {
    // Blocks are seen by their statements.
    if (node.kind === "block") return link();
    const isStatement = isStatementKind(node) || this.statements.has(node as Expr);
    return stopping(linker, { node, isStatement }, link) as E;
  }

  place(linker: Linker, node: Expr | ChainStep): (frame: Frame) => Later<void> {
    const { mayAwait } = linker;
    const visible = linker.scope.visible();
    const visit: Visit = { node, position: node.pos, isStatement: false, visible, mayAwait };
    return (frame) => sessionOf(frame)?.visit(frame, visit);
  }

  method<A extends readonly unknown[]>(linker: Linker, step: MethodStep, inner: Work<A>): Work<A> {
    return stopping(linker, { node: step, isStatement: false }, () => inner);
  }

  body<E extends AsyncExec>(linker: Linker, { body, name, params }: ScriptFnDef, inner: E): E {
    const { mayAwait } = linker;
    const visible = linker.scope.visible();
    const entry: Visit = { node: body, position: body.pos, isStatement: true, visible, mayAwait };
    const exit: Exit = { node: body, position: body.endPos || body.pos, mayAwait };
    const exec: AsyncExec = (frame) => {
      const session = sessionOf(frame);
      if (session === null) return inner(frame);
      session.begin(frame);
      session.enter(frame, name, params.length);
      const { activeCall } = session;
      session.activeCall = null;
      const run = () => whenDone<void, Value>(frame, session.visit(frame, entry), () => inner(frame));
      const result = ending(
        frame,
        () => session.function(frame, exit, run),
        () => {
          session.activeCall = activeCall;
        },
      );
      return session.untilEnd(frame, mayAwait, result);
    };
    return exec as E;
  }

  program<E extends AsyncExec>(linker: Linker, inner: E): E {
    const { mayAwait } = linker;
    const exec: AsyncExec = (frame) => {
      const session = sessionOf(frame);
      return session === null ? inner(frame) : session.program(frame, mayAwait, () => inner(frame));
    };
    return exec as E;
  }
}
