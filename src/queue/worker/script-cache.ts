// Compiled scripts by their text, the most recently used ones, bounded in number and in size.

import type { AST } from "../../runtime/ast.ts";
import type { Engine } from "../../runtime/engine.ts";
import { Scope } from "../../runtime/scope.ts";

/** Compiling longer ones takes several milliseconds. */
const LONG_TEXT = 1000;

export interface CompiledScript {
  readonly ast: AST;
  /** It may have to wait for something asynchronous. */
  readonly mayWait: boolean;
  /** How long its latest run kept the thread; null before the first one. */
  latestMs: number | null;
}

export class ScriptCache {
  readonly #engine: Engine;
  readonly #maxCount: number;
  readonly #maxLength: number;
  /** Called before what may take some time. */
  readonly #onLongText: () => void;
  readonly #scripts = new Map<string, CompiledScript>();
  #length = 0;

  constructor(engine: Engine, maxCount: number, maxLength: number, onLongText: () => void) {
    this.#engine = engine;
    this.#maxCount = maxCount;
    this.#maxLength = maxLength;
    this.#onLongText = onLongText;
  }

  /** Throws ParseError. */
  compile(text: string, source: string | null, scope: Scope): CompiledScript {
    // With strict variables, which names the scope has decides whether a script compiles.
    const names = this.#engine.options.strictVariables ? [...scope.iterate()].map(([name]) => name) : null;
    const key = names === null && source === null ? text : JSON.stringify([text, source, names]);
    const known = this.#scripts.get(key);
    if (known === undefined) return this.#add(key, text, source, names === null ? new Scope() : scope);
    if (this.#scripts.size * 2 > this.#maxCount || this.#length * 2 > this.#maxLength) {
      this.#scripts.delete(key);
      this.#scripts.set(key, known);
    }
    return known;
  }

  #add(key: string, text: string, source: string | null, scope: Scope): CompiledScript {
    if (text.length > LONG_TEXT) this.#onLongText();
    const ast = this.#engine.compile(text, { source, scope });
    const mayWait = this.#engine.mayWait(ast, scope);
    const compiled = { ast, mayWait, latestMs: null };
    this.#scripts.set(key, compiled);
    this.#length += key.length;
    for (const oldest of this.#scripts.keys()) {
      if (this.#scripts.size <= this.#maxCount && this.#length <= this.#maxLength) break;
      if (oldest === key) break;
      this.#scripts.delete(oldest);
      this.#length -= oldest.length;
    }
    return compiled;
  }
}
