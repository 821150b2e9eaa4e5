// Arrays, object maps and blobs: value semantics by copy-on-write.
//
// A container object is a *handle* owned by exactly one place (a variable, an element, a temporary). Copying a value makes
// a new handle on the same storage (`copy()`, O(1)) and marks both as lent; the first write through either handle copies
// the storage. Invariants:
//  - whoever stores a container that something else still holds stores `copy()` of it (see `copyValue`);
//  - whoever writes goes through `write()` (or a mutating method), never through `items`/`entries`/`bytes` directly;
//  - storage that is not lent belongs to this handle alone, including the handles inside of it.

import { RhaiObject, TypeId, type Value } from "./value.ts";

/** Base of the containers, so that one `instanceof` tells what has to be copied. */
export abstract class Container extends RhaiObject {
  /** Rhai's tag (`set_tag`), kept by copies. */
  tag = 0;
  abstract copy(): Container;
}

/** The value to store when `value` stays in use where it came from. O(1). */
export function copyValue(value: Value): Value {
  return value instanceof Container ? value.copy() : value;
}

/**
 * An array of scripts. Copies share their items until one of them is modified.
 *
 * @example
 * const array = new RhaiArray([1, 2]);
 * array.write().push(3);
 */
export class RhaiArray extends Container {
  private lent = false;
  override get typeId(): number {
    return TypeId.ARRAY;
  }
  override get typeName(): string {
    return "array";
  }
  /** Takes ownership of `items`: the caller must not use them afterwards. Read only; write via `write()`. */
  constructor(
    /** The items. Do not modify them: see `write`. */
    public items: Value[],
  ) {
    super();
  }
  /** Number of items. */
  get length(): number {
    return this.items.length;
  }
  /** An independent array with the same items. O(1). */
  override copy(): RhaiArray {
    this.lent = true;
    const copy = new RhaiArray(this.items);
    copy.lent = true;
    copy.tag = this.tag;
    return copy;
  }
  /** The items, safe to modify in place. */
  write(): Value[] {
    if (this.lent) {
      this.items = copyItems(this.items);
      this.lent = false;
    }
    return this.items;
  }
  /** Replaces the storage (ownership of `items` passes to this array). */
  replace(items: Value[]): void {
    this.items = items;
    this.lent = false;
  }
}

function copyItems(items: readonly Value[]): Value[] {
  const copy = items.slice();
  for (let i = 0; i < copy.length; i++) {
    const item = copy[i];
    if (item instanceof Container) copy[i] = item.copy();
  }
  return copy;
}

/** Compares two strings by Unicode scalar values, the order of Rhai's strings and map keys. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x !== y) {
      // UTF-16 puts surrogate pairs below U+E000..U+FFFF; scalar order puts them above.
      if (x >= 0xd800 && y >= 0xd800) {
        x = x >= 0xe000 ? x - 0x800 : x + 0x2000;
        y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
      }
      return x < y ? -1 : 1;
    }
  }
  return a.length - b.length;
}

/** An object map of scripts, in the order of its keys. Copies share their entries until one of them is modified. */
export class RhaiMap extends Container {
  private lent = false;
  /** Sorted keys, or null when they have to be sorted anew. */
  private sorted: string[] | null = null;
  override get typeId(): number {
    return TypeId.MAP;
  }
  override get typeName(): string {
    return "map";
  }
  /** Takes ownership of `entries`. Read only; write via the methods. */
  constructor(private entries: Map<string, Value> = new Map()) {
    super();
  }
  /** Number of entries. */
  get size(): number {
    return this.entries.size;
  }
  /** The value, or undefined (which also is the unit value: use `has` to tell them apart). */
  get(key: string): Value {
    return this.entries.get(key);
  }
  /** Whether there is such a key. */
  has(key: string): boolean {
    return this.entries.has(key);
  }
  /** Keys in Rhai's order (by scalar values). Do not modify. */
  keys(): readonly string[] {
    this.sorted ??= [...this.entries.keys()].sort(compareStrings);
    return this.sorted;
  }
  /** The value to be modified in place (a nested container is made safe to write). */
  getForWrite(key: string): Value {
    this.own();
    return this.entries.get(key);
  }
  /** Stores `value`, whose ownership passes to the map. */
  set(key: string, value: Value): void {
    this.own();
    const before = this.entries.size;
    this.entries.set(key, value);
    if (this.entries.size !== before) this.sorted = null;
  }
  /** Keys that were added through a constant: unlike the others they stay assignable there. */
  private added: Set<string> | null = null;
  /** @hidden */
  isAdded(key: string): boolean {
    return this.added?.has(key) === true;
  }
  /** @hidden */
  markAdded(key: string): void {
    this.added ??= new Set();
    this.added.add(key);
  }
  /** Removes a key and returns its value, or undefined. */
  delete(key: string): Value {
    if (!this.entries.has(key)) return undefined;
    this.own();
    const value = this.entries.get(key);
    this.entries.delete(key);
    this.sorted = null;
    return value;
  }
  /** Removes all entries. */
  clear(): void {
    this.entries = new Map();
    this.lent = false;
    this.sorted = null;
  }
  /** An independent map with the same entries. O(1). */
  override copy(): RhaiMap {
    this.lent = true;
    const copy = new RhaiMap(this.entries);
    copy.lent = true;
    copy.sorted = this.sorted;
    copy.tag = this.tag;
    return copy;
  }
  private own(): void {
    if (!this.lent) return;
    const entries = new Map<string, Value>();
    for (const [key, value] of this.entries) entries.set(key, copyValue(value));
    this.entries = entries;
    this.lent = false;
  }
}

/** Bytes of scripts. Copies share them until one is modified. */
export class Blob extends Container {
  private lent = false;
  override get typeId(): number {
    return TypeId.BLOB;
  }
  override get typeName(): string {
    return "blob";
  }
  /** Takes ownership of `bytes`. Read only; write via `write()` or `replace()`. */
  constructor(
    /** The bytes. Do not modify them: see `write`. */
    public bytes: Uint8Array,
  ) {
    super();
  }
  /** Number of bytes. */
  get length(): number {
    return this.bytes.length;
  }
  /** An independent blob with the same bytes. O(1). */
  override copy(): Blob {
    this.lent = true;
    const copy = new Blob(this.bytes);
    copy.lent = true;
    copy.tag = this.tag;
    return copy;
  }
  /** The bytes, safe to modify in place. */
  write(): Uint8Array {
    if (this.lent) {
      this.bytes = this.bytes.slice();
      this.lent = false;
    }
    return this.bytes;
  }
  /** Replaces the bytes, whose ownership passes to this blob. */
  replace(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.lent = false;
  }
}
