// Positions as Rhai reports them (line and column), packed into one number.

/**
 * A place in a script: line and column, 16 bits each, both 1-based and saturating at 65535. Read it with `lineOf` and
 * `columnOf`: as a signed 32-bit number, which V8 stores without an object of its own, it is negative from line 32768 on.
 * Column 0 means "the line as a whole"; `NO_POSITION` (0) means "nowhere".
 * Columns count Unicode scalar values, as Rhai's do.
 */
export type Position = number;

/** The position of what has none. */
export const NO_POSITION: Position = 0;

const MAX = 0xffff;

export function position(line: number, column: number): Position {
  return ((line > MAX ? MAX : line) << 16) | (column > MAX ? MAX : column);
}

/** The line of a position, from 1; 0 when there is none. */
export function lineOf(pos: Position): number {
  return pos >>> 16;
}

/** The column of a position in characters, from 1; 0 for the line as a whole. */
export function columnOf(pos: Position): number {
  return pos & MAX;
}

/** The text Rhai puts in brackets after a message: `line 1, position 5`; `line 1` for column 0; `none`. */
export function describePosition(pos: Position): string {
  if (pos === NO_POSITION) return "none";
  const column = columnOf(pos);
  return column === 0 ? `line ${lineOf(pos)}` : `line ${lineOf(pos)}, position ${column}`;
}

/** A half-open range of UTF-16 offsets into the source text. */
export interface Span {
  /** Where it begins. */
  readonly start: number;
  /** Behind its end. */
  readonly end: number;
}
