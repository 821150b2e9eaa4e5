// The engine that commands run scripts with: printing goes to standard output in rhai-run's form.

import { Engine } from "../runtime/engine.ts";
import { debugLine } from "./debug-line.ts";
import { output } from "./output.ts";

export function scriptEngine(): Engine {
  const engine = new Engine();
  engine.onPrint((text) => output.line(text));
  engine.onDebug((text, source, position) => output.line(debugLine(text, source, position)));
  return engine;
}
