// Checking results by a schema: any validator that implements Standard Schema (https://standardschema.dev), version 1.

import { dataPath } from "./data-path.ts";

/** A validator's interface. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The interface of Standard Schema. */
  readonly "~standard": {
    /** Version of the interface. */
    readonly version: 1;
    /** Name of the validator. */
    readonly vendor: string;
    /** Checks a value. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** For TypeScript alone: what goes in and what comes out. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a validator returns: the value or the issues. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly ValidatorIssue[] };

/** An issue as validators report it. */
export interface ValidatorIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where, by keys. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The type of what a schema lets through. */
export type SchemaOutput<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["output"];

/** What is wrong, and where: `path` has the keys, `place` the same as text, `$.items[0]`. */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** The keys to the place. */
  readonly path: readonly PropertyKey[];
  /** The place as text. */
  readonly place: string;
}

/** Thrown for a value that does not fit a schema. */
export class SchemaError extends TypeError {
  /** Always `SchemaError`. */
  override readonly name = "SchemaError";
  constructor(
    /** All that is wrong. */
    readonly issues: readonly SchemaIssue[],
    /** The value that was refused. */
    readonly value: unknown,
  ) {
    super(`the value does not fit the schema: ${listed(issues)}`);
  }
}

const MAX_LISTED = 10;

function listed(issues: readonly SchemaIssue[]): string {
  const shown = issues.slice(0, MAX_LISTED).map(({ message, place }) => `${message} (at ${place})`);
  if (issues.length > MAX_LISTED) shown.push(`and ${issues.length - MAX_LISTED} more`);
  return shown.join("; ");
}

/**
 * Checks a JS value and returns what the schema makes of it.
 *
 * @throws SchemaError when the value does not fit; TypeError when `schema` is no Standard Schema.
 */
export async function validate<Schema extends StandardSchema>(
  schema: Schema,
  value: unknown,
): Promise<SchemaOutput<Schema>> {
  return outputOf(await startValidation(schema, value), value) as SchemaOutput<Schema>;
}

/** The same without waiting. Throws TypeError when the schema validates asynchronously. */
export function validateSync<Schema extends StandardSchema>(
  schema: Schema,
  value: unknown,
): SchemaOutput<Schema> {
  const result = startValidation(schema, value);
  if (result instanceof Promise) {
    // Nobody will look at it any more.
    result.catch(() => {});
    throw new TypeError("the schema validates asynchronously: use evalAs instead of evalAsSync");
  }
  return outputOf(result, value) as SchemaOutput<Schema>;
}

/** Throws TypeError when `schema` is no Standard Schema of version 1; for checking it before a script runs. */
export function checkSchema(schema: unknown): asserts schema is StandardSchema {
  const isPossible = (typeof schema === "object" && schema !== null) || typeof schema === "function";
  const standard = isPossible ? (schema as Partial<StandardSchema>)["~standard"] : undefined;
  if (typeof standard?.validate !== "function")
    throw new TypeError("expected a Standard Schema: an object with '~standard.validate'");
  if (standard.version !== 1)
    throw new TypeError(`Standard Schema version 1 is supported, not ${String(standard.version)}`);
}

function startValidation(
  schema: StandardSchema,
  value: unknown,
): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
  checkSchema(schema);
  const result: unknown = schema["~standard"].validate(value);
  const isThenable = typeof (result as PromiseLike<unknown> | null)?.then === "function";
  return (isThenable ? Promise.resolve(result) : result) as SchemaResult<unknown>;
}

function outputOf(result: SchemaResult<unknown>, value: unknown): unknown {
  if (typeof result !== "object" || result === null)
    throw new TypeError("the schema's validator returned no result");
  if (result.issues) throw new SchemaError(result.issues.map(issueOf), value);
  return (result as { readonly value: unknown }).value;
}

function issueOf({ message, path = [] }: ValidatorIssue): SchemaIssue {
  const keys = path.map((part) => (typeof part === "object" ? part.key : part));
  return { message, path: keys, place: dataPath(keys) };
}
