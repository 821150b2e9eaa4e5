// The line that a script's `debug` prints.

import { columnOf, lineOf, NO_POSITION, type Position } from "../lang/position.ts";

function shortPosition(position: Position): string {
  const column = columnOf(position);
  return column === 0 ? `${lineOf(position)}` : `${lineOf(position)}:${column}`;
}

/** What `debug` prints by default: the place, then the text. */
export function debugLine(text: string, source: string | null, position: Position): string {
  const at = position === NO_POSITION ? null : shortPosition(position);
  if (source === null) return at === null ? text : `${at} | ${text}`;
  return at === null ? `${source} | ${text}` : `${source} @ ${at} | ${text}`;
}
