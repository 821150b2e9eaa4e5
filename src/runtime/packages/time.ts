// BasicTimePackage: timestamps on the monotonic clock.

import { arithmeticError } from "../errors.ts";
import { definePackage, type PackageBuilder } from "../function/native.ts";
import type { Int } from "../value/int.ts";
import { type Ref, Timestamp } from "../value/objects.ts";
import { Float } from "../value/scalars.ts";

/** `BasicTimePackage`: `timestamp()` and what can be done with one. See "Timestamps" in Rhai's book. */
export const timePackage = definePackage("BasicTimePackage", (m) => {
  registerClock(m);
  registerArithmetic(m);
  registerComparisons(m);
});

function elapsed(timestamp: Timestamp): Float {
  const milliseconds = performance.now() - timestamp.milliseconds;
  if (milliseconds < 0) throw arithmeticError("Time-stamp is later than now");
  return new Float(milliseconds / 1000);
}

function registerClock(m: PackageBuilder): void {
  m.fn("timestamp", [], "timestamp", () => new Timestamp(performance.now()), {
    isPure: false,
    doc: "The present moment.",
  });
  const options = {
    isPure: false,
    doc: "Seconds from the timestamp until now; an error when it lies in the future.",
    paramNames: ["timestamp"],
  };
  m.fn("elapsed", ["timestamp"], "f64", elapsed, options);
  m.getter("elapsed", "timestamp", "f64", elapsed, "value", options);
}

/** Seconds a clock with 64-bit seconds can hold. */
const CLOCK_LIMIT = 2 ** 63;
/** Most milliseconds that are added for FLOAT seconds: the largest u64. */
const MAX_MILLISECONDS = 2 ** 64;

type Direction = 1 | -1;

function shiftByInt(timestamp: Timestamp, seconds: Int, direction: Direction): Timestamp {
  const milliseconds = timestamp.milliseconds + direction * Number(seconds) * 1000;
  if (milliseconds / 1000 >= CLOCK_LIMIT || milliseconds / 1000 < -CLOCK_LIMIT) {
    const action = direction === 1 ? "adding" : "subtracting";
    throw arithmeticError(`Timestamp overflow when ${action} ${seconds} second(s)`);
  }
  return new Timestamp(milliseconds);
}

function shiftByFloat(timestamp: Timestamp, seconds: number, direction: Direction): Timestamp {
  if (seconds < 0) return shiftByFloat(timestamp, -seconds, direction === 1 ? -1 : 1);
  if (seconds > CLOCK_LIMIT) {
    const action = direction === 1 ? "add" : "subtract";
    throw arithmeticError(`Integer overflow for timestamp ${action}: ${plainDigits(seconds)}`);
  }
  const whole = Number.isNaN(seconds) ? 0 : Math.min(Math.trunc(seconds * 1000), MAX_MILLISECONDS);
  return new Timestamp(timestamp.milliseconds + direction * whole);
}

/** A large number as Rust shows an f64: shortest digits, then zeros, never an exponent. */
function plainDigits(value: number): string {
  if (value === Infinity) return "inf";
  const [mantissa, exponent] = value.toExponential().split("e+");
  const digits = mantissa.replace(".", "");
  return digits.padEnd(Number(exponent) + 1, "0");
}

function registerArithmetic(m: PackageBuilder): void {
  const difference = (a: Timestamp, b: Timestamp) => new Float((a.milliseconds - b.milliseconds) / 1000);
  m.fn("-", ["timestamp", "timestamp"], "f64", difference, {
    doc: "Seconds between two timestamps.",
    paramNames: ["timestamp", "other"],
  });
  registerShift(m, "+", 1, "later");
  registerShift(m, "-", -1, "earlier");
}

function registerShift(m: PackageBuilder, operator: string, direction: Direction, word: string): void {
  const byInt = (t: Timestamp, seconds: Int) => shiftByInt(t, seconds, direction);
  const byFloat = (t: Timestamp, seconds: Float) => shiftByFloat(t, seconds.value, direction);
  const paramNames = ["timestamp", "seconds"];
  const options = { doc: `The moment that many seconds ${word}.`, paramNames };
  m.fn(operator, ["timestamp", "f64"], "timestamp", byFloat, options);
  m.fn(operator, ["timestamp", "i64"], "timestamp", byInt, options);

  const assignInt = (place: Ref<Timestamp>, seconds: Int) => {
    place.value = byInt(place.value, seconds);
  };
  const assignFloat = (place: Ref<Timestamp>, seconds: Float) => {
    place.value = byFloat(place.value, seconds);
  };
  const assignOptions = { doc: `Moves the timestamp that many seconds ${word}.`, paramNames };
  m.inPlace(`${operator}=`, ["timestamp", "f64"], "()", assignFloat, assignOptions);
  m.inPlace(`${operator}=`, ["timestamp", "i64"], "()", assignInt, assignOptions);
}

function registerComparisons(m: PackageBuilder): void {
  const compare = (operator: string, doc: string, test: (a: number, b: number) => boolean) =>
    m.fn(
      operator,
      ["timestamp", "timestamp"],
      "bool",
      (a: Timestamp, b: Timestamp) => test(a.milliseconds, b.milliseconds),
      { doc, paramNames: ["timestamp", "other"] },
    );
  compare("==", "True for the same moment.", (a, b) => a === b);
  compare("!=", "True for different moments.", (a, b) => a !== b);
  compare("<", "True when the left one is earlier.", (a, b) => a < b);
  compare("<=", "True when the left one is earlier or the same.", (a, b) => a <= b);
  compare(">", "True when the left one is later.", (a, b) => a > b);
  compare(">=", "True when the left one is later or the same.", (a, b) => a >= b);
}
