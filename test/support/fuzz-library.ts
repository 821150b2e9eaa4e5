// Random calls of the standard library: every overload with the values at the edge of each parameter's type.

import fc from "fast-check";
import library from "../runtime/standard-library.json" with { type: "json" };

const INTS = ["0", "1", "-1", "2", "3", "7", "63", "64", "-64", "100", "255", "256", "-129"];
const BIG_INTS = ["9223372036854775807", "-9223372036854775807 - 1", "4294967296", "9007199254740993"];
const ODD_FLOATS = [
  "PI()",
  "1e300 * 1e300",
  "-1e300 * 1e300",
  "sqrt(-1.0)",
  "9223372036854775808.0",
  "1e-320",
];

/** Expressions whose values have the type. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  i64: [...INTS, ...BIG_INTS],
  f64: ["0.0", "-0.0", "1.5", "-2.5", "0.1", "1e16", "1e-7", ...ODD_FLOATS],
  string: [
    '""',
    '"a"',
    '"abcabc"',
    '"héllo"',
    '"a😀b"',
    '" x y "',
    '"12"',
    '"1.5"',
    '"a,b,,c"',
    '"\\n\\0"',
    '"len"',
    '"\'"',
  ],
  char: ["'a'", "'é'", "'😀'", "' '", "'0'", "'\\0'", "'ß'"],
  array: [
    "[]",
    "[1]",
    "[3, 1, 2]",
    '["b", "a", "b"]',
    "[1, 1.0, 'a', \"a\", (), true]",
    "[[1], [], [[2]]]",
    "[|x| x]",
    "[1.5, 0.5]",
  ],
  blob: ["blob()", "blob(1, 255)", "blob(9, 65)", 'blob(3) + "é"'],
  map: ["#{}", "#{a: 1}", '#{b: #{a: [1]}, "k 1": "v"}', "#{a: |x| x, c: ()}"],
  range: ["0..3", "1..1", "5..2", "-3..2", "0..9223372036854775807", "-9223372036854775807..0"],
  "range=": ["0..=3", "1..=1", "5..=2", "-3..=-1", "0..=9223372036854775807"],
  Fn: [
    "|| 1",
    "|x| x",
    "|x| x == 1",
    "|a, b| a",
    "|a, b, c| a",
    "|x| throw x",
    'Fn("f")',
    'Fn("len")',
    'Fn("g").curry(1)',
    "|a, b| b > a",
  ],
  timestamp: ["timestamp()", "timestamp() + 10", "timestamp() - 2.5"],
  u8: ["{ let z; for y in blob(1, 200) { z = y; } z }", "{ let z; for y in blob(1) { z = y; } z }"],
  "()": ["()"],
  bool: ["true", "false"],
};
const ANYTHING = Object.values(VALUES).flat();

const value = (type: string) =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...(VALUES[type] ?? ANYTHING)), weight: 12 },
    { arbitrary: fc.constantFrom(...ANYTHING), weight: 1 },
  );

/** How `name` is written with these operands, as a function or as a method of the variable `v`. */
function callText(name: string, args: readonly string[], asMethod: boolean): string {
  const [kind, property] = name.split("$").length > 1 ? name.split("$") : ["", name];
  if (kind === "get") return `v.${property}`;
  if (kind === "set") return `v.${property} = ${args[1]}; v`;
  if (/^\w+$/.test(name))
    return asMethod ? `v.${name}(${args.slice(1).join(", ")})` : `${name}(${args.join(", ")})`;
  if (name.endsWith("=") && /^[-+*/%&|^<>]+=$/.test(name) && !/^[<>]=$/.test(name))
    return `v ${name} ${args[1]}; v`;
  return args.length === 1 ? `${name}v` : `v ${name} (${args[1]})`;
}

const overloads = library.filter((entry) => entry.name !== "sleep");

/** One call, with its result used in a few ways. */
export const libraryCall: fc.Arbitrary<string> = fc
  .constantFrom(...overloads)
  .chain(({ name, params }) =>
    fc.record({
      name: fc.constant(name),
      args: fc.tuple(...params.map(value)),
      asMethod: fc.boolean(),
      keyword: fc.constantFrom("let", "let", "let", "const"),
      after: fc.constantFrom("r", "print(r); v", "[r, v]", "`$" + "{r}` + v", "r == v", "type_of(r)"),
    }),
  )
  .map(({ name, args, asMethod, keyword, after }) => {
    const start = `fn f(x) { x } fn g(x, y) { x }\n${args.length > 0 ? `${keyword} v = ${args[0]};\n` : "let v = 0;\n"}`;
    const method = asMethod && args.length > 0;
    const call = callText(name, method ? ["v", ...args.slice(1)] : args, method);
    return `${start}let r = { ${call} };\n${after}`;
  });
