// `npm run bench:parse`: how long parsing 1 MB and 10 MB of ordinary script text takes, and how that grows with the size.
// Bundled and run by plain node (see package.json), because the transpiler behind `tsx` slows closures down.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "../src/lang/compile.ts";
import { DEFAULT_LANGUAGE_OPTIONS, DEFAULT_PARSE_LIMITS, type ParseOptions } from "../src/lang/options.ts";
import { median } from "./median.ts";

const MB = 1_000_000;

const OPTIONS: ParseOptions = {
  language: DEFAULT_LANGUAGE_OPTIONS,
  limits: DEFAULT_PARSE_LIMITS,
  disabledSymbols: new Set(),
  customOperators: new Map(),
  customSyntax: new Map(),
  scope: [],
  isKnownModule: () => false,
  mode: "script",
  source: null,
  mapToken: null,
};

/** A program and a pattern for the names of its functions. */
interface Example {
  readonly text: string;
  readonly names: RegExp;
}

function readExample(file: string): Example {
  const text = readFileSync(file, "utf8");
  const names = [...text.matchAll(/\bfn (?:\w+\.)?(\w+)/g)].map((match) => match[1]);
  return { text: `${text};\n\n`, names: new RegExp(`\\b(?:${names.join("|") || "-"})\\b`, "g") };
}

/** At least `size` characters: the examples over and over, functions renamed, since a script may define each only once. */
function ordinaryScript(examples: readonly Example[], size: number): string {
  let script = "";
  for (let copy = 0; script.length < size; copy++) {
    const { text, names } = examples[copy % examples.length];
    script += text.replace(names, `$&_${copy}`);
  }
  // As read from a file: one flat string.
  return Buffer.from(script).toString("utf8");
}

/** Milliseconds of each of `rounds` parses. Like a program that keeps one script, it drops each tree before the next. */
function measure(text: string, rounds: number): number[] {
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    parse(text, OPTIONS);
    return performance.now() - start;
  });
}

function row(name: string, length: number, times: readonly number[]): void {
  const middle = median(times);
  const [fastest, slowest] = [Math.min(...times), Math.max(...times)];
  const speed = length / MB / (middle / 1000);
  console.log(
    `${name.padEnd(8)}${middle.toFixed(0).padStart(7)} ms  (${fastest.toFixed(0)} to ${slowest.toFixed(0)})  ${speed.toFixed(2)} MB/s`,
  );
}

const examples = readdirSync("examples")
  .filter((file) => file.endsWith(".rhai"))
  .map((file) => readExample(join("examples", file)));
const [small, large] = [ordinaryScript(examples, MB), ordinaryScript(examples, 10 * MB)];
measure(small, 5);
const smallTimes = measure(small, 15);
const largeTimes = measure(large, 5);
row("1 MB", small.length, smallTimes);
row("10 MB", large.length, largeTimes);
console.log(`ratio   ${(median(largeTimes) / median(smallTimes)).toFixed(1)}`);
console.log(`largest resident size ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
