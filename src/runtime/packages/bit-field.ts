// BitFieldPackage: single bits and runs of bits of an INT.

import { bitFieldBounds } from "../errors.ts";
import { definePackage, type PackageBuilder } from "../function/native.ts";
import { getBit, getBits, withBit, withBits } from "../value/bits.ts";
import { addInt, type Int, subInt } from "../value/int.ts";
import type { Range, Ref } from "../value/objects.ts";

/** Start and length of the field that a range names: starts clamp to 0, an end before the start gives length 0. */
function fieldOf(range: Range): [start: Int, count: Int] {
  let start = range.from;
  if (start < 0) start = 0;
  if (!range.inclusive) return [start, range.to > start ? subInt(range.to, start) : 0];
  const end = range.to < start ? subInt(start, 1) : range.to;
  // Unlike an exclusive end, an inclusive one beyond the top bit is not clipped.
  if (end >= 64) throw bitFieldBounds(64, end);
  return [start, addInt(subInt(end, start), 1)];
}

function addGetters(m: PackageBuilder): void {
  m.fn("get_bit", ["i64", "i64"], "bool", getBit, {
    doc: "Is the bit set? Negative positions count from the top bit.",
    paramNames: ["value", "bit"],
  });
  m.fn("get_bits", ["i64", "i64", "i64"], "i64", getBits, {
    doc: "The field of `bits` bits from `start` on, as a number.",
    paramNames: ["value", "start", "bits"],
  });
  for (const type of ["range", "range="]) {
    m.fn("get_bits", ["i64", type], "i64", (value: Int, range: Range) => getBits(value, ...fieldOf(range)), {
      doc: "The bits in the range, as a number.",
      paramNames: ["value", "range"],
    });
  }
}

function setBitsInRange(target: Ref<Int>, range: Range, bits: Int): void {
  const [start, count] = fieldOf(range);
  target.value = withBits(target.value, start, count, bits);
}

function addSetters(m: PackageBuilder): void {
  m.inPlace(
    "set_bit",
    ["i64", "i64", "bool"],
    "()",
    (target: Ref<Int>, bit: Int, on: boolean) => {
      target.value = withBit(target.value, bit, on);
    },
    {
      doc: "Sets or clears a bit. Negative positions count from the top bit.",
      paramNames: ["value", "bit", "on"],
    },
  );
  m.inPlace(
    "set_bits",
    ["i64", "i64", "i64", "i64"],
    "()",
    (target: Ref<Int>, start: Int, count: Int, bits: Int) => {
      target.value = withBits(target.value, start, count, bits);
    },
    {
      doc: "Replaces the field of `bits` bits from `start` on.",
      paramNames: ["value", "start", "bits", "new_value"],
    },
  );
  for (const type of ["range", "range="]) {
    m.inPlace("set_bits", ["i64", type, "i64"], "()", setBitsInRange, {
      doc: "Replaces the bits in the range.",
      paramNames: ["value", "range", "new_value"],
    });
  }
}

/** `BitFieldPackage`: integers as bit-fields. See "Integer as Bit-Fields" in Rhai's book. */
export const bitFieldPackage = definePackage("BitFieldPackage", (m) => {
  addGetters(m);
  addSetters(m);
});
