// The abstract syntax tree: plain, immutable data with positions and spans; it holds no runtime state.
//
// Every node has `pos` (the position Rhai reports for it in errors) and a span (`start`, `end`: UTF-16 offsets).
// The tree is what Rhai's parser builds, with two differences: chains of `.` and `[]` are flattened into
// one `ChainExpr`, and a closure is one node instead of a hidden call of `curry`.

import type { Position } from "./position.ts";

/** What every node has: Rhai's position of it (see `Position`), and where its text begins and ends. */
export interface NodeBase {
  readonly pos: Position;
  readonly start: number;
  readonly end: number;
}

/** A name. */
export interface Ident extends NodeBase {
  readonly name: string;
}

// ---------------------------------------------------------------- expressions

/** An INT literal. */
export interface IntExpr extends NodeBase {
  readonly kind: "int";
  /** `number` when it is a safe integer, otherwise `bigint`; always within i64. */
  readonly value: number | bigint;
}
/** A FLOAT literal. */
export interface FloatExpr extends NodeBase {
  readonly kind: "float";
  readonly value: number;
}
/** A char literal. */
export interface CharExpr extends NodeBase {
  readonly kind: "char";
  /** One Unicode scalar value. */
  readonly value: string;
}
/** A string literal without interpolation. */
export interface StringExpr extends NodeBase {
  readonly kind: "string";
  readonly value: string;
}
/** `true` or `false`. */
export interface BoolExpr extends NodeBase {
  readonly kind: "bool";
  readonly value: boolean;
}
/** `()`. */
export interface UnitExpr extends NodeBase {
  readonly kind: "unit";
}
/** A constant made by the optimiser or by the host: `value` is a runtime value that the language layer never looks into. */
export interface ConstantExpr extends NodeBase {
  readonly kind: "constant";
  readonly value: unknown;
}
/** A back-tick string with `${...}`: literal segments are `StringExpr`, the others any expression. */
export interface InterpolatedExpr extends NodeBase {
  readonly kind: "interpolated";
  readonly parts: readonly Expr[];
}
/** `[a, b, ...]` */
export interface ArrayExpr extends NodeBase {
  readonly kind: "array";
  readonly items: readonly Expr[];
}
/** `key: value` in an object map. */
export interface MapEntry {
  readonly key: Ident;
  readonly value: Expr;
}
/** `#{ key: value, ... }` */
export interface MapExpr extends NodeBase {
  readonly kind: "map";
  /** In the order written. Keys are unique. */
  readonly entries: readonly MapEntry[];
}
/** The use of a variable or constant, by its module's name too. */
export interface VariableExpr extends NodeBase {
  readonly kind: "variable";
  readonly name: string;
  /** `a::b::name`: the identifiers `a`, `b`; null for a plain variable. */
  readonly namespace: readonly Ident[] | null;
}
/** `this` */
export interface ThisExpr extends NodeBase {
  readonly kind: "this";
}
/** `{ ... }` used as an expression; also `if`, `switch`, loops in expression position: a block with that one statement. */
export interface BlockExpr extends NodeBase {
  readonly kind: "block";
  readonly block: Block;
}
/** A function call in call style, and every unary and binary operator (`op` is set for those). */
export interface CallExpr extends NodeBase {
  readonly kind: "call";
  readonly name: string;
  readonly namespace: readonly Ident[] | null;
  readonly args: readonly Expr[];
  /** `f!(...)`: runs in the scope of the caller. */
  readonly capturesScope: boolean;
  /** The operator's symbol when the call was written as an operator (`+`, `==`, `-` unary ...; `contains` for `in`). */
  readonly op: string | null;
}
/** `a && b && c` */
export interface AndExpr extends NodeBase {
  readonly kind: "and";
  readonly operands: readonly Expr[];
}
/** `a || b || c` */
export interface OrExpr extends NodeBase {
  readonly kind: "or";
  readonly operands: readonly Expr[];
}
/** `a ?? b ?? c` */
export interface CoalesceExpr extends NodeBase {
  readonly kind: "coalesce";
  readonly operands: readonly Expr[];
}

