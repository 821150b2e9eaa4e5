// AST: a compiled script as hosts handle it.

import type { Ast, ScriptFnDef, Stmt } from "../lang/ast.ts";
import { type WalkNode, walkAst } from "../lang/walk.ts";
import { requireAst } from "./check-arguments.ts";
import { isLiteral, literalValue } from "./eval/literal.ts";
import type { ModuleResolver } from "./module/resolver.ts";
import { ModuleResolversCollection } from "./module/static-resolver.ts";
import type { Value } from "./value/value.ts";

/** What hosts are told about a script function; Rhai's `ScriptFnMetadata`. */
export interface ScriptFnMetadata {
  /** Name of the function. */
  readonly name: string;
  /** Names of the parameters. */
  readonly params: readonly string[];
  /** `private` functions can be called by their own script only. */
  readonly access: "public" | "private";
  /** The type that `this` has to have (`fn int.double()`), or null. */
  readonly thisType: string | null;
  /** Doc comments as they are written. */
  readonly comments: readonly string[];
}

/** A literal that a script's top level defines as a variable or constant. */
export interface LiteralVariable {
  /** Name of the variable. */
  readonly name: string;
  /** Defined by `const`. */
  readonly isConstant: boolean;
  /** The literal. */
  readonly value: Value;
}

function fnKey(fn: ScriptFnDef): string {
  return `${fn.thisType ?? ""}.${fn.name}/${fn.params.length}`;
}

/** Which functions to keep: by access, name and number of parameters. */
export type FunctionFilter = (fn: ScriptFnMetadata) => boolean;

/**
 * A compiled script: immutable, so that it can be cached and run any number of times, also at once. Methods that Rhai's `AST`
 * performs in place return a new one here. See "AST" in Rhai's book.
 */
export class AST implements Ast {
  /** What the top level does, in order. */
  readonly statements: readonly Stmt[];
  /** The functions of the script, closures included. */
  readonly functions: readonly ScriptFnDef[];
  /** Name of the source (a path), or null. */
  readonly source: string | null;
  /** The text that it was compiled from. */
  readonly text: string;
  /** Module documentation: the `//!` comments. */
  readonly doc: string;
  constructor(
    tree: Ast,
    /** Modules that the script brings along (`compileIntoSelfContained`); asked before the engine's resolver. */
    readonly resolver: ModuleResolver | null = null,
  ) {
    this.statements = tree.statements;
    this.functions = tree.functions;
    this.source = tree.source;
    this.text = tree.text;
    this.doc = tree.doc;
  }

  /** An AST that does nothing. */
  static empty(): AST {
    return new AST({ statements: [], functions: [], source: null, text: "", doc: "" });
  }

  private with(changes: Partial<Ast>): AST {
    return new AST({ ...this, ...changes }, this.resolver);
  }

  /** The same script under another source name. */
  withSource(source: string | null): AST {
    return this.with({ source });
  }
  /** Whether the script defines functions, closures included. */
  get hasFunctions(): boolean {
    return this.functions.length > 0;
  }
  /** The functions alone, those that the filter accepts; see "Manage AST's" in Rhai's book. */
  cloneFunctionsOnly(filter: FunctionFilter = () => true): AST {
    return this.with({ statements: [], functions: this.functions.filter((fn) => filter(metadataOf(fn))) });
  }
  /** The statements alone. */
  cloneStatementsOnly(): AST {
    return this.with({ functions: [] });
  }
  /** Without the functions that the filter refuses; statements stay. */
  retainFunctions(filter: FunctionFilter): AST {
    return this.with({ functions: this.functions.filter((fn) => filter(metadataOf(fn))) });
  }
  /** The same as `cloneStatementsOnly`. */
  clearFunctions(): AST {
    return this.cloneStatementsOnly();
  }
  /** The same as `cloneFunctionsOnly`. */
  clearStatements(): AST {
    return this.cloneFunctionsOnly();
  }
  /** This script followed by another: statements in a row, functions of `other` replace those of the same name and arity. */
  merge(other: Ast, filter: FunctionFilter = () => true): AST {
    requireAst(other);
    const added = other.functions.filter((fn) => filter(metadataOf(fn)));
    const replaced = new Set(added.map(fnKey));
    const functions = [...this.functions.filter((fn) => !replaced.has(fnKey(fn))), ...added];
    const statements = [...this.statements, ...other.statements];
    const doc = [this.doc, other.doc].filter((text) => text !== "").join("\n");
    return new AST({ ...this, statements, functions, doc }, this.resolverWith(other));
  }
  /** Knows the modules of both scripts; for the same path that of the other one. */
  private resolverWith(other: Ast): ModuleResolver | null {
    const added = other instanceof AST ? other.resolver : null;
    if (this.resolver === null || added === null) return added ?? this.resolver;
    return new ModuleResolversCollection().push(added).push(this.resolver);
  }
  /** The same as `merge`: ASTs are immutable here. */
  combine(other: Ast, filter?: FunctionFilter): AST {
    return this.merge(other, filter);
  }
  /** Script functions without closures. */
  *iterFunctions(): IterableIterator<ScriptFnMetadata> {
    for (const fn of this.functions) if (!fn.isAnonymous) yield metadataOf(fn);
  }
  /** Variables and constants that the top level defines by a literal. */
  *iterLiteralVariables(
    includeConstants: boolean,
    includeVariables: boolean,
  ): IterableIterator<LiteralVariable> {
    for (const stmt of this.statements) {
      if (stmt.kind !== "var" || !isLiteral(stmt.value)) continue;
      if (stmt.constant ? !includeConstants : !includeVariables) continue;
      yield { name: stmt.name.name, isConstant: stmt.constant, value: literalValue(stmt.value) };
    }
  }
  /** Visits every node once, in source order; a visitor that returns false skips what is inside. */
  walk(visit: (node: WalkNode) => boolean | undefined): void {
    walkAst(this, visit);
  }
}

export function metadataOf(fn: ScriptFnDef): ScriptFnMetadata {
  const { name, params, thisType, comments } = fn;
  return { name, params, access: fn.isPrivate ? "private" : "public", thisType, comments };
}
