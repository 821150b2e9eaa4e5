// Names for closures: `anon$` and 16 hexadecimal digits, the same each time the same script is compiled.

const PREFIX = "anon$";

/** Two independent hashes of a script, 32 bits each. */
export interface TextHash {
  readonly first: number;
  readonly second: number;
}

/** The name of the closure that begins at offset `start` of the script. */
export function closureName(text: TextHash, start: number): string {
  const place = Math.imul(start + 1, 0x9e3779b1);
  return PREFIX + hex(text.first) + hex(text.second ^ place);
}

/** FNV-1a over UTF-16 code units, with two different primes. */
export function hashText(text: string): TextHash {
  let first = 0x811c9dc5;
  let second = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ code, 0x85ebca6b);
  }
  return { first, second };
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
