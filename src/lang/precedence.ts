// Binding power of the binary operators, and the operator behind each compound assignment.

const LEVELS: readonly (readonly [number, string])[] = [
  [30, "|| | ^"],
  [60, "&& &"],
  [90, "== !="],
  [110, "in !in"],
  [130, "< <= > >="],
  [135, "??"],
  [140, ".. ..="],
  [150, "+ -"],
  [180, "* / %"],
  [190, "**"],
  [210, "<< >>"],
];

/** Operator -> precedence; a higher number binds tighter. Custom operators are in `ParseOptions.customOperators`. */
export const PRECEDENCE: ReadonlyMap<string, number> = new Map(
  LEVELS.flatMap(([level, operators]) => operators.split(" ").map((operator) => [operator, level] as const)),
);

/** 0 for anything that is no binary operator. */
export function precedenceOf(operator: string): number {
  return PRECEDENCE.get(operator) ?? 0;
}

/** `a ** b ** c` is `a ** (b ** c)`; all other operators group to the left. */
export function bindsRight(operator: string): boolean {
  return operator === "**";
}

/** `+=` -> `+`, for every compound assignment. */
export const COMPOUND_ASSIGNMENTS: ReadonlyMap<string, string> = new Map(
  "+ - * / % ** << >> & | ^".split(" ").map((operator) => [`${operator}=`, operator] as const),
);
