// The engine for scripts that a command runs itself, with the host functions of a module.

import { pathToFileURL } from "node:url";
import { Engine } from "../../runtime/engine.ts";
import { tasksPackage } from "../../runtime/packages/tasks.ts";
import { UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { existing } from "../queue/files.ts";

/** What scripts print goes to standard error. Throws `UsageError` for a module that cannot be used. */
export async function localEngine(module: string | undefined): Promise<Engine> {
  const engine = new Engine().registerPackage(tasksPackage);
  engine.onPrint((text) => output.errorLine(text)).onDebug((text) => output.errorLine(text));
  if (module === undefined) return engine;
  const url = pathToFileURL(existing("--engine", module, "file")).href;
  try {
    const { default: configure } = (await import(url)) as { default?: unknown };
    if (typeof configure !== "function") throw new TypeError("it has no default export that is a function");
    const made: unknown = await configure(engine);
    return made instanceof Engine ? made : engine;
  } catch (error) {
    throw new UsageError(`--engine: ${module} cannot be used: ${(error as Error).message}`);
  }
}
