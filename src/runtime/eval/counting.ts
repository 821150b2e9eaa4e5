// Closures that count operations, one at a time or several at once, and those that are due while nodes are linked.

import type { Position } from "../../lang/position.ts";
import type { AsyncEval, Eval, Frame } from "./frame.ts";
import type { SlowOperator } from "./operator-slow.ts";

/** Counts one operation before `inner`. */
export function countingOne<E extends AsyncEval>(position: Position, inner: E): E {
  const counting: AsyncEval = (frame) => {
    frame.run.track(position);
    return inner(frame);
  };
  return counting as E;
}

/** Counts the operations of these places before `inner`. */
export function countingBefore<E extends AsyncEval>(places: readonly Position[], inner: E): E {
  const { length } = places;
  const counting: AsyncEval = (frame) => {
    const { run } = frame;
    run.operations += length;
    if (run.operations > run.heedAbove) run.heed(length, places);
    return inner(frame);
  };
  return counting as E;
}

/** Counts the operations of these places after `inner`. */
function countingAfter(places: readonly Position[], inner: Eval): Eval {
  const { length } = places;
  return (frame) => {
    const value = inner(frame);
    const { run } = frame;
    run.operations += length;
    if (run.operations > run.heedAbove) run.heed(length, places);
    return value;
  };
}

/**
 * The operations that have been linked, but that nothing counts so far, in the order in which they happen. Whatever can be
 * observed (a call, a write, an error) finds all those counted that happen before it:
 *
 * - `paid` counts them before a closure that may do anything;
 * - `settled` counts them after one that does nothing but arithmetic: until then nobody can tell;
 * - arithmetic that turns out to be more (`ahead`) counts what is due by then, and takes it back when it has succeeded, since
 *   `settled` counts it again.
 */
export class DueOperations {
  private places: Position[] = [];

  get isEmpty(): boolean {
    return this.places.length === 0;
  }

  add(position: Position, count = 1): void {
    for (let i = 0; i < count; i++) this.places.push(position);
  }

  /** What is due; whoever takes it has to count it. */
  take(): readonly Position[] {
    const { places } = this;
    this.places = [];
    return places;
  }

  paid<E extends AsyncEval>(inner: E): E {
    return this.isEmpty ? inner : countingBefore(this.take(), inner);
  }

  /** What counts them where there is no closure to count before; null when there are none. */
  payment(): ((frame: Frame) => void) | null {
    return this.isEmpty ? null : countingBefore(this.take(), () => undefined);
  }

  settled(inner: Eval): Eval {
    return this.isEmpty ? inner : countingAfter(this.take(), inner);
  }

  ahead(slow: SlowOperator): SlowOperator {
    const { places } = this;
    const { length } = places;
    if (length === 0) return slow;
    return (frame, a, b) => {
      const { run } = frame;
      run.trackSeveral(length, places);
      const value = slow(frame, a, b);
      run.untrack(length);
      return value;
    };
  }
}
