// Arithmetic on u8, the type of a blob's items while they are iterated over.

import { arithmeticError } from "../errors.ts";
import type { Int } from "./int.ts";
import { Byte } from "./scalars.ts";

const bytes: readonly Byte[] = Array.from({ length: 256 }, (_, value) => new Byte(value));

/** The shared object for a byte (0 to 255). */
export function byteOf(value: number): Byte {
  return bytes[value];
}

function checked(value: number, what: string, a: number, op: string, b: Int): Byte {
  if (value < 0 || value > 255) throw arithmeticError(`${what} overflow: ${a} ${op} ${b}`);
  return bytes[value];
}

export function addBytes(a: Byte, b: Byte): Byte {
  return checked(a.value + b.value, "Addition", a.value, "+", b.value);
}

export function subBytes(a: Byte, b: Byte): Byte {
  return checked(a.value - b.value, "Subtraction", a.value, "-", b.value);
}

export function mulBytes(a: Byte, b: Byte): Byte {
  return checked(a.value * b.value, "Multiplication", a.value, "*", b.value);
}

export function divBytes(a: Byte, b: Byte): Byte {
  if (b.value === 0) throw arithmeticError(`Division by zero: ${a.value} / 0`);
  return bytes[Math.trunc(a.value / b.value)];
}

export function remBytes(a: Byte, b: Byte): Byte {
  if (b.value === 0) throw arithmeticError(`Modulo division by zero or overflow: ${a.value} % 0`);
  return bytes[a.value % b.value];
}

export function powByte(a: Byte, b: Int): Byte {
  const x = a.value;
  if (b < 0) throw arithmeticError(`Integer raised to a negative power: ${x} ** ${b}`);
  // Only 0 and 1 stand a large exponent, and not even they one beyond 32 bits.
  if (b > 0xffffffff) throw arithmeticError(`Exponential overflow: ${x} ** ${b}`);
  if (x <= 1) return b === 0 ? bytes[1] : a;
  return checked(b < 8 ? x ** Number(b) : 256, "Exponential", x, "**", b);
}

/** A count of 8 or more gives 0; a negative one shifts the other way. */
export function shlByte(a: Byte, b: Int): Byte {
  if (b < 0) return shrByte(a, -Number(b));
  return b >= 8 ? bytes[0] : bytes[(a.value << Number(b)) & 255];
}

/** A count of 8 or more leaves the top bit, as Rust's wrapping shift by `u32::MAX` does. */
export function shrByte(a: Byte, b: Int): Byte {
  if (b < 0) return shlByte(a, -Number(b));
  return bytes[a.value >> (b >= 8 ? 7 : Number(b))];
}

export function andBytes(a: Byte, b: Byte): Byte {
  return bytes[a.value & b.value];
}

export function orBytes(a: Byte, b: Byte): Byte {
  return bytes[a.value | b.value];
}

export function xorBytes(a: Byte, b: Byte): Byte {
  return bytes[a.value ^ b.value];
}
