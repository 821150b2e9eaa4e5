// A small language made of custom syntax and operators: a drawing robot that needs no word of Rhai.

import { pathToFileURL } from "node:url";
import { Engine, EvalError, ParseError } from "../../src/index.ts"; // in your project: "rhailib"

/** What programs of the language move: a pen on a grid. */
class Robot {
  x = 0;
  y = 0;
  private heading = 0;
  private isDown = false;
  private readonly marks = new Map<string, string>();

  forward(steps: number): void {
    const [dx, dy] = [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ][this.heading];
    for (let i = 0; i < steps; i++) {
      if (this.isDown) this.marks.set(`${this.x},${this.y}`, "#");
      this.x += dx;
      this.y += dy;
    }
    if (this.isDown) this.marks.set(`${this.x},${this.y}`, "#");
  }
  turn(quarters: number): void {
    this.heading = (this.heading + quarters + 4) % 4;
  }
  pen(isDown: boolean): void {
    this.isDown = isDown;
  }
  picture(): string[] {
    const points = [...this.marks.keys()].map((key) => key.split(",").map(Number));
    const width = Math.max(...points.map(([x]) => x)) + 1;
    const height = Math.max(...points.map(([, y]) => y)) + 1;
    return Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => this.marks.get(`${x},${y}`) ?? ".").join(""),
    );
  }
}

/**
 * The language: `forward 3 steps`, `turn left`, `pen down`, `repeat 4 times { ... }`, `remember side as 5`,
 * and the operator `plus`. Loops and functions of Rhai are switched off.
 */
export function robotLanguage(robot: Robot): Engine {
  const engine = new Engine().setAllowLooping(false).setMaxOperations(10_000);
  for (const keyword of ["let", "const", "fn", "if", "switch", "import", "eval"])
    engine.disableSymbol(keyword);
  engine
    .registerCustomOperator("plus", 150)
    .registerFn("plus", ["int", "int"], (a: number, b: number) => a + b)
    .registerCustomSyntax(["forward", "$expr$", "steps"], ([steps]) =>
      robot.forward(Number(steps.evaluate())),
    )
    .registerCustomSyntax(["repeat", "$expr$", "times", "$block$"], ([count, block]) => {
      for (let i = Number(count.evaluate()); i > 0; i--) block.evaluate();
    })
    .registerCustomSyntax(
      ["remember", "$ident$", "as", "$expr$"],
      ([name, value], context) => context.set(name.text ?? "", value.evaluate()),
      { scopeMayChange: true },
    );
  twoWords(engine, "pen", { up: () => robot.pen(false), down: () => robot.pen(true) });
  return twoWords(engine, "turn", { left: () => robot.turn(-1), right: () => robot.turn(1) });
}

/** `first word` for a few words: the look-ahead form knows which are allowed, and says so while compiling. */
function twoWords(engine: Engine, first: string, actions: Readonly<Record<string, () => void>>): Engine {
  return engine.registerCustomSyntaxWithState(
    first,
    (parsed, lookAhead, state) => {
      if (parsed.length > 1) return null;
      if (actions[lookAhead] === undefined)
        throw new ParseError(
          "BadInput",
          `'${first}' must be followed by ${Object.keys(actions).join(" or ")}`,
        );
      state.value = lookAhead;
      return lookAhead;
    },
    (_inputs, { state }) => actions[String(state)]?.(),
  );
}

const PROGRAM = `
  remember side as 4;
  pen down;
  repeat 4 times { forward side steps; turn right; }
  pen up;
  forward side plus 3 steps;
  pen down;
  repeat 2 times { forward side plus 2 steps; turn right; forward 2 plus 2 steps; turn right; }
`;

const MISTAKES = [
  "turn around",
  "forward side steps",
  "while true {}",
  "let x = 1",
  "repeat 100000 times { pen up }",
];

export function main(print: (line: string) => void = console.log): void {
  const robot = new Robot();
  robotLanguage(robot).runSync(PROGRAM);
  for (const line of robot.picture()) print(line);
  for (const mistake of MISTAKES) {
    try {
      robotLanguage(new Robot()).runSync(mistake);
      print(`${mistake}: fine`);
    } catch (error) {
      if (!(error instanceof EvalError)) throw error;
      print(`${mistake}: ${error}`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