/** `.name` or `?.name` in a chain. */
export interface PropertyStep extends NodeBase {
  readonly kind: "property";
  readonly name: string;
  /** `?.`: a unit target ends the whole chain with unit. */
  readonly optional: boolean;
  /** Position of the `.` operator; `pos` is that of the name. */
  readonly opPos: Position;
}
/** `.name(args)` or `?.name(args)` in a chain. */
export interface MethodStep extends NodeBase {
  readonly kind: "method";
  readonly name: string;
  readonly args: readonly Expr[];
  readonly capturesScope: boolean;
  readonly optional: boolean;
  readonly opPos: Position;
}
/** `[index]` or `?[index]` in a chain. */
export interface IndexStep extends NodeBase {
  readonly kind: "index";
  readonly index: Expr;
  /** `?[` as Rhai attributes it (its parser gives the flag to the bracket it does, quirks included). */
  readonly optional: boolean;
  /** Position of the `[`. `pos` is the same. */
  readonly opPos: Position;
}
/** One step of a chain. */
export type ChainStep = PropertyStep | MethodStep | IndexStep;

/** `root.prop[index].method(args)...`: at least one step. `pos` is that of the first step's operator. */
export interface ChainExpr extends NodeBase {
  readonly kind: "chain";
  readonly root: Expr;
  readonly steps: readonly ChainStep[];
}
/** A variable that a closure captures; `pos` is the place of use in the body. */
export interface Capture extends Ident {
  /** Put here by the optimiser: the constant that the variable is known to be. The closure gets it instead of the variable. */
  readonly constant?: Expr;
}
/** `|x| ...` or `|| ...`. `fn` is also listed in `Ast.functions`; its first parameters are the captured names. */
export interface ClosureExpr extends NodeBase {
  readonly kind: "closure";
  readonly fn: ScriptFnDef;
  /** Outer variables that the body uses, in parameter order. */
  readonly captures: readonly Capture[];
}
/** Custom syntax registered by the host. */
export interface CustomExpr extends NodeBase {
  readonly kind: "custom";
  readonly inputs: readonly Expr[];
  readonly tokens: readonly string[];
  readonly scopeMayChange: boolean;
  readonly selfTerminated: boolean;
  /** The host's implementation; the language layer never looks into it. */
  readonly implementation: unknown;
  readonly state: unknown;
}

/** An expression that is its value. */
export type Literal = IntExpr | FloatExpr | CharExpr | StringExpr | BoolExpr | UnitExpr | ConstantExpr;

/** Any expression. */
export type Expr =
  | Literal
  | InterpolatedExpr
  | ArrayExpr
  | MapExpr
  | VariableExpr
  | ThisExpr
  | BlockExpr
  | CallExpr
  | AndExpr
  | OrExpr
  | CoalesceExpr
  | ChainExpr
  | ClosureExpr
  | CustomExpr;

// ----------------------------------------------------------------- statements

/** A list of statements with a scope of its own. `pos` is the `{`, `endPos` the `}` (or NO_POSITION). */
export interface Block extends NodeBase {
  readonly statements: readonly Stmt[];
  readonly endPos: Position;
}

