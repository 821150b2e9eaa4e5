// `rhai dbg`: sessions of commands from a pipe, and what they show.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Command } from "./command.ts";

let rhai: Command;
beforeAll(() => {
  rhai = new Command();
  rhai.write({
    "sum.rhai": `fn add(x, y) {
  let z = x + y;
  z * 2
}
let m = #{total: 0};
for i in 0..3 {
  m.total += add(i, 1);
}
print(m.total);
`,
    "module.rhai": 'import "lib" as lib;\nlet a = lib::half(8);\na',
    "lib.rhai": "fn half(n) {\n  n / 2\n}\nexport const N = 1;",
    "fails.rhai": "fn f(n) {\n  n.nope()\n}\nf(1);",
    "broken.rhai": "let = 1;",
    "this.rhai": "fn f() {\n  this += 1;\n}\nlet x = 1;\nx.f();\nprint(x);",
  });
});
afterAll(() => rhai.remove());

interface Session {
  readonly name: string;
  readonly file: string;
  readonly args?: readonly string[];
  readonly input: readonly string[];
  /** What comes out after the first line; \`dbg> command\` lines mark where. */
  readonly shows: string;
  readonly code?: number;
}

const START = "! script 'sum.rhai' start\n> 5 | let m = #{total: 0};\n    | ^\n";

const SESSIONS: readonly Session[] = [
  { name: "runs to the end without commands", file: "sum.rhai", input: [], shows: `${START}12\n` },
  {
    name: "steps from statement to statement",
    file: "sum.rhai",
    input: ["next", "n", "", "c"],
    shows: `${START}dbg> next
> 6 | for i in 0..3 {
    | ^
dbg> n
> 7 |   m.total += add(i, 1);
    |           ^
dbg> 
> 7 |   m.total += add(i, 1);
    |           ^
dbg> c
12
! script end
`,
  },
  {
    name: "breaks in functions, shows calls and values, goes out",
    file: "sum.rhai",
    args: ["a", "b"],
    input: ["b 2", "c", "bt", "p", "p x + add(y, 1)", "p args", "out", "d", "c"],
    shows: `${START}dbg> b 2
break-point 1: sum.rhai @ 2
dbg> c
! break-point 1: sum.rhai @ 2
> 2 |   let z = x + y;
    |   ^
dbg> bt
add(0, 1): sum.rhai @ 7:14
dbg> p
x = 0
y = 1
dbg> p x + add(y, 1)
=> 4
dbg> p args
Variable not found: args (line 1, position 1)
dbg> out
! 'add' returns 2
> 4 | }
    | ^
dbg> d
all break-points deleted
dbg> c
12
! script end
`,
  },
  {
    name: "manages break-points",
    file: "sum.rhai",
    input: [
      "b add",
      "b add 2",
      "b .total",
      "b 7:14",
      "b",
      "bl",
      "disable 1",
      "dis 2",
      "d 3",
      "enable 2",
      "i b",
      "c",
      "b 99",
      "en x",
      "q",
    ],
    shows: `${START}dbg> b add
break-point 1: add (...)
dbg> b add 2
break-point 2: add (_, _)
dbg> b .total
break-point 3: .total
dbg> b 7:14
break-point 4: sum.rhai @ 7:14
dbg> b
break-point 5: sum.rhai @ 5:1
dbg> bl
[1] add (...)
[2] add (_, _)
[3] .total
[4] sum.rhai @ 7:14
[5] sum.rhai @ 5:1
dbg> disable 1
break-point 1 disabled
dbg> dis 2
break-point 2 disabled
dbg> d 3
break-point 3 deleted
dbg> enable 2
break-point 2 enabled
dbg> i b
[1] add (...) (disabled)
[2] add (_, _)
[3] sum.rhai @ 7:14
[4] sum.rhai @ 5:1
dbg> c
! break-point 2: add (_, _)
> 7 |   m.total += add(i, 1);
    |              ^
dbg> b 99
invalid line number: '99'
dbg> en x
invalid break-point: 'x'
dbg> q
`,
  },
  {
    name: "changes variables",
    file: "sum.rhai",
    args: ["one"],
    input: ["b 9", "c", "set m = #{total: 7}", "set args = 1", "set nope = 1", "set m", "scope", "c"],
    shows: `${START}dbg> b 9
break-point 1: sum.rhai @ 9
dbg> c
! break-point 1: sum.rhai @ 9
> 9 | print(m.total);
    | ^
dbg> set m = #{total: 7}
m = #{"total": 7}
dbg> set args = 1
args = 1
dbg> set nope = 1
there is no variable 'nope' here
dbg> set m
set what? Try: set NAME = EXPRESSION
dbg> scope
args = 1
m = #{"total": 7}
dbg> c
7
! script end
`,
  },
  {
    name: "lists the source around a line",
    file: "sum.rhai",
    input: ["l", "l 1", "l 77"],
    shows: `${START}dbg> l
  2 |   let z = x + y;
  3 |   z * 2
  4 | }
> 5 | let m = #{total: 0};
  6 | for i in 0..3 {
  7 |   m.total += add(i, 1);
  8 | }
  9 | print(m.total);
dbg> l 1
  1 | fn add(x, y) {
  2 |   let z = x + y;
  3 |   z * 2
  4 | }
> 5 | let m = #{total: 0};
  6 | for i in 0..3 {
  7 |   m.total += add(i, 1);
dbg> l 77
invalid line: '77'
12
`,
  },
  {
    name: "steps into modules and shows their source",
    file: "module.rhai",
    input: ["n", "imports", "b lib:2", "c", "source", "bt", "node", "operations", "c"],
    shows: `! script 'module.rhai' start
> 1 | import "lib" as lib;
    | ^
dbg> n
> 2 | let a = lib::half(8);
    | ^
dbg> imports
[1] lib = lib
dbg> b lib:2
break-point 1: lib @ 2
dbg> c
! break-point 1: lib @ 2
in lib
> 2 |   n / 2
    |     ^
dbg> source
lib
dbg> bt
half(8): module.rhai @ 2:14
dbg> node
call / in lib @ 2:5
dbg> operations
10
dbg> c
! script end
`,
  },
  {
    name: "shows and changes `this`",
    file: "this.rhai",
    input: ["b 2", "c", "p this", "set this = 41", "p", "c"],
    shows: `! script 'this.rhai' start
> 4 | let x = 1;
    | ^
dbg> b 2
break-point 1: this.rhai @ 2
dbg> c
! break-point 1: this.rhai @ 2
> 2 |   this += 1;
    |        ^
dbg> p this
=> 1
dbg> set this = 41
this = 41
dbg> p
there are no variables here
this = 41
dbg> c
42
! script end
`,
  },
  {
    name: "starts again with its break-points",
    file: "sum.rhai",
    input: ["b 9", "c", "r", "c", "q"],
    shows: `${START}dbg> b 9
break-point 1: sum.rhai @ 9
dbg> c
! break-point 1: sum.rhai @ 9
> 9 | print(m.total);
    | ^
dbg> r
! restarting
${START}dbg> c
! break-point 1: sum.rhai @ 9
> 9 | print(m.total);
    | ^
dbg> q
`,
  },
  {
    name: "tells of functions that fail",
    file: "fails.rhai",
    input: ["s", "s", "s", "s", "s", "s"],
    shows: `! script 'fails.rhai' start
> 4 | f(1);
    | ^
dbg> s
> 4 | f(1);
    |   ^
dbg> s
> 1 | fn f(n) {
    |         ^
dbg> s
> 2 |   n.nope()
    |    ^
dbg> s
> 2 |   n.nope()
    |   ^
dbg> s
> 2 |   n.nope()
    |     ^
dbg> s
! 'f' fails: Function not found: nope (i64) (line 2, position 5)
> 3 | }
    | ^
`,
    code: 1,
  },
  {
    name: "throws into the script",
    file: "sum.rhai",
    input: ["throw 42"],
    shows: `${START}dbg> throw 42\n`,
    code: 1,
  },
  {
    name: "does not know every word",
    file: "sum.rhai",
    input: ["frobnicate", "quit"],
    shows: `${START}dbg> frobnicate\nunknown command 'frobnicate': try help\ndbg> quit\n`,
  },
];

