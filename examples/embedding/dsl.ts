// A small language made of custom syntax and operators: a drawing robot that needs no word of Rhai.

import { pathToFileURL } from "node:url";
import { Engine, EvalError } from "../../src/index.ts"; // in your project: "rhailib"

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
  for (const keyword of ["let", "const", "fn", "if", "switch", "import", "eval"]) engine.disableSymbol(keyword);
  engine
    .registerCustomOperator("plus", 150)
    .registerFn("plus", ["int", "int"], (a: number, b: number) => a + b)
    .registerCustomSyntax(["forward", "$expr$", "steps"], ([steps]) => {
      const count = steps.evaluate();
      if (typeof count !== "number" || count < 0) throw new RangeError(`cannot go ${count} steps`);
      robot.forward(count);
    })
    .registerCustomSyntax(["pen", "$symbol$"], () => {
      throw new TypeError("the pen is 'up' or 'down'");
    })
    .registerCustomSyntax(["repeat", "$expr$", "times", "$block$"], ([count, block]) => {
      for (let i = Number(count.evaluate()); i > 0; i--) block.evaluate();
    })
    .registerCustomSyntax(
      ["remember", "$ident$", "as", "$expr$"],
      ([name, value], context) => context.set(name.text ?? "", value.evaluate()),
      { scopeMayChange: true },
    );
  return twoWords(engine, "turn", { left: () => robot.turn(-1), right: () => robot.turn(1) });
}

/** `first word` for a few words: the look-ahead form knows which are allowed, and says so while compiling. */
function twoWords(engine: Engine, first: string, actions: Readonly<Record<string, () => void>>): Engine {
  return engine.registerCustomSyntaxWithState(
    first,
    (parsed, lookAhead, state) => {
      if (parsed.length > 1) return null;
      if (actions[lookAhead] === undefined)
        throw new SyntaxError(`'${first}' must be followed by one of: ${Object.keys(actions).join(", ")}`);
      state.value = lookAhead;
      return lookAhead;
    },
    (_inputs, { state }) => actions[String(state)]?.(),
  );
}
