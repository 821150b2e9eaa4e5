// fast-check arbitraries for fuzzed scripts: random characters, token soup, mutated valid scripts, random programs.

import fc from "fast-check";
import { FRAGMENTS, FUNCTIONS, LITERALS, NAMES, SCRIPTS, SYMBOLS } from "./fuzz-corpus.ts";
import { libraryCall } from "./fuzz-library.ts";
import { program } from "./fuzz-programs.ts";
import type { FuzzInput } from "./fuzz-run.ts";

const decoder = new TextDecoder();

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 120 }).map((data) => decoder.decode(data)),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
    .map((units) => String.fromCharCode(...units)),
  fc.string({ unit: "binary-ascii", maxLength: 120 }),
  fc.string({ unit: fc.constantFrom(..."\"'`{}$#/*\\\n |&.=!?<>:;,()[]01ax_"), maxLength: 60 }),
);

const token = fc.oneof(
  { arbitrary: fc.constantFrom(...SYMBOLS), weight: 4 },
  { arbitrary: fc.constantFrom(...NAMES), weight: 3 },
  { arbitrary: fc.constantFrom(...LITERALS), weight: 3 },
  { arbitrary: fc.constantFrom(...FUNCTIONS), weight: 1 },
  { arbitrary: fc.constantFrom(...FRAGMENTS), weight: 3 },
);

const soup = fc
  .array(fc.tuple(token, fc.constantFrom(" ", "", "\n", "; ")), { maxLength: 40 })
  .map((parts) => parts.map(([text, gap]) => text + gap).join(""));

interface Edit {
  readonly kind: "delete" | "repeat" | "insert" | "replace" | "splice" | "move";
  /** Places, as parts of the whole. */
  readonly at: number;
  readonly to: number;
  readonly length: number;
  readonly token: string;
  readonly other: number;
}

const part = fc.integer({ min: 0, max: 9_999 });
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("delete", "repeat", "insert", "replace", "splice", "move"),
  at: part,
  to: part,
  length: fc.integer({ min: 1, max: 30 }),
  token,
  other: fc.nat(SCRIPTS.length - 1),
});

function apply(text: string, { kind, at, to, length, token, other }: Edit): string {
  const start = Math.floor((at * text.length) / 10_000);
  const end = Math.min(text.length, start + length);
  const slice = text.slice(start, end);
  const without = text.slice(0, start) + text.slice(end);
  const target = Math.floor((to * without.length) / 10_000);
  switch (kind) {
    case "delete":
      return without;
    case "repeat":
      return text.slice(0, end) + slice + text.slice(end);
    case "insert":
      return `${text.slice(0, start)} ${token} ${text.slice(start)}`;
    case "replace":
      return `${text.slice(0, start)} ${token} ${text.slice(end)}`;
    case "move":
      return without.slice(0, target) + slice + without.slice(target);
    case "splice": {
      const from = Math.floor((to * SCRIPTS[other].length) / 10_000);
      return text.slice(0, start) + SCRIPTS[other].slice(from, from + 3 * length) + text.slice(start);
    }
  }
}

const mutated = fc
  .tuple(fc.nat(SCRIPTS.length - 1), fc.array(edit, { minLength: 1, maxLength: 5 }))
  .map(([base, edits]) => edits.reduce(apply, SCRIPTS[base]));

function inputs(text: fc.Arbitrary<string>): fc.Arbitrary<FuzzInput> {
  return fc.record({
    text,
    optimization: fc.constantFrom("simple", "none", "full"),
    strict: fc.constantFrom(false, false, false, true),
    fastOperators: fc.constantFrom(true, true, true, false),
  });
}

/** The kinds of input, each with its share. */
export const FUZZ_KINDS: Readonly<Record<string, { arbitrary: fc.Arbitrary<FuzzInput>; share: number }>> = {
  "random characters": { arbitrary: inputs(bytes), share: 0.15 },
  "token soup": { arbitrary: inputs(soup), share: 0.25 },
  "mutated scripts": { arbitrary: inputs(mutated), share: 0.4 },
  "random programs": { arbitrary: inputs(program), share: 0.2 },
  "library calls": { arbitrary: inputs(libraryCall), share: 0.3 },
};
