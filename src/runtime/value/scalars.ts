// Scalar values that need a class: FLOAT, char and the byte that iterating over a blob yields.

import { RhaiObject, TypeId } from "./value.ts";

/** A FLOAT (f64). Immutable. */
export class Float extends RhaiObject {
  override get typeId(): number {
    return TypeId.FLOAT;
  }
  override get typeName(): string {
    return "f64";
  }
  constructor(
    /** The number. */
    readonly value: number,
  ) {
    super();
  }
}

/** A char: one Unicode scalar value. Immutable; get one with `charOf` so that equal characters are mostly one object. */
export class Char extends RhaiObject {
  override get typeId(): number {
    return TypeId.CHAR;
  }
  override get typeName(): string {
    return "char";
  }
  constructor(
    /** The character, as a string. */
    readonly value: string,
  ) {
    super();
  }
  /** Its code point. */
  get codePoint(): number {
    return this.value.codePointAt(0) as number;
  }
}

const latin: Char[] = Array.from({ length: 256 }, (_, code) => new Char(String.fromCharCode(code)));

/** The char for a string of exactly one Unicode scalar value. */
export function charOf(text: string): Char {
  const code = text.charCodeAt(0);
  return code < 256 ? latin[code] : new Char(text);
}

/** The char for a code point (0 to 0x10FFFF, no surrogates: the caller checks). */
export function charFromCodePoint(code: number): Char {
  return code < 256 ? latin[code] : new Char(String.fromCodePoint(code));
}

/** A u8, which only appears while iterating over a blob. Immutable. */
export class Byte extends RhaiObject {
  override get typeId(): number {
    return TypeId.BYTE;
  }
  override get typeName(): string {
    return "u8";
  }
  constructor(readonly value: number) {
    super();
  }
}