/** An empty statement. */
export interface NoopStmt extends NodeBase {
  readonly kind: "noop";
}
/** `if ... { } else ...` */
export interface IfStmt extends NodeBase {
  readonly kind: "if";
  readonly condition: Expr;
  readonly then: Block;
  /** `else if` is a block that holds one `if` statement. Null when there is no `else`. */
  readonly otherwise: Block | null;
}
/** What a `switch` does for some of its cases. */
export interface SwitchArm {
  /** `if` guard, or null. */
  readonly condition: Expr | null;
  /** A statement arm is a `BlockExpr` around it (see `scoped`). */
  readonly action: Expr;
}
/** A value that a `switch` compares with. */
export interface SwitchCase {
  /** A constant expression: literal, or array/map literal of constants. */
  readonly value: Expr;
  readonly arm: number;
}
/** A range that a `switch` compares with. */
export interface SwitchRange {
  readonly from: number | bigint;
  readonly to: number | bigint;
  readonly inclusive: boolean;
  readonly arm: number;
}
/** `switch value { ... }` */
export interface SwitchStmt extends NodeBase {
  readonly kind: "switch";
  readonly value: Expr;
  readonly arms: readonly SwitchArm[];
  /** Literal cases in the order written; they are tried before all ranges. */
  readonly cases: readonly SwitchCase[];
  /** Range cases in the order written (empty ranges are left out). */
  readonly ranges: readonly SwitchRange[];
  /** The arm of `_`, or null. */
  readonly defaultArm: number | null;
}
/** `while ... { }` and `loop { }` */
export interface WhileStmt extends NodeBase {
  readonly kind: "while";
  /** Null for `loop`. */
  readonly condition: Expr | null;
  readonly body: Block;
}
/** `do { } while ...` and `do { } until ...` */
export interface DoStmt extends NodeBase {
  readonly kind: "do";
  readonly body: Block;
  readonly condition: Expr;
  /** `do ... until`. */
  readonly until: boolean;
}
/** `for (variable, counter) in iterable { }` */
export interface ForStmt extends NodeBase {
  readonly kind: "for";
  readonly variable: Ident;
  readonly counter: Ident | null;
  readonly iterable: Expr;
  readonly body: Block;
}
/** `let` and `const`. */
export interface VarStmt extends NodeBase {
  readonly kind: "var";
  readonly name: Ident;
  /** `UnitExpr` without position when there is no initial value. */
  readonly value: Expr;
  readonly constant: boolean;
  readonly exported: boolean;
}
/** `target = value`, and the same with `+=` and its kind. */
export interface AssignStmt extends NodeBase {
  readonly kind: "assign";
  readonly target: Expr;
  readonly value: Expr;
  /** `+` for `+=`; null for plain `=`. `pos` of the statement is the operator's position. */
  readonly op: string | null;
}
/** `{ ... }` as a statement. */
export interface BlockStmt extends NodeBase {
  readonly kind: "block";
  readonly block: Block;
}
/** `try { } catch (variable) { }` */
export interface TryStmt extends NodeBase {
  readonly kind: "try";
  readonly body: Block;
  readonly catchVariable: Ident | null;
  readonly handler: Block;
}
/** An expression as a statement. */
export interface ExprStmt extends NodeBase {
  readonly kind: "expr";
  readonly expr: Expr;
  /** Set by the optimiser when `expr` is a call: Rhai then counts one operation for both. */
  readonly isCall?: true;
}
/** `break value` */
export interface BreakStmt extends NodeBase {
  readonly kind: "break";
  readonly value: Expr | null;
}
/** `continue` */
export interface ContinueStmt extends NodeBase {
  readonly kind: "continue";
}
/** `return value` */
export interface ReturnStmt extends NodeBase {
  readonly kind: "return";
  readonly value: Expr | null;
}
/** `throw value` */
export interface ThrowStmt extends NodeBase {
  readonly kind: "throw";
  readonly value: Expr | null;
}
/** `import path as alias` */
export interface ImportStmt extends NodeBase {
  readonly kind: "import";
  readonly path: Expr;
  /** `as name`; null when the module is only run. */
  readonly alias: Ident | null;
}
/** `export name as alias` */
export interface ExportStmt extends NodeBase {
  readonly kind: "export";
  readonly name: Ident;
  /** `as alias`; null: exported under its own name. */
  readonly alias: Ident | null;
}

/** Any statement. */
export type Stmt =
  | NoopStmt
  | IfStmt
  | SwitchStmt
  | WhileStmt
  | DoStmt
  | ForStmt
  | VarStmt
  | AssignStmt
  | BlockStmt
  | TryStmt
  | ExprStmt
  | BreakStmt
  | ContinueStmt
  | ReturnStmt
  | ThrowStmt
  | ImportStmt
  | ExportStmt;

// ------------------------------------------------------------------ functions

/** A function that a script defines, or the body of a closure. */
export interface ScriptFnDef extends NodeBase {
  /** `anon$...` for closures. */
  readonly name: string;
  /** Type name of a typed method `fn type.name()`, as written after mapping `int` -> `i64`, `float` -> `f64`; or null. */
  readonly thisType: string | null;
  readonly params: readonly string[];
  readonly body: Block;
  readonly isPrivate: boolean;
  readonly isAnonymous: boolean;
  /** Doc-comments before the definition, as written. */
  readonly comments: readonly string[];
}

/** A compiled script. */
export interface Ast {
  /** What the top level does, in order. */
  readonly statements: readonly Stmt[];
  /** All functions in the order of definition, closures included. */
  readonly functions: readonly ScriptFnDef[];
  /** Name of the source (a path, usually), or null. */
  readonly source: string | null;
  /** The source text, kept for tools and error display. */
  readonly text: string;
  /** `//!` comments at the top. */
  readonly doc: string;
}
