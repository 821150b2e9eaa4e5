// One text for one definition, whatever the order of its fields, and the hash that names it.

import { createHash } from "node:crypto";

/** JSON with sorted keys; fields without a value are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
