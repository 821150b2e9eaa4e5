// Turns: stops of tasks that run at once are shown one after the other.

import type { Later } from "../eval/later.ts";

export class Turns {
  private last: Promise<unknown> | null = null;

  /** Asks when all that were asked before have answered; at once when that is so already, or when nobody can wait. */
  take<T>(mayAwait: boolean, ask: () => Later<T>): Later<T> {
    const { last } = this;
    const answer = last === null || !mayAwait ? ask() : last.then(ask);
    if (!(answer instanceof Promise)) return answer;
    const done = () => {
      if (this.last === turn) this.last = null;
    };
    const turn: Promise<void> = answer.then(done, done);
    this.last = turn;
    return answer;
  }
}
