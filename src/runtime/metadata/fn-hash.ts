// Hashes that identify functions in metadata.

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const encoder = new TextEncoder();

/**
 * FNV-1a of a text, cut to 53 bits so that JSON readers with double numbers get it exactly. Rhai's own hashes differ from
 * one build to the next: only equality within one document means something.
 */
export function fnHash(text: string): number {
  let hash = OFFSET;
  for (const byte of encoder.encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return Number(BigInt.asUintN(53, hash));
}
