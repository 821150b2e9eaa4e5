// Blobs: the functions of BasicBlobPackage, called directly.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Blob } from "../../../src/runtime/value/containers.ts";
import { INT_MAX, INT_MIN, type Int } from "../../../src/runtime/value/int.ts";
import { Range } from "../../../src/runtime/value/objects.ts";
import { charOf, Float } from "../../../src/runtime/value/scalars.ts";
import type { Value } from "../../../src/runtime/value/value.ts";
import { messageOf, show } from "./caller.ts";
import { call, FakeContext } from "./fake-callbacks.ts";

const range = (from: Int, to: Int) => new Range(from, to, false);
const through = (from: Int, to: Int) => new Range(from, to, true);
const bytes = (...values: number[]) => new Blob(Uint8Array.from(values));

/** Name, bytes of the blob, further arguments, expected result, expected bytes afterwards (when they change). */
const direct: [name: string, bytes: number[], args: Value[], result: string, after?: number[]][] = [
  ["len", [1, 2], [], "2"],
  ["get$len", [1, 2], [], "2"],
  ["is_empty", [], [], "true"],
  ["get$is_empty", [1], [], "false"],
  ["to_array", [1, 255], [], "[1, 255]"],
  ["as_string", [0x68, 0xc3, 0xa9], [], '"hé"'],
  ["as_string", [0x41, 0xff, 0xf0, 0x9f, 0x98], [], '"A\ufffd\ufffd"'],
  ["as_string", [0xef, 0xbb, 0xbf, 0x41], [], '"\ufeffA"'],
  ["contains", [1, 2], [258], "true"],
  ["contains", [1, 255], [INT_MAX], "true"],
  ["contains", [1, 2], [3], "false"],
  ["get", [4, 5], [-1], "5"],
  ["get", [4, 5], [-9], "4"],
  ["get", [4, 5], [2], "0"],
  ["get", [], [0], "0"],
  ["set", [4, 5], [-1, 300], "()", [4, 44]],
  ["set", [4, 5], [2, 1], "()", [4, 5]],
  ["push", [1], [-1], "()", [1, 255]],
  ["append", [1], [256], "()", [1, 0]],
  ["append", [1], [bytes(2, 3)], "()", [1, 2, 3]],
  ["append", [1], ["aé"], "()", [1, 0x61, 0xc3, 0xa9]],
  ["append", [1], [charOf("€")], "()", [1, 0xe2, 0x82, 0xac]],
  ["insert", [1, 2], [-1, 9], "()", [1, 9, 2]],
  ["insert", [1, 2], [INT_MIN, 9], "()", [9, 1, 2]],
  ["insert", [1, 2], [9, 9], "()", [1, 2, 9]],
  ["insert", [], [-1, 9], "()", [9]],
  ["pad", [1], [3, 0x1ff], "()", [1, 255, 255]],
  ["pad", [1, 2], [1, 0], "()", [1, 2]],
  ["pop", [1, 2], [], "2", [1]],
  ["pop", [], [], "0", []],
  ["shift", [1, 2], [], "1", [2]],
  ["shift", [], [], "0", []],
  ["remove", [1, 2, 3], [1], "2", [1, 3]],
  ["remove", [1, 2, 3], [-1], "3", [1, 2]],
  ["remove", [1, 2, 3], [3], "0", [1, 2, 3]],
  ["clear", [1], [], "()", []],
  ["truncate", [1, 2, 3], [2], "()", [1, 2]],
  ["truncate", [1, 2, 3], [-2], "()", []],
  ["chop", [1, 2, 3], [2], "()", [2, 3]],
  ["chop", [1, 2, 3], [0], "()", []],
  ["reverse", [1, 2, 3], [], "()", [3, 2, 1]],
  ["splice", [1, 2, 3, 4], [1, 2, bytes(9)], "()", [1, 9, 4]],
  ["splice", [1, 2, 3], [1, 0, bytes(9)], "()", [1, 2, 3, 9]],
  ["splice", [1, 2, 3], [range(1, 2), bytes(9, 8)], "()", [1, 9, 8, 3]],
  ["splice", [1, 2, 3], [through(-5, -3), bytes()], "()", [2, 3]],
  ["extract", [1, 2, 3], [1, 1], "<2>"],
  ["extract", [1, 2, 3], [-2], "<2,3>"],
  ["extract", [1, 2, 3], [through(1, INT_MAX)], "<2,3>"],
  ["split", [1, 2, 3], [-1], "<3>", [1, 2]],
  ["split", [1, 2, 3], [3], "<>", [1, 2, 3]],
  ["drain", [1, 2, 3], [0, 2], "<1,2>", [3]],
  ["drain", [1, 2, 3], [range(-2, 1)], "<1>", [2, 3]],
  ["retain", [1, 2, 3], [1, 1], "<1,3>", [2]],
  ["retain", [1, 2, 3], [5, 2], "<1,2,3>", []],
  ["retain", [1, 2, 3], [5, 0], "<>", [1, 2, 3]],
  ["retain", [1, 2, 3], [through(INT_MAX, INT_MAX)], "<>", [1, 2, 3]],
  ["parse_le_int", [1, 2], [0, 8], "513"],
  ["parse_be_int", [0xff], [0, 1], "-72057594037927936"],
  ["parse_be_int", [0, 0, 0, 0, 0, 0, 1, 2, 9], [range(0, 9)], "258"],
  ["parse_le_int", [255, 255, 255, 255, 255, 255, 255, 127], [0, 8], String(INT_MAX)],
  ["parse_le_int", [1], [1, 1], "0"],
  ["parse_be_float", [0x40], [0, 1], "2f"],
  ["parse_le_float", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [through(0, 7)], "1.5f"],
  ["parse_le_float", [], [0, 8], "0f"],
  ["write_le", [0, 0, 0], [1, 9, 0x0a0b0c], "()", [0, 0x0c, 0x0b]],
  ["write_be", [0, 0, 0], [0, 2, 0x0102030405060708n], "()", [1, 2, 0]],
  ["write_be", Array(8).fill(7), [through(0, 7), new Float(-2.25)], "()", [0xc0, 2, 0, 0, 0, 0, 0, 0]],
  ["write_le", [1, 1], [2, 1, 9], "()", [1, 1]],
  ["write_utf8", [0, 0, 0, 0], [1, 2, "é!"], "()", [0, 0xc3, 0xa9, 0]],
  ["write_utf8", [0, 0], [through(0, 0), "é"], "()", [0xc3, 0]],
  ["write_ascii", [0, 0, 0, 0], [range(1, 9), "aéb€c"], "()", [0, 0x61, 0x62, 0x63]],
];

