// Breaks things at random moments: workers, the server, the network between them.

import type { Proxy, RedisServer } from "../redis.ts";
import { startProxy } from "../redis.ts";
import type { Programs } from "./programs.ts";
import type { Random } from "./random.ts";
import { CHAOS_LEASE_MS, WorkerChild, type WorkerChildOptions } from "./worker-child.ts";

/** Faults, and how often each comes. */
const FAULTS = {
  killWorker: 30,
  killAllWorkers: 4,
  stopWorker: 8,
  freezeWorker: 14,
  killRedis: 8,
  freezeRedis: 3,
  cutNetwork: 10,
  silentNetwork: 7,
  lostAnswers: 8,
  lateNetwork: 8,
  forgottenScripts: 3,
} as const;
export type Fault = keyof typeof FAULTS;

const HOUR = 3_600_000;
/** Ahead of the server's clock, by worker. */
const CLOCK_SHIFTS = [0, HOUR, -HOUR, 7000, -24 * HOUR];

/** A place for a worker: its process is replaced when it ends, its link and its clock stay. */
interface Seat {
  readonly proxy: Proxy;
  readonly clockShiftMs: number;
  worker: WorkerChild;
  /** One fault at a time. */
  busy: boolean;
}

export interface MonkeyOptions {
  readonly server: RedisServer;
  readonly programs: Programs;
  readonly random: Random;
  readonly contexts: readonly string[];
  readonly workers: number;
  /** Between two faults, on average. */
  readonly everyMs: number;
  readonly worker?: Partial<WorkerChildOptions>;
}

export interface Damage {
  readonly faults: Readonly<Record<Fault, number>>;
  /** Worker processes started. */
  readonly processes: number;
  /** Verdicts that came too late and were refused, as far as their workers lived to tell. */
  readonly refused: number;
  /** Processes that ended although nobody ended them. */
  readonly unexpected: readonly string[];
}

export class Monkey {
  readonly #options: MonkeyOptions;
  readonly #seats: Seat[] = [];
  readonly #faults = Object.fromEntries(Object.keys(FAULTS).map((name) => [name, 0])) as Record<
    Fault,
    number
  >;
  readonly #running = new Set<Promise<void>>();
  readonly #unexpected: string[] = [];
  #serverBusy = false;
  #processes = 0;
  #refused = 0;

  constructor(options: MonkeyOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { server, workers } = this.#options;
    for (let i = 0; i < workers; i++) {
      const proxy = await startProxy(server.port);
      const clockShiftMs = CLOCK_SHIFTS[i % CLOCK_SHIFTS.length];
      this.#seats.push({ proxy, clockShiftMs, worker: this.#hire(proxy, clockShiftMs), busy: false });
    }
    await Promise.all(this.#seats.map(({ worker }) => worker.ready()));
  }

  #hire(proxy: Proxy, clockShiftMs: number): WorkerChild {
    const { programs, contexts, worker } = this.#options;
    this.#processes++;
    return new WorkerChild(programs, { ...worker, url: proxy.url, contexts, clockShiftMs });
  }

  /** Breaks something every now and then until `ended` does. */
  async rage(ended: Promise<unknown>): Promise<void> {
    const { random, everyMs } = this.#options;
    let isOver = false;
    const over = ended.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    while (!isOver) {
      await Promise.race([pause(everyMs * (0.2 + 1.6 * random.next())), over]);
      if (!isOver) this.#strike(random.weighted(FAULTS));
    }
    await over;
  }

