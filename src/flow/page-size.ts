// How much of a listing comes at once.

import { stepSize } from "../queue/numbers.ts";

const MAX_PAGE = 500;

/** 50 unless the caller says otherwise. */
export function pageSize(limit = 50): number {
  return stepSize(limit, MAX_PAGE);
}
