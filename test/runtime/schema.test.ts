// Checking values by Standard Schema validators: zod's and hand-made ones.

import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  checkSchema,
  SchemaError,
  type SchemaOutput,
  type SchemaResult,
  type StandardSchema,
  validate,
  validateSync,
} from "../../src/runtime/schema.ts";

function schema<T>(
  check: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>,
): StandardSchema<unknown, T> {
  return { "~standard": { version: 1, vendor: "test", validate: check } };
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const order = z.object({
  id: z.int(),
  items: z.array(z.object({ name: z.string(), "unit price": z.number() })),
  note: z.string().default("none"),
});

describe("validate", () => {
  it("returns what the schema makes of the value, typed", async () => {
    const value = await validate(order, { id: 1, items: [], extra: true });
    const id: number = value.id;
    expect(value).toEqual({ id, items: [], note: "none" });
    expect(validateSync(order, { id: 1, items: [] }).note).toBe("none");
  });

  it("lists every issue with its place", async () => {
    const input = {
      id: "x",
      items: [
        { name: "a", "unit price": 1 },
        { name: 2, "unit price": null },
      ],
    };
    const error = (await rejection(validate(order, input))) as SchemaError;
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.name).toBe("SchemaError");
    expect(error.value).toBe(input);
    expect(error.issues.map(({ place, path }) => [place, path])).toEqual([
      ["$.id", ["id"]],
      ["$.items[1].name", ["items", 1, "name"]],
      ['$.items[1]["unit price"]', ["items", 1, "unit price"]],
    ]);
    for (const { message, place } of error.issues)
      expect(error.message).toContain(`${message} (at ${place})`);
    expect(() => validateSync(order, input)).toThrow(error.message);
  });

  it("understands all forms of paths", async () => {
    const symbol = Symbol("s");
    const path = ["a", { key: 0 }, { key: symbol }, "0", { key: "b" }];
    const failing = schema(() => ({ issues: [{ message: "no", path }, { message: "bad" }] }));
    const error = (await rejection(validate(failing, 1))) as SchemaError;
    expect(error.issues).toEqual([
      { message: "no", path: ["a", 0, symbol, "0", "b"], place: '$.a[0][Symbol(s)]["0"].b' },
      { message: "bad", path: [], place: "$" },
    ]);
    expect(error.message).toBe(
      'the value does not fit the schema: no (at $.a[0][Symbol(s)]["0"].b); bad (at $)',
    );
  });

  it("shortens long lists in the message only", async () => {
    const issues = Array.from({ length: 25 }, (_, i) => ({ message: `m${i}` }));
    const error = (await rejection(
      validate(
        schema(() => ({ issues })),
        1,
      ),
    )) as SchemaError;
    expect(error.issues).toHaveLength(25);
    expect(error.message).toMatch(/m9 \(at \$\); and 15 more$/);
  });

  it("waits for asynchronous validators", async () => {
    const slow = z.string().refine(async (text) => text === "yes", "must be yes");
    expect(await validate(slow, "yes")).toBe("yes");
    expect(await rejection(validate(slow, "no"))).toMatchObject({
      issues: [{ message: "must be yes", place: "$" }],
    });
    // biome-ignore lint/suspicious/noThenProperty: validators may return any thenable.
    const thenable = { then: (resolve: (r: unknown) => void) => resolve({ value: 5 }) };
    expect(
      await validate(
        schema(() => thenable as never),
        1,
      ),
    ).toBe(5);
  });

  it("does not wait when it must not", async () => {
    const slow = schema(async () => ({ value: 1 }));
    expect(() => validateSync(slow, 1)).toThrow("the schema validates asynchronously");
    const failing = schema(() => Promise.reject(new Error("late")));
    expect(() => validateSync(failing, 1)).toThrow(TypeError);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("hands on what a validator throws", async () => {
    const broken = schema(() => {
      throw new RangeError("broken");
    });
    await expect(validate(broken, 1)).rejects.toThrow(RangeError);
    expect(() => validateSync(broken, 1)).toThrow("broken");
  });

  it("takes an empty value and an empty list of issues as they are", async () => {
    expect(
      await validate(
        schema(() => ({ value: undefined })),
        1,
      ),
    ).toBeUndefined();
    expect(
      await rejection(
        validate(
          schema(() => ({ issues: [] })),
          1,
        ),
      ),
    ).toBeInstanceOf(SchemaError);
  });

  it.each([null, undefined, 5, "x", {}, () => 1, { "~standard": null }, { "~standard": { validate: 1 } }])(
    "refuses %j as a schema",
    async (wrong) => {
      expect(() => checkSchema(wrong)).toThrow("expected a Standard Schema");
      expect(await rejection(validate(wrong as never, 1))).toBeInstanceOf(TypeError);
    },
  );

  it("refuses other versions and validators without result", async () => {
    const other = { "~standard": { version: 2, vendor: "x", validate: () => ({ value: 1 }) } };
    expect(() => checkSchema(other)).toThrow("Standard Schema version 1 is supported, not 2");
    await expect(
      validate(
        schema(() => undefined as never),
        1,
      ),
    ).rejects.toThrow("returned no result");
    expect(() =>
      validateSync(
        schema(() => 5 as never),
        1,
      ),
    ).toThrow("returned no result");
  });

  it("accepts schemas that are functions", async () => {
    const callable = Object.assign(
      () => 1,
      schema((value) => ({ value: String(value) })),
    );
    expect(await validate(callable, 5)).toBe("5");
  });

  it("infers types", () => {
    const typed: SchemaOutput<typeof order> = { id: 1, items: [], note: "" };
    // @ts-expect-error: id is a number
    typed.id = "x";
    expect(typed.items).toEqual([]);
  });
});