describe("sessions", () => {
  it.each(SESSIONS)("$name", ({ file, args = [], input, shows, code = 0 }) => {
    const extra = args.length === 0 ? [] : ["--", ...args];
    const result = rhai.run(["dbg", file, ...extra], { input: input.map((line) => `${line}\n`).join("") });
    // A script without arguments sees an empty list of them, which sessions need not show.
    const [first, ...rest] = result.stdout.split("\n");
    expect(first).toBe("Type 'help' for a list of commands.");
    expect(rest.filter((line) => line !== "args = []").join("\n")).toBe(shows);
    expect(result.code).toBe(code);
  });

  it("help names every command", () => {
    const { stdout } = rhai.run(["dbg", "sum.rhai"], { input: "help\nq\n" });
    for (const word of [
      "step, s",
      "over, o",
      "next, n",
      "out, finish, f",
      "continue, c",
      "break, b",
      "print, p",
      "backtrace, bt",
      "quit, q",
    ])
      expect(stdout).toContain(`  ${word}`);
  });
});

describe("failures", () => {
  it("reports the script's error as rhai run does", () => {
    const { code, stderr } = rhai.run(["dbg", "fails.rhai"]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "4: f(1);\n   ^ Function not found: nope (i64) @ 'fails.rhai' (line 2, position 5)",
    );
    expect(stderr).toContain("in f, called at fails.rhai:4:1");
  });

  it.each([
    [["dbg", "broken.rhai"], 1, "Expecting name of a variable"],
    [["dbg", "absent.rhai"], 1, "No such file or directory"],
    [["dbg", "-"], 2, "cannot come from standard input"],
    [["dbg"], 2, "missing required argument 'file'"],
  ])("rhai %j", (args, expected, text) => {
    const { code, stderr } = rhai.run(args);
    expect([code, stderr.includes(text) ? text : stderr]).toEqual([expected, text]);
  });
});

it("costs other commands nothing: their bundle does not hold it", () => {
  const { stdout } = rhai.shell("grep -l 'dbg> ' .dist/lib/*.js .dist/lib/*.cjs");
  expect(stdout).not.toContain("quick-run");
  expect(stdout.trim().split("\n")).toHaveLength(1);
});
