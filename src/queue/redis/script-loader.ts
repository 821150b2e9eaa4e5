// Runs the Lua scripts: by their hash, by their text when the server does not know them (new, or restarted).

import { createHash } from "node:crypto";
import { isQueueError } from "../errors.ts";
import type { RedisClient, Reply } from "./connection/client.ts";
import { FRAGMENTS, SCRIPTS } from "./scripts.generated.ts";

interface Loaded {
  readonly lua: string;
  readonly sha: string;
}

/** The scripts of one part of the library, as scripts/redis-scripts.ts made them of their files. */
export class ScriptSet<Name extends string> {
  readonly #scripts: Readonly<Record<Name, string>>;
  readonly #fragments: Readonly<Record<string, string>>;
  readonly #loaded = new Map<Name, Loaded>();

  constructor(scripts: Readonly<Record<Name, string>>, fragments: Readonly<Record<string, string>>) {
    this.#scripts = scripts;
    this.#fragments = fragments;
  }

  /** The whole text of a script: each fragment in the place of its `--- @include` line. */
  text(name: Name): string {
    return this.#scripts[name].replace(
      /^--- @include (\S+)$/gm,
      (_, fragment: string) => this.#fragments[fragment],
    );
  }

  load(name: Name): Loaded {
    let script = this.#loaded.get(name);
    if (script === undefined) {
      const lua = this.text(name);
      script = { lua, sha: createHash("sha1").update(lua).digest("hex") };
      this.#loaded.set(name, script);
    }
    return script;
  }
}

export type ScriptName = keyof typeof SCRIPTS;

const queueScripts = new ScriptSet<ScriptName>(SCRIPTS, FRAGMENTS);

export function scriptText(name: ScriptName): string {
  return queueScripts.text(name);
}

export function scriptSha(name: ScriptName): string {
  return queueScripts.load(name).sha;
}

export interface RunOptions {
  readonly deadlineMs: number;
  /**
   * How to ask again when it is not known whether the first call was carried out: with the same arguments (the script
   * does nothing twice), with others, or (missing) not at all.
   */
  readonly again?: (args: readonly string[]) => readonly string[];
}

export const sameAgain = (args: readonly string[]): readonly string[] => args;

const PAUSE_MS = 50;

/** Runs a script of the queue; see `runLoaded`. */
export function runScript(
  client: Pick<RedisClient, "call">,
  name: ScriptName,
  key: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Reply> {
  return runLoaded(client, queueScripts.load(name), key, args, options);
}

/** `key` routes the call. Repeats, within the deadline, what is safe to repeat. */
export async function runLoaded(
  client: Pick<RedisClient, "call">,
  script: Loaded,
  key: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Reply> {
  const end = Date.now() + options.deadlineMs;
  let current = args;
  for (;;) {
    const left = Math.max(1, end - Date.now());
    try {
      return await runOnce(client, script, key, current, left);
    } catch (error) {
      const unknown = isQueueError(error, "unknownOutcome");
      if (!unknown && !isQueueError(error, "unavailable")) throw error;
      if (Date.now() + PAUSE_MS >= end || (unknown && options.again === undefined)) throw error;
      if (unknown) current = options.again!(args);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

async function runOnce(
  client: Pick<RedisClient, "call">,
  { lua, sha }: Loaded,
  key: string,
  args: readonly string[],
  deadlineMs: number,
): Promise<Reply> {
  try {
    return await client.call("EVALSHA", [sha, "1", key, ...args], { deadlineMs });
  } catch (error) {
    if (!isQueueError(error, "server") || !error.message.includes("NOSCRIPT")) throw error;
    return await client.call("EVAL", [lua, "1", key, ...args], { deadlineMs });
  }
}
