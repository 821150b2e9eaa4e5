// Reading JSON text: strict JSON to script values, keeping INT and FLOAT apart and integers exact.

import { RhaiArray, RhaiMap } from "./value/containers.ts";
import { INT_MAX, INT_MIN, normalizeInt } from "./value/int.ts";
import { Float } from "./value/scalars.ts";
import type { Value } from "./value/value.ts";

/** JSON text that is not correct or holds what scripts cannot; `line` and `column` (in characters) are 1-based. */
export class JsonError extends SyntaxError {
  /** Always `JsonError`. */
  override readonly name = "JsonError";
  constructor(
    /** What is wrong, without the place. */
    readonly reason: string,
    /** The line, from 1. */
    readonly line: number,
    /** The column in characters, from 1. */
    readonly column: number,
    /** UTF-16 offset into the text. */
    readonly offset: number,
  ) {
    super(`${reason} (line ${line}, column ${column})`);
  }
}

/** Options of `parseJson`. */
export interface JsonReadOptions {
  /** How deep arrays and objects may be nested. Default 1000. */
  readonly maxDepth?: number;
}

/**
 * Makes a script value of JSON text (RFC 8259). Numbers without fraction and exponent become INT, others FLOAT; objects
 * become object maps (of equal keys the last counts), `null` the unit value.
 *
 * @throws JsonError for text that is no JSON, integers outside of 64 bits, FLOATs too large, strings with lone surrogates,
 *   and data nested too deep.
 */
export function parseJson(text: string, options: JsonReadOptions = {}): Value {
  if (typeof text !== "string") throw new TypeError(`expected JSON text, got ${typeof text}`);
  return new JsonReader(text, options.maxDepth ?? 1000).read();
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const LITERALS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["true", true],
  ["false", false],
  ["null", undefined],
]);
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** An array or object under way. */
interface Open {
  readonly items: Value[] | null;
  readonly entries: Map<string, Value>;
  /** Key of the value being read. */
  key: string;
}

/** Reads without recursion. */
class JsonReader {
  private at = 0;
  private readonly open: Open[] = [];
  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
  ) {}

  read(): Value {
    for (;;) {
      let value = this.begin();
      if (value === null) continue;
      for (;;) {
        const top = this.open.at(-1);
        if (top === undefined) return this.end(value.value);
        if (top.items !== null) top.items.push(value.value);
        else top.entries.set(top.key, value.value);
        if (this.hasMore(top)) break;
        value = { value: this.close() };
      }
    }
  }

  /** Reads a whole value, or the beginning of one that is not empty: then null. */
  private begin(): { readonly value: Value } | null {
    const char = this.peek();
    if (char !== "{" && char !== "[") return { value: this.scalar(char) };
    if (this.open.length >= this.maxDepth) this.fail(`data is nested deeper than ${this.maxDepth} levels`);
    this.at++;
    const isArray = char === "[";
    this.open.push({ items: isArray ? [] : null, entries: new Map(), key: "" });
    if (this.peek() === (isArray ? "]" : "}")) {
      this.at++;
      return { value: this.close() };
    }
    if (!isArray) this.key();
    return null;
  }
  private close(): Value {
    const { items, entries } = this.open.pop()!;
    return items !== null ? new RhaiArray(items) : new RhaiMap(entries);
  }
  /** After an item: whether another one follows. */
  private hasMore(top: Open): boolean {
    const closing = top.items !== null ? "]" : "}";
    const char = this.peek();
    if (char !== "," && char !== closing) this.unexpected(`',' or '${closing}'`);
    this.at++;
    if (char === ",") {
      if (top.items === null) this.key();
      return true;
    }
    return false;
  }
  private key(): void {
    if (this.peek() !== '"') this.unexpected("a key in double quotes");
    this.open.at(-1)!.key = this.string();
    if (this.peek() !== ":") this.unexpected("':'");
    this.at++;
  }
  private end(value: Value): Value {
    if (this.peek() !== "") this.unexpected("the end of the text");
    return value;
  }

  /** The next character after white space; empty at the end. */
  private peek(): string {
    for (;;) {
      const char = this.text.charAt(this.at);
      if (char !== " " && char !== "\n" && char !== "\r" && char !== "\t") return char;
      this.at++;
    }
  }
  private scalar(char: string): Value {
    if (char === '"') return this.string();
    if (char === "-" || (char >= "0" && char <= "9")) return this.number();
    WORD.lastIndex = this.at;
    const word = WORD.exec(this.text)?.[0] ?? "";
    if (!LITERALS.has(word)) this.unexpected("a value");
    this.at += word.length;
    return LITERALS.get(word);
  }
  private number(): Value {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) this.fail("a number needs digits");
    const [digits, fraction, exponent] = match;
    const next = this.text.charAt(this.at + digits.length);
    if (/[0-9.eE]/.test(next)) this.fail(`malformed number '${digits}${next}'`);
    const isInt = fraction === undefined && exponent === undefined;
    const value = isInt ? this.int(digits) : this.float(digits);
    this.at += digits.length;
    return value;
  }
  private int(digits: string): Value {
    if (digits.length <= 15) return Number(digits) + 0;
    const value = BigInt(digits);
    if (value < INT_MIN || value > INT_MAX)
      this.fail(`integer ${shortened(digits)} does not fit into 64 bits`);
    return normalizeInt(value);
  }
  private float(digits: string): Value {
    const value = Number(digits);
    if (!Number.isFinite(value)) this.fail(`number ${shortened(digits)} is too large`);
    return new Float(value);
  }

  private string(): string {
    const start = this.at++;
    let result = "";
    for (let from = this.at; ; ) {
      const code = this.text.charCodeAt(this.at);
      if (code === 34 || code === 92) {
        result += this.text.slice(from, this.at++);
        if (code === 34) break;
        result += this.escape();
        from = this.at;
      } else if (code >= 32) this.at++;
      else if (Number.isNaN(code)) this.fail("the string does not end", start);
      else this.fail("a control character in a string has to be escaped");
    }
    if (!result.isWellFormed()) this.fail("the string holds half a surrogate pair", start);
    return result;
  }
  /** What an escape stands for; the position is behind the backslash. */
  private escape(): string {
    const char = this.text.charAt(this.at++);
    if (char !== "u") return ESCAPES[char] ?? this.fail(`'\\${char}' is no escape`, this.at - 2);
    const hex = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.fail("'\\u' needs four hexadecimal digits", this.at - 2);
    this.at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  private unexpected(expected: string): never {
    const code = this.text.codePointAt(this.at);
    const found = code === undefined ? "the text ends" : `'${String.fromCodePoint(code)}'`;
    return this.fail(`expected ${expected}, but ${found}${code === undefined ? "" : " follows"}`);
  }
  private fail(reason: string, offset: number = this.at): never {
    const before = this.text.slice(0, offset).split(/\r\n|\r|\n/);
    throw new JsonError(reason, before.length, [...before[before.length - 1]].length + 1, offset);
  }
}

function shortened(digits: string): string {
  return digits.length <= 30 ? digits : `${digits.slice(0, 27)}...`;
}
