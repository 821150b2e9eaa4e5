// Places inside of data as text, for messages.

/** `$.items[0]["odd key"]` for a list of keys from the outside in. */
export function dataPath(keys: readonly PropertyKey[]): string {
  return `$${keys.map(step).join("")}`;
}

function step(key: PropertyKey): string {
  if (typeof key === "string" && /^[A-Za-z_$][\w$]*$/.test(key)) return `.${key}`;
  return `[${typeof key === "string" ? JSON.stringify(key) : String(key)}]`;
}
