// A conformance case and the recorded outcome it is compared with; the format of test/conformance/README.md.

export type Place = readonly [line: number, column: number] | null;

export type OutputEntry =
  | { readonly print: string }
  | { readonly debug: string; readonly source: string | null; readonly at: Place };

export interface OkResult {
  readonly type: string;
  readonly debug: string;
  readonly string: string;
}

export interface ErrorResult {
  readonly kind: string;
  readonly at: Place;
  /** Kind and place of the innermost error behind function calls and modules. */
  readonly inner: string;
  readonly inner_at: Place;
  readonly message: string;
}

/** What a script did: everything it printed, and how it ended. */
export interface Outcome {
  readonly output: readonly OutputEntry[];
  readonly ok?: OkResult;
  readonly error?: ErrorResult;
  /** Not part of the recorded form: the engine itself failed. */
  readonly crash?: string;
}

export type OptionValue = boolean | number | string | readonly string[];

export interface Case {
  readonly id: string;
  /** The rows of the result table: cases of one area are counted together. */
  readonly area: string;
  readonly script: string;
  readonly files: Readonly<Record<string, string>> | null;
  /** The case's line when it has a `scope`: numbers in it must be read from the text (see scope-json.ts). */
  readonly scopeLine: string | null;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Where to import modules from, and the source's name, for cases that are script files. */
  readonly file: { readonly folder: string; readonly source: string } | null;
  readonly expect: Expectation | null;
}

/** Outcomes of which any will do; or the texts beside a script file. */
export type Expectation =
  | { readonly form: "outcomes"; readonly accepted: readonly Outcome[] }
  | { readonly form: "texts"; readonly out: string | null; readonly err: string | null };

function fail(what: string): never {
  throw new Error(`not a conformance case: ${what}`);
}

function areaOf(id: string): string {
  const dash = id.indexOf("-");
  return dash === -1 ? id : id.slice(0, dash);
}

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textIn(raw: Json, key: string): string {
  const value = raw[key];
  return typeof value === "string" ? value : fail(`\`${key}\` is not a string`);
}

function objectIn<T>(raw: Json, key: string): T | null {
  const value = raw[key];
  if (value === undefined) return null;
  return isObject(value) ? (value as T) : fail(`\`${key}\` is not an object`);
}

function acceptedOutcomes(expect: Outcome, also: unknown): Outcome[] {
  if (also === undefined) return [expect];
  if (!Array.isArray(also)) fail("`also` is not a list");
  return [expect, ...(also as Outcome[])];
}

/** Reads one line of a case file; throws an Error that says what is wrong with it. */
export function parseCase(line: string): Case {
  const raw: unknown = JSON.parse(line);
  if (!isObject(raw)) fail("not an object");
  const id = textIn(raw, "id");
  const expect = objectIn<Outcome>(raw, "expect");
  return {
    id,
    area: areaOf(id),
    script: textIn(raw, "script"),
    files: objectIn(raw, "files"),
    scopeLine: objectIn(raw, "scope") === null ? null : line,
    options: objectIn<Case["options"]>(raw, "options") ?? {},
    file: null,
    expect: expect && { form: "outcomes", accepted: acceptedOutcomes(expect, raw.also) },
  };
}
