// What host code has thrown or returned: anything, hostile objects included.

/** The text of whatever was thrown. */
export function thrownText(error: unknown): string {
  try {
    const text = String(error instanceof Error ? error.message : error);
    return text.isWellFormed?.() === false ? text.toWellFormed() : text;
  } catch {
    return "unknown error";
  }
}

/** `instanceof`, which proxies can make throw: for what host code throws or returns. */
export function isInstance<T>(error: unknown, type: abstract new (...args: never[]) => T): error is T {
  try {
    return error instanceof type;
  } catch {
    return false;
  }
}