  /** Everything is as it was: workers live, links carry. */
  async heal(): Promise<void> {
    await Promise.all(this.#running);
    await Promise.allSettled(this.#seats.map(({ worker }) => worker.ready()));
    this.#lookForDead();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#seats.map(({ worker }) => worker.kill()));
    for (const { worker } of this.#seats) this.#dismiss(worker);
    await Promise.all(this.#seats.map(({ proxy }) => proxy.stop()));
  }

  get damage(): Damage {
    let refused = this.#refused;
    for (const { worker } of this.#seats) refused += refusedBy(worker);
    return {
      faults: this.#faults,
      processes: this.#processes,
      refused,
      unexpected: this.#unexpected,
    };
  }

  #lookForDead(): void {
    for (const seat of this.#seats) {
      if (seat.busy || seat.worker.alive) continue;
      this.#unexpected.push(seat.worker.errors);
      this.#replace(seat);
    }
  }

  /** What was done to it so far counts; a worker that is gone has no more to tell. */
  #dismiss(worker: WorkerChild): void {
    this.#refused += refusedBy(worker);
    worker.settled.length = 0;
  }

  #replace(seat: Seat): void {
    this.#dismiss(seat.worker);
    seat.worker = this.#hire(seat.proxy, seat.clockShiftMs);
  }

  #strike(fault: Fault): void {
    this.#lookForDead();
    const free = this.#seats.filter(({ busy }) => !busy);
    const onServer = fault === "killRedis" || fault === "freezeRedis" || fault === "forgottenScripts";
    if (onServer ? this.#serverBusy : free.length === 0) return;
    const seats = fault === "killAllWorkers" ? free : onServer ? [] : [this.#options.random.pick(free)];
    this.#faults[fault]++;
    const running = this.#carryOut(fault, seats, onServer)
      .catch((error: unknown) => void this.#unexpected.push(`${fault}: ${error}`))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #carryOut(fault: Fault, seats: readonly Seat[], onServer: boolean): Promise<void> {
    for (const seat of seats) seat.busy = true;
    if (onServer) this.#serverBusy = true;
    try {
      if (onServer) await this.#breakServer(fault);
      else await Promise.all(seats.map((seat) => this.#breakSeat(fault, seat)));
    } finally {
      for (const seat of seats) seat.busy = false;
      if (onServer) this.#serverBusy = false;
    }
  }

  async #breakServer(fault: Fault): Promise<void> {
    const { server, random } = this.#options;
    if (fault === "forgottenScripts") {
      await server.raw.script("FLUSH");
    } else if (fault === "freezeRedis") {
      server.freeze();
      await pause(random.whole(100, 1.5 * CHAOS_LEASE_MS));
      server.thaw();
    } else {
      await server.kill();
      await pause(random.whole(0, 800));
      await server.restart();
    }
  }

  async #breakSeat(fault: Fault, seat: Seat): Promise<void> {
    const { random } = this.#options;
    const { worker, proxy } = seat;
    if (fault === "killWorker" || fault === "killAllWorkers") {
      await worker.kill();
      await pause(random.whole(0, 300));
      this.#replace(seat);
    } else if (fault === "stopWorker") {
      // Before that it knows of no signals.
      await worker.ready();
      const code = await worker.stop();
      if (code !== 0) this.#unexpected.push(`exit code ${code} after SIGTERM: ${worker.errors}`);
      this.#replace(seat);
    } else if (fault === "freezeWorker") {
      worker.freeze();
      await pause(random.whole(1.2 * CHAOS_LEASE_MS, 2.5 * CHAOS_LEASE_MS));
      worker.thaw();
    } else {
      await this.#breakNetwork(fault, proxy);
    }
  }

  async #breakNetwork(fault: Fault, proxy: Proxy): Promise<void> {
    const { random } = this.#options;
    if (fault === "cutNetwork") proxy.cut();
    else if (fault === "silentNetwork") proxy.silence();
    else if (fault === "lostAnswers") proxy.swallowAnswers();
    else proxy.hold();
    await pause(random.whole(50, 2 * CHAOS_LEASE_MS));
    // A connection never loses bytes from its middle: what swallowed some has to end.
    if (fault === "silentNetwork" || fault === "lostAnswers") proxy.cut();
    proxy.heal();
  }
}

function refusedBy({ settled }: WorkerChild): number {
  return settled.filter(({ status }) => status === "lost").length;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