describe("blob functions", () => {
  it.each(direct)("%s (%#)", (name, start, args, result, after) => {
    const blob = bytes(...start);
    const copy = blob.copy();
    expect(show(call(name, [blob, ...args]))).toBe(result);
    expect([...blob.bytes]).toEqual(after ?? start);
    expect([...copy.bytes]).toEqual(start);
  });

  it("makes blobs", () => {
    expect(show(call("blob", []))).toBe("<>");
    expect(show(call("blob", [2]))).toBe("<0,0>");
    expect(show(call("blob", [2, -1]))).toBe("<255,255>");
    expect(show(call("blob", [INT_MIN]))).toBe("<>");
  });

  it("keeps to size limits, and to what JS can hold", () => {
    const limited = (name: string) => Object.assign(new FakeContext(name), { maxArraySize: 5 });
    expect(show(call("blob", [5], limited("blob")))).toBe("<0,0,0,0,0>");
    expect(messageOf(() => call("blob", [6], limited("blob")))).toBe("Size of array/BLOB too large");
    expect(messageOf(() => call("blob", [INT_MAX]))).toBe("Size of array/BLOB too large");
    expect(messageOf(() => call("pad", [bytes(), 6, 0], limited("pad")))).toBe("Size of BLOB too large");
    expect(messageOf(() => call("pad", [bytes(), INT_MAX, 0]))).toBe("Size of array/BLOB too large");
  });

  it("adds bytes in constant time", () => {
    const blob = bytes();
    const start = performance.now();
    for (let i = 0; i < 200_000; i++) call("push", [blob, i]);
    expect(blob.length).toBe(200_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it("shares no bytes between blobs that come from one another", () => {
    const position = fc.integer({ min: -3, max: 12 });
    const step = fc.oneof(
      fc.tuple(fc.constantFrom("push", "truncate", "chop", "remove", "split", "extract"), position),
      fc.tuple(fc.constantFrom("drain", "retain", "extract"), position, position),
      fc.tuple(fc.constantFrom("pop", "shift", "reverse", "copy")),
      fc.tuple(fc.constantFrom("insert", "set", "pad"), position, fc.nat(255)),
      fc.tuple(fc.constantFrom("append", "splice")),
    );
    const property = fc.property(fc.array(fc.tuple(fc.nat(), step), { maxLength: 40 }), (steps) => {
      const blobs = [bytes(1, 2, 3), bytes()];
      for (const [pick, [name, ...args]] of steps) {
        const blob = blobs[pick % blobs.length];
        const others = blobs.map((other) => (other === blob ? null : [...other.bytes]));
        const more = blobs[(pick + 1) % blobs.length].copy();
        if (name === "copy") blobs.push(blob.copy());
        else {
          const extra = name === "append" ? [more] : name === "splice" ? [1, 1, more] : args;
          const result = call(name, [blob, ...extra]);
          if (result instanceof Blob) blobs.push(result);
        }
        others.forEach((before, i) => {
          if (before !== null) expect([...blobs[i].bytes]).toEqual(before);
        });
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});
