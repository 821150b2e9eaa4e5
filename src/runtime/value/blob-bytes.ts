// Editing the bytes of blobs. Every function takes bytes that the caller owns (`blob.write()`) and returns what replaces them.

/** A buffer whose room behind the bytes of one blob is that blob's, so that adding to it seldom copies. */
class RoomyBuffer extends ArrayBuffer {}

/** `bytes` with `extra` more behind them, whose content the caller has to set. */
export function growBytes(bytes: Uint8Array, extra: number): Uint8Array {
  const length = bytes.length + extra;
  const { buffer, byteOffset } = bytes;
  if (buffer instanceof RoomyBuffer && byteOffset + length <= buffer.byteLength) {
    return new Uint8Array(buffer, byteOffset, length);
  }
  const grown = new Uint8Array(new RoomyBuffer(length + (length >> 1) + 8), 0, length);
  grown.set(bytes);
  return grown;
}

export function appendBytes(bytes: Uint8Array, more: Uint8Array): Uint8Array {
  const grown = growBytes(bytes, more.length);
  grown.set(more, bytes.length);
  return grown;
}

/** Puts `insert` in the place of `count` bytes at `start`. */
export function spliceBytes(bytes: Uint8Array, start: number, count: number, insert: Uint8Array): Uint8Array {
  const difference = insert.length - count;
  const result = difference > 0 ? growBytes(bytes, difference) : bytes;
  result.copyWithin(start + insert.length, start + count, bytes.length);
  result.set(insert, start);
  return result.subarray(0, bytes.length + difference);
}
