// Syntax trees as short texts, for comparison in tests: `(+ 1 (* 2 x))`.

import type { Ast, Block, ChainStep, Expr, Stmt } from "../../src/lang/ast.ts";

export function treeText(ast: Ast): string {
  return list(ast.statements);
}

function list(statements: readonly Stmt[]): string {
  return statements.map(stmtText).join("; ");
}

function blockText(block: Block): string {
  return `{${list(block.statements)}}`;
}

function qualified(name: string, namespace: readonly { name: string }[] | null): string {
  return [...(namespace ?? []).map((part) => part.name), name].join("::");
}

function stepText(step: ChainStep): string {
  const mark = step.optional ? "?" : "";
  switch (step.kind) {
    case "property":
      return `${mark}.${step.name}`;
    case "method":
      return `${mark}.${step.name}${step.capturesScope ? "!" : ""}(${step.args.map(exprText).join(", ")})`;
    case "index":
      return `${mark}[${exprText(step.index)}]`;
  }
}

export function exprText(expr: Expr): string {
  switch (expr.kind) {
    case "int":
    case "bool":
      return String(expr.value);
    case "float":
      return Number.isInteger(expr.value) ? `${expr.value}.0` : String(expr.value);
    case "char":
      return `'${expr.value}'`;
    case "string":
      return JSON.stringify(expr.value);
    case "unit":
      return "()";
    case "constant":
      return "constant";
    case "this":
      return "this";
    case "variable":
      return qualified(expr.name, expr.namespace);
    case "array":
      return `[${expr.items.map(exprText).join(", ")}]`;
    case "map":
      return `#{${expr.entries.map(({ key, value }) => `${key.name}: ${exprText(value)}`).join(", ")}}`;
    case "interpolated":
      return `\`${expr.parts.map(exprText).join(" ")}\``;
    case "block":
      return blockText(expr.block);
    case "and":
    case "or":
    case "coalesce":
      return `(${expr.kind} ${expr.operands.map(exprText).join(" ")})`;
    case "chain":
      return exprText(expr.root) + expr.steps.map(stepText).join("");
    case "closure": {
      const captured = expr.captures.map((capture) => capture.name).join(" ");
      return `<${captured}|${expr.fn.params.join(" ")}| ${blockText(expr.fn.body)}>`;
    }
    case "call": {
      const args = expr.args.map(exprText);
      if (expr.op !== null) return `(${[expr.op, ...args].join(" ")})`;
      return `${qualified(expr.name, expr.namespace)}${expr.capturesScope ? "!" : ""}(${args.join(", ")})`;
    }
    case "custom":
      return `custom(${[...expr.tokens, ...expr.inputs.map(exprText)].join(" ")})`;
  }
}

function optionalText(expr: Expr | null): string {
  return expr === null ? "" : ` ${exprText(expr)}`;
}

export function stmtText(stmt: Stmt): string {
  switch (stmt.kind) {
    case "noop":
      return "noop";
    case "expr":
      return exprText(stmt.expr);
    case "block":
      return blockText(stmt.block);
    case "if": {
      const otherwise = stmt.otherwise === null ? "" : ` else ${blockText(stmt.otherwise)}`;
      return `if ${exprText(stmt.condition)} ${blockText(stmt.then)}${otherwise}`;
    }
    case "switch":
      return switchText(stmt);
    case "while":
      return `while${optionalText(stmt.condition)} ${blockText(stmt.body)}`;
    case "do":
      return `do ${blockText(stmt.body)} ${stmt.until ? "until" : "while"} ${exprText(stmt.condition)}`;
    case "for": {
      const counter = stmt.counter === null ? "" : `, ${stmt.counter.name}`;
      return `for ${stmt.variable.name}${counter} in ${exprText(stmt.iterable)} ${blockText(stmt.body)}`;
    }
    case "var": {
      const keyword = `${stmt.exported ? "export " : ""}${stmt.constant ? "const" : "let"}`;
      return `${keyword} ${stmt.name.name} = ${exprText(stmt.value)}`;
    }
    case "assign":
      return `${exprText(stmt.target)} ${stmt.op ?? ""}= ${exprText(stmt.value)}`;
    case "try":
      return `try ${blockText(stmt.body)} catch(${stmt.catchVariable?.name ?? ""}) ${blockText(stmt.handler)}`;
    case "continue":
      return "continue";
    case "break":
    case "return":
    case "throw":
      return stmt.kind + optionalText(stmt.value);
    case "import":
      return `import ${exprText(stmt.path)} as ${stmt.alias?.name ?? "-"}`;
    case "export":
      return `export ${stmt.name.name} as ${stmt.alias?.name ?? "-"}`;
  }
}

function switchText(stmt: Stmt & { kind: "switch" }): string {
  const arms = stmt.arms.map(
    ({ condition, action }, index) =>
      `${index}${condition === null ? "" : ` if ${exprText(condition)}`} => ${exprText(action)}`,
  );
  const cases = stmt.cases.map(({ value, arm }) => `${exprText(value)}:${arm}`);
  const ranges = stmt.ranges.map(
    ({ from, to, inclusive, arm }) => `${from}..${inclusive ? "=" : ""}${to}:${arm}`,
  );
  const fallback = stmt.defaultArm === null ? [] : [`_:${stmt.defaultArm}`];
  return `switch ${exprText(stmt.value)} {${[...cases, ...ranges, ...fallback].join(" ")} | ${arms.join(", ")}}`;
}
