// The linker's picture of the variables of one function: names to slots, block by block.

import type { Block, ScriptFnDef, Stmt } from "../../lang/ast.ts";
import { type WalkNode, walk } from "../../lang/walk.ts";
import type { VisibleVariable } from "./name-view.ts";

export interface StaticVariable extends VisibleVariable {
  /** A closure may have turned it into a shared cell: reads and writes must look. */
  readonly maybeShared: boolean;
}

/** What a function's code contains that changes how its variables are kept. */
export interface BodyFacts {
  /** Names captured by closures anywhere in the body. */
  readonly captured: ReadonlySet<string>;
  /** Calls `eval`: names may be defined at run time. */
  readonly hasEval: boolean;
  /** Imports modules or calls `f!()`: code elsewhere may capture our variables. */
  readonly sharesScope: boolean;
}

/** Scans a body once. Closures count by what they capture; their bodies are functions of their own. */
export function bodyFacts(body: Block | readonly Stmt[]): BodyFacts {
  const captured = new Set<string>();
  let hasEval = false;
  let sharesScope = false;
  const visit = (node: WalkNode): boolean => {
    if (!("kind" in node)) return true;
    switch (node.kind) {
      case "closure":
        for (const { name } of node.captures) captured.add(name);
        return false;
      case "call":
        if (node.name === "eval" && node.namespace === null) hasEval = true;
        if (node.capturesScope) sharesScope = true;
        return true;
      case "custom":
        if (node.scopeMayChange) hasEval = true;
        sharesScope = true;
        return true;
      case "import":
        sharesScope = true;
        return true;
      default:
        return true;
    }
  };
  if ("statements" in body) walk(body, visit);
  else for (const stmt of body) walk(stmt, visit);
  return { captured, hasEval, sharesScope };
}

/** Variables of the function being linked. */
export class StaticScope {
  private readonly variables: StaticVariable[] = [];
  /** Where each name stands in `variables`, innermost last: scripts may have many thousand variables. */
  private readonly places = new Map<string, number[]>();
  /** What `visible` returned last, as long as it holds: a debugger asks at every node. */
  private shown: StaticVariable[] | null = null;
  private readonly exported = new Set<number>();
  private height = 0;
  /** Slots the frame needs. */
  size = 0;
  /** Nesting of blocks: 0 at the top of the function or script. */
  depth = 0;
  constructor(
    readonly facts: BodyFacts,
    /** The function, or null for a script's top level. */
    readonly fn: ScriptFnDef | null,
    /** So many of the first parameters may hold shared cells. */
    sharedParams: number,
    /** Every variable may become shared at any time (a debugger or custom syntax can see it). */
    private readonly allShared = false,
  ) {
    if (fn !== null) {
      fn.params.forEach((name, i) => {
        this.declare(name, false, i < sharedParams);
      });
    }
  }

  find(name: string): StaticVariable | null {
    const place = this.places.get(name)?.at(-1);
    return place === undefined ? null : this.variables[place];
  }

  declare(name: string, constant: boolean, shared = false): StaticVariable {
    this.shown = null;
    const { captured, sharesScope } = this.facts;
    const variable: StaticVariable = {
      name,
      slot: this.height,
      constant,
      maybeShared: shared || this.allShared || sharesScope || captured.has(name),
    };
    this.height++;
    if (this.height > this.size) this.size = this.height;
    const places = this.places.get(name);
    if (places === undefined) this.places.set(name, [this.variables.length]);
    else places.push(this.variables.length);
    this.variables.push(variable);
    return variable;
  }

  /** The variable in this slot is exported: it keeps its slot when its name is defined again. */
  markExported(slot: number): void {
    this.exported.add(slot);
  }

  /** `let` of a name that the same block has defined already: same slot, maybe other constness. Null when there is none. */
  redeclare(name: string, constant: boolean, blockStart: number): StaticVariable | null {
    const place = this.places.get(name)?.at(-1);
    if (place === undefined || place < blockStart || this.exported.has(this.variables[place].slot))
      return null;
    this.shown = null;
    const renewed = { ...this.variables[place], constant };
    this.variables[place] = renewed;
    return renewed;
  }

  /** A slot without a name, for a value that the code itself needs. */
  anonymousSlot(): number {
    return this.declare("", false).slot;
  }

  /** Marks where a block starts, for `leave` and `redeclare`. The variables that a statement has for its blocks are no block. */
  enter(isBlock = true): number {
    if (isBlock) this.depth++;
    return this.variables.length;
  }
  leave(mark: number, isBlock = true): void {
    if (isBlock) this.depth--;
    this.shown = null;
    for (let i = mark; i < this.variables.length; i++) this.places.get(this.variables[i].name)?.pop();
    this.variables.length = mark;
    this.height = mark === 0 ? 0 : this.variables[mark - 1].slot + 1;
  }

  /** What can be seen from here, for code that looks names up at run time. */
  visible(): readonly StaticVariable[] {
    this.shown ??= this.variables.filter((variable) => variable.name !== "");
    return this.shown;
  }
  get count(): number {
    return this.variables.length;
  }
}
