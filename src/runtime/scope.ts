// Scope: the host's variables and constants, kept between runs.

import { type ExportedVariable, type NameView, type Place, readCell } from "./eval/name-view.ts";
import { copyValue } from "./value/containers.ts";
import { jsToValue } from "./value/convert.ts";
import { Shared } from "./value/objects.ts";
import { RhaiObject, type Value } from "./value/value.ts";

interface Entry {
  readonly name: string;
  value: Value;
  readonly constant: boolean;
  /** Names under which a module made of the scope exports it. */
  aliases?: string[];
}

class EntryPlace implements Place {
  constructor(private readonly entry: Entry) {}
  get constant(): boolean {
    return this.entry.constant;
  }
  get cell(): Shared | null {
    return this.entry.value instanceof Shared ? this.entry.value : null;
  }
  get(): Value {
    return readCell(this.entry.value);
  }
  set(value: Value): void {
    if (this.entry.value instanceof Shared) this.entry.value.value = value;
    else this.entry.value = value;
  }
  share(): Shared {
    if (this.entry.value instanceof Shared) return this.entry.value;
    const cell = new Shared(this.entry.value, this.entry.constant);
    this.entry.value = cell;
    return cell;
  }
}

function checkName(name: string): void {
  if (typeof name !== "string") throw new TypeError(`expected the name of a variable, got ${typeof name}`);
}

/** A value as scripts may hold it: hosts written in JS give anything, and 0.5 is a FLOAT. */
function scriptValue(name: string, value: Value): Value {
  if (typeof value !== "object") return jsToValue(value);
  if (value instanceof RhaiObject) return value;
  throw new TypeError(`scope variable '${name}' is no script value: convert it by jsToValue`);
}

/**
 * Variables and constants that a script starts with and leaves behind; see "Scope" in Rhai's book.
 * Later entries hide earlier ones of the same name.
 *
 * @example
 * const scope = new Scope().push("x", 40).pushConstant("LIMIT", 100);
 * engine.evalWithScope(scope, "x += 2; x");
 * scope.get("x"); // 42
 */
export class Scope implements NameView {
  private readonly list: Entry[] = [];
  /** Number of entries, hidden ones included. */
  get size(): number {
    return this.list.length;
  }
  /** Number of entries, hidden ones included; Rhai's `len`. */
  get length(): number {
    return this.list.length;
  }
  /** Whether there are no entries. */
  get isEmpty(): boolean {
    return this.list.length === 0;
  }
  /** Adds a variable; `value` is a script value (see `jsToValue` for converting). Throws TypeError for other objects. */
  push(name: string, value: Value): this {
    checkName(name);
    this.list.push({ name, value: scriptValue(name, value), constant: false });
    return this;
  }
  /** Adds a constant. */
  pushConstant(name: string, value: Value): this {
    checkName(name);
    this.list.push({ name, value: scriptValue(name, value), constant: true });
    return this;
  }
  /** Adds an entry as it is, shared cells included: how a run stores its variables back. @hidden */
  pushEntry(name: string, value: Value, constant: boolean): this {
    this.list.push({ name, value, constant });
    return this;
  }
  /** @hidden */
  find(name: string): Place | null {
    for (let i = this.list.length - 1; i >= 0; i--) {
      if (this.list[i].name === name) return new EntryPlace(this.list[i]);
    }
    return null;
  }
  /** The value of the latest entry called `name`, or undefined when there is none (which also is the unit value; see `contains`). */
  get(name: string): Value {
    return this.find(name)?.get();
  }
  /** Whether there is an entry called `name`. */
  contains(name: string): boolean {
    return this.find(name) !== null;
  }
  /** True for a constant, false for a variable, undefined when there is no such entry. */
  isConstant(name: string): boolean | undefined {
    return this.find(name)?.constant;
  }
  /** Changes the latest variable called `name`, or adds it. Throws TypeError when it is a constant. */
  set(name: string, value: Value): this {
    const place = this.find(name);
    if (place === null) return this.push(name, value);
    if (place.constant) throw new TypeError(`scope variable '${name}' is a constant and cannot be set`);
    place.set(scriptValue(name, value));
    return this;
  }
  /** Changes the latest entry called `name` when that is a variable; else adds a variable, which hides a constant. */
  setOrPush(name: string, value: Value): this {
    return this.isConstant(name) === false ? this.set(name, value) : this.push(name, value);
  }
  /** Removes the latest entry. Throws RangeError when there is none. */
  pop(): this {
    if (this.isEmpty) throw new RangeError("the scope is empty");
    return this.rewind(this.length - 1);
  }
  /** Drops all entries after the first `length`. */
  rewind(length: number): this {
    this.list.length = Math.min(this.list.length, Math.max(0, length));
    return this;
  }
  /** Removes all entries. */
  clear(): this {
    return this.rewind(0);
  }
  /** Removes the latest entry called `name` and returns its value, or undefined. */
  remove(name: string): Value {
    for (let i = this.list.length - 1; i >= 0; i--) {
      if (this.list[i].name === name) return readCell(this.list.splice(i, 1)[0].value);
    }
    return undefined;
  }
  /** An independent copy with the values of now. */
  clone(): Scope {
    const copy = new Scope();
    for (const { name, value, constant, aliases } of this.list) {
      copy.list.push({ name, value: copyValue(readCell(value)), constant, aliases: aliases?.slice() });
    }
    return copy;
  }
  /** The same without the entries that later ones hide. */
  cloneVisible(): Scope {
    const copy = new Scope();
    const latest = new Map(this.list.map(({ name }, index) => [name, index]));
    for (const index of [...latest.values()].sort((a, b) => a - b)) {
      const { name, value, constant, aliases } = this.list[index];
      copy.list.push({ name, value: copyValue(readCell(value)), constant, aliases: aliases?.slice() });
    }
    return copy;
  }
  /**
   * Exports the latest entry called `name` under an alias (default: its name): a module made by `Engine.evalAstAsModule` has it.
   * Scripts do that by `export`. Nothing happens when there is no such entry.
   */
  setAlias(name: string, alias: string = name): this {
    for (let i = this.list.length - 1; i >= 0; i--) {
      const entry = this.list[i];
      if (entry.name !== name) continue;
      entry.aliases ??= [];
      if (!entry.aliases.includes(alias)) entry.aliases.push(alias);
      break;
    }
    return this;
  }
  /** What a module made of the scope exports, the latest entry first. @hidden */
  *exported(): IterableIterator<ExportedVariable> {
    for (let i = this.list.length - 1; i >= 0; i--) {
      const { value, aliases = [] } = this.list[i];
      for (const alias of aliases) yield { alias, read: () => readCell(value) };
    }
  }
  /** @hidden */
  *entries(): IterableIterator<readonly [string, Place]> {
    for (const entry of this.list) yield [entry.name, new EntryPlace(entry)];
  }
  /** `[name, isConstant, value]` of each entry, oldest first. */
  *iterate(): IterableIterator<[name: string, isConstant: boolean, value: Value]> {
    for (const { name, value, constant } of this.list) yield [name, constant, readCell(value)];
  }
  /** The same as `iterate`. */
  [Symbol.iterator](): IterableIterator<[string, boolean, Value]> {
    return this.iterate();
  }
}
