// The table that a thread and the main thread share: which job of the thread is waiting, running, or to be stopped.

/**
 * A slot belongs to one job from when it is posted until its outcome arrived. Both sides change its state with
 * compare-and-exchange only, so a job that was taken back never starts, and one that started is never taken back.
 * - `posted`: on its way, or waiting inside the thread;
 * - `busy`: it holds the thread, nothing else can run there;
 * - `waiting`: started, and waits (or goes on after having waited) for something asynchronous;
 * - `done`: its outcome is on the way.
 */
export type SlotState = "free" | "posted" | "busy" | "waiting" | "done";

const STATES: readonly SlotState[] = ["free", "posted", "busy", "waiting", "done"];
const [FREE, POSTED, BUSY, WAITING, DONE] = [0, 1, 2, 3, 4];

/** Fields of a slot. */
const STATE = 0;
const STARTED = 1;
const STOP = 2;
const WIDTH = 3;

/** In front of the slots: whether the worker wants to stop. */
const HEADER = 1;

/** The states take three bits; the rest numbers the jobs of a slot, so that an old message about it is not mistaken. */
const STATE_BITS = 3;
const SEQUENCES = 2 ** (31 - STATE_BITS);

/** The same clock in all threads of the process, which no change of the system's time moves. */
export function monotonicMs(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1000 + nanos / 1e6;
}

/** Milliseconds as 32 bits hold them for three weeks; differences count. */
function stamp(): number {
  return Math.floor(monotonicMs()) | 0;
}

export interface SlotRef {
  readonly slot: number;
  readonly sequence: number;
}

export class SlotTable {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(size: number | SharedArrayBuffer) {
    this.buffer = typeof size === "number" ? new SharedArrayBuffer(4 * (HEADER + size * WIDTH)) : size;
    this.#cells = new Int32Array(this.buffer);
  }

  #cell(slot: number, field: number): number {
    return HEADER + slot * WIDTH + field;
  }

  #word({ sequence }: SlotRef, state: number): number {
    return (sequence << STATE_BITS) | state;
  }

  #move(ref: SlotRef, from: number, to: number): boolean {
    const expected = this.#word(ref, from);
    const cell = this.#cell(ref.slot, STATE);
    return Atomics.compareExchange(this.#cells, cell, expected, this.#word(ref, to)) === expected;
  }

  // --- the main thread's side ---------------------------------------------------------------------------------------

  /** For a slot that is free. */
  post(slot: number, previous: number): SlotRef {
    const ref = { slot, sequence: (previous + 1) % SEQUENCES };
    Atomics.store(this.#cells, this.#cell(slot, STOP), 0);
    Atomics.store(this.#cells, this.#cell(slot, STATE), this.#word(ref, POSTED));
    return ref;
  }

  /** Takes a job back that has not started; false when it has. */
  withdraw(ref: SlotRef): boolean {
    return this.#move(ref, POSTED, FREE);
  }

  free({ slot }: SlotRef): void {
    Atomics.store(this.#cells, this.#cell(slot, STATE), FREE);
  }

  state({ slot }: SlotRef): SlotState {
    return STATES[Atomics.load(this.#cells, this.#cell(slot, STATE)) & (2 ** STATE_BITS - 1)];
  }

  /** Milliseconds since the job started. */
  age({ slot }: SlotRef): number {
    return (stamp() - Atomics.load(this.#cells, this.#cell(slot, STARTED))) | 0;
  }

  /** The script ends at its next few operations. */
  askToStop({ slot }: SlotRef): void {
    Atomics.store(this.#cells, this.#cell(slot, STOP), 1);
  }

  announceStop(): void {
    Atomics.store(this.#cells, 0, 1);
  }

  // --- the thread's side --------------------------------------------------------------------------------------------

  /** False when the job was taken back. */
  begin(ref: SlotRef): boolean {
    if (Atomics.load(this.#cells, this.#cell(ref.slot, STATE)) !== this.#word(ref, POSTED)) return false;
    // First: who sees that it is busy must not see an old start.
    Atomics.store(this.#cells, this.#cell(ref.slot, STARTED), stamp());
    return this.#move(ref, POSTED, BUSY);
  }

  /** Back into the line, as if it had not started. */
  defer(ref: SlotRef): void {
    this.#move(ref, BUSY, POSTED);
  }

  wait(ref: SlotRef): void {
    this.#move(ref, BUSY, WAITING);
  }

  finish(ref: SlotRef): void {
    Atomics.store(this.#cells, this.#cell(ref.slot, STATE), this.#word(ref, DONE));
  }

  isStopAsked({ slot }: SlotRef): boolean {
    return Atomics.load(this.#cells, this.#cell(slot, STOP)) !== 0;
  }

  get isStopAnnounced(): boolean {
    return Atomics.load(this.#cells, 0) !== 0;
  }
}
