// Checks that the examples of documents call for their `// => value` and `// throws text` comments.

import { expect } from "vitest";

export function __equals(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

/** `expected` is the error's class and text, or the beginning of that followed by `...`. */
export async function __throws(run: () => Promise<void>, expected: string): Promise<void> {
  let error: unknown;
  try {
    await run();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) expect.fail(`nothing was thrown instead of: ${expected}`);
  const name = error instanceof Error ? `${error.name}: ` : "";
  const text = String(error).startsWith(name) ? String(error) : name + String(error);
  if (expected.endsWith("...")) expect(text.slice(0, expected.length - 3)).toBe(expected.slice(0, -3));
  else expect(text).toBe(expected);
}
