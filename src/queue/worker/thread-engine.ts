// The engine of a script thread: standard library, waiting functions, task functions, and what the host's module adds.

import { Engine } from "../../runtime/engine.ts";
import { FileModuleResolver } from "../../runtime/module/file-resolver.ts";
import type { Module } from "../../runtime/module/module.ts";
import type { ImportContext, ModuleResolver } from "../../runtime/module/resolver.ts";
import { DummyModuleResolver } from "../../runtime/module/static-resolver.ts";
import { tasksPackage } from "../../runtime/packages/tasks.ts";
import { ConfinedFolder } from "./confined-folder.ts";
import { taskPackage } from "./task-functions.ts";
import type { ThreadConfig } from "./thread-messages.ts";

/** What an engine module's factory is told. */
export interface EngineModuleContext {
  readonly workerId: string;
  readonly contexts: readonly string[];
  /** The text is blanked out in log lines, error texts and progress messages of scripts. */
  readonly addSecret: (text: string) => void;
}

/**
 * The default export of an engine module. It runs once in every script thread; it may register functions and change settings
 * of the engine it gets, or return another one.
 *
 * @example
 * // engine.js, for `rhai worker --engine ./engine.js`
 * export default function configure(engine) {
 *   engine.registerAsyncFn("fetch_text", ["string"], async (url) => (await fetch(url)).text());
 * }
 */
export type EngineFactory = (
  engine: Engine,
  context: EngineModuleContext,
  // biome-ignore lint/suspicious/noConfusingVoidType: a factory without a return statement is the usual case
) => Engine | void | Promise<Engine | void>;

class ConfinedModules implements ModuleResolver {
  readonly #files: { readText(path: string): string };
  readonly #resolver = new FileModuleResolver(".");

  constructor(folder: ConfinedFolder, maxBytes: number) {
    this.#files = { readText: (path) => folder.readText(path, maxBytes) };
  }

  resolve(path: string, context: ImportContext): Module | null | Promise<Module | null> {
    const { source } = context;
    const loadScript: ImportContext["loadScript"] = (text, name) => context.loadScript(text, name);
    return this.#resolver.resolve(path, { source, files: this.#files, loadScript });
  }

  locations(path: string): readonly string[] {
    return this.#resolver.locations(path, null);
  }
}

/** Throws when the engine module cannot be used; the message says why. */
export async function threadEngine(config: ThreadConfig, addSecret: (text: string) => void): Promise<Engine> {
  const { modulesRoot, limits, workerId, contexts } = config;
  const modules =
    modulesRoot === null
      ? new DummyModuleResolver()
      : new ConfinedModules(new ConfinedFolder(modulesRoot), limits.scriptBytes);
  const plain = new Engine().setModuleResolver(modules).registerPackage(tasksPackage);
  plain.setMaxOperations(limits.operations).setMaxCallLevels(limits.callLevels);
  const engine = await configured(plain, config.engineModule, { workerId, contexts, addSecret });
  return engine.registerPackage(taskPackage);
}

async function configured(plain: Engine, url: string | null, context: EngineModuleContext): Promise<Engine> {
  if (url === null) return plain;
  const module: Record<string, unknown> = await import(url);
  const factory = module.default ?? module.createEngine;
  if (typeof factory !== "function")
    throw new TypeError("the module has neither a default export nor `createEngine` that is a function");
  const made: unknown = await factory(plain, context);
  if (made === undefined) return plain;
  if (made instanceof Engine) return made;
  throw new TypeError("the module's function has to return an Engine of this rhailib, or nothing");
}
