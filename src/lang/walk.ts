// Visits the parts of syntax tree nodes: each child once, in the order of the source text.

import type { Ast, Block, ChainStep, Expr, ScriptFnDef, Stmt, SwitchStmt } from "./ast.ts";

/** Whatever has children. `Block` and `ScriptFnDef` are the ones without a `kind`. */
export type WalkNode = Expr | Stmt | ChainStep | Block | ScriptFnDef;

export function isBlock(node: WalkNode): node is Block {
  return "statements" in node;
}

export function isFunction(node: WalkNode): node is ScriptFnDef {
  return "params" in node;
}

/** Calls `visit` for each direct child of `node`. */
export function visitChildren(node: WalkNode, visit: (child: WalkNode) => void): void {
  if (isBlock(node)) node.statements.forEach(visit);
  else if (isFunction(node)) visit(node.body);
  else if (!visitExprChildren(node, visit)) visitStmtChildren(node as Stmt, visit);
}

/** Expressions and steps of chains; false for other kinds. */
function visitExprChildren(node: Expr | Stmt | ChainStep, visit: (child: WalkNode) => void): boolean {
  switch (node.kind) {
    case "interpolated":
      node.parts.forEach(visit);
      return true;
    case "array":
      node.items.forEach(visit);
      return true;
    case "map":
      for (const entry of node.entries) visit(entry.value);
      return true;
    case "call":
    case "method":
      node.args.forEach(visit);
      return true;
    case "and":
    case "or":
    case "coalesce":
      node.operands.forEach(visit);
      return true;
    case "chain":
      visit(node.root);
      node.steps.forEach(visit);
      return true;
    case "index":
      visit(node.index);
      return true;
    case "closure":
      visit(node.fn);
      return true;
    case "custom":
      node.inputs.forEach(visit);
      return true;
    default:
      return false;
  }
}

function visitStmtChildren(node: Stmt, visit: (child: WalkNode) => void): void {
  switch (node.kind) {
    case "if":
      visit(node.condition);
      visit(node.then);
      if (node.otherwise !== null) visit(node.otherwise);
      break;
    case "switch":
      visitSwitch(node, visit);
      break;
    case "while":
      if (node.condition !== null) visit(node.condition);
      visit(node.body);
      break;
    case "do":
      visit(node.body);
      visit(node.condition);
      break;
    case "for":
      visit(node.iterable);
      visit(node.body);
      break;
    case "assign":
      visit(node.target);
      visit(node.value);
      break;
    case "try":
      visit(node.body);
      visit(node.handler);
      break;
    case "block":
      visit(node.block);
      break;
    case "expr":
      visit(node.expr);
      break;
    case "import":
      visit(node.path);
      break;
    case "var":
    case "break":
    case "return":
    case "throw":
      if (node.value !== null) visit(node.value);
  }
}

function visitSwitch(node: SwitchStmt, visit: (child: WalkNode) => void): void {
  visit(node.value);
  let next = 0;
  node.arms.forEach((arm, index) => {
    for (; next < node.cases.length && node.cases[next].arm === index; next++) visit(node.cases[next].value);
    if (arm.condition !== null) visit(arm.condition);
    visit(arm.action);
  });
}

/**
 * Calls `visit` for `node` and everything below it, parents first; children of a node for which it returns false are left
 * out. Needs no deep call stack.
 */
export function walk(node: WalkNode, visit: (node: WalkNode) => boolean | undefined): void {
  const waiting: WalkNode[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (visit(next) === false) continue;
    const first = waiting.length;
    visitChildren(next, (child) => waiting.push(child));
    reverseFrom(waiting, first);
  }
}

/** `walk` over the statements of a script, then over its named functions; closures are met where they stand. */
export function walkAst(ast: Ast, visit: (node: WalkNode) => boolean | undefined): void {
  for (const stmt of ast.statements) walk(stmt, visit);
  for (const fn of ast.functions) {
    if (!fn.isAnonymous) walk(fn, visit);
  }
}

function reverseFrom(list: WalkNode[], first: number): void {
  for (let low = first, high = list.length - 1; low < high; low++, high--) {
    const node = list[low];
    list[low] = list[high];
    list[high] = node;
  }
}
