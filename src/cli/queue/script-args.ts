// The variables that a submitted script gets, from options to the JSON text of the task.

import { UsageError } from "../exit-codes.ts";

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** What the options are called in complaints. */
export interface ArgOptions {
  readonly one: string;
  readonly all: string;
}

const ARG_OPTIONS: ArgOptions = { one: "--arg", all: "--args-json" };

/**
 * `k=v` is a text, `k:=v` any JSON value; or one JSON object for all. Values stay the text that was given: a number beyond
 * 2^53 keeps all its digits. Undefined without any.
 */
export function argsText(
  pairs: readonly string[],
  whole: string | undefined,
  options = ARG_OPTIONS,
): string | undefined {
  const { one, all } = options;
  if (whole === undefined) return pairs.length === 0 ? undefined : objectText(pairs, one);
  if (pairs.length > 0) throw new UsageError(`${one} and ${all} exclude each other (${one} name:=JSON)`);
  const value = parse(whole, all);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${all} has to be a JSON object (example: {"n": 3})`);
  }
  return whole;
}

function objectText(pairs: readonly string[], option: string): string {
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const isJson = pair[at - 1] === ":";
    const name = pair.slice(0, isJson ? at - 1 : at);
    if (at < 1 || !NAME.test(name)) {
      throw new UsageError(`'${pair}' is not an argument (examples: ${option} city=Oslo, ${option} n:=3)`);
    }
    const text = pair.slice(at + 1);
    if (isJson) parse(text, `${option} ${name}`);
    values.set(name, isJson ? text : JSON.stringify(text));
  }
  return `{${[...values].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

function parse(text: string, option: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${option} is not JSON: ${(error as Error).message}`);
  }
}
