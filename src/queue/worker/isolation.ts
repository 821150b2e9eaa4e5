// Jobs that run alone on a thread of their own: suspects in the death of a thread, and those with a smaller heap.

import type { Lane } from "./lane.ts";
import type { PoolJob } from "./pool-types.ts";

export interface IsolationHost {
  readonly heapMb: number;
  /** A thread for one job at a time; null when none can be started now. */
  open(heapMb: number): Lane | null;
  /** It is not needed any more. */
  retire(lane: Lane): void;
}

export class Isolation {
  readonly #host: IsolationHost;
  #jobs: PoolJob[] = [];
  #lane: Lane | null = null;

  constructor(host: IsolationHost) {
    this.#host = host;
  }

  get lane(): Lane | null {
    return this.#lane;
  }

  get waiting(): number {
    return this.#jobs.length;
  }

  add(jobs: readonly PoolJob[]): void {
    this.#jobs.push(...jobs);
    this.next();
  }

  /** Starts the next job if it is its turn. */
  next(): void {
    const [job] = this.#jobs;
    if (job === undefined) return;
    const heapMb = job.heapMb ?? this.#host.heapMb;
    const lane = this.#lane;
    if (lane !== null && lane.size === 0 && lane.heapMb !== heapMb) this.forget(lane, true);
    this.#lane ??= this.#host.open(heapMb);
    if (this.#lane?.isOpen && this.#lane.hasRoom && this.#lane.heapMb === heapMb) {
      this.#jobs.shift();
      this.#lane.post([job]);
    }
  }

  /** Jobs that have not started, taken out. */
  take(selected: (job: PoolJob) => boolean): PoolJob[] {
    const taken = this.#jobs.filter(selected);
    this.#jobs = this.#jobs.filter((job) => !selected(job));
    return taken;
  }

  forget(lane: Lane, retire = false): void {
    if (lane !== this.#lane) return;
    this.#lane = null;
    if (retire) this.#host.retire(lane);
  }
}
