// One run of a flow in which executors are killed, one after the other: what happened, and what came of it.

import { stateOf } from "../executor/crew.ts";
import { FlowExecutor } from "../executor/executor.ts";
import type { AnyFlow } from "../executor/prepare.ts";
import type { FlowView } from "../executor/views.ts";
import { createMemoryFlowStore } from "../memory/store.ts";
import { MockApi, type MockApiOptions, type MockCall } from "../mock/mock-api.ts";
import type { Mocks } from "../mock/mocks-file.ts";
import { playOutside } from "../mock/test-flow.ts";
import { VirtualClock } from "../mock/virtual-clock.ts";
import { planOfText } from "../plan.ts";
import type { StepRunner } from "../runner/runner.ts";
import { isFinalStatus } from "../state.ts";
import type { FlowStore } from "../store.ts";
import { problemsOf } from "../transition/invariants.ts";
import { type CrashPoint, Faults } from "./faults.ts";

export interface TrialOptions extends Omit<Mocks, "expect"> {
  /** Makes an engine for the scripts of steps without replies; each run gets one of its own. */
  readonly engine?: () => NonNullable<MockApiOptions["engine"]>;
  readonly scriptsFolder?: string;
  /** Stands between the executors and their store; for trying out stores. */
  readonly aroundStore?: (store: FlowStore) => FlowStore;
  /** Stands between the executors and the mock API; for trying out runners. */
  readonly aroundRunner?: (runner: StepRunner) => StepRunner;
}

export interface Trial {
  /** Null when it was not even started. */
  readonly flow: FlowView | null;
  readonly calls: readonly MockCall[];
  /** What each executor did until it died, or the end came. */
  readonly deeds: readonly (readonly string[])[];
  /** Rules of the store and of states that do not hold in the end. */
  readonly broken: readonly string[];
}

const YEAR_MS = 366 * 86_400_000;
const LEASE_MS = 1000;
const PACE = { lookMs: 10 * YEAR_MS, upkeepMs: 10 * YEAR_MS };
const PAGE = 500;

/** The first executor dies at the first point, the one that takes over at the second, and so on; the last one lives. */
export async function tryRun(
  flow: AnyFlow,
  options: TrialOptions,
  points: readonly CrashPoint[],
): Promise<Trial> {
  const trial = new RunningTrial(flow, options, points);
  await trial.begin();
  try {
    return await trial.outcome();
  } finally {
    await trial.end();
  }
}

class RunningTrial {
  readonly #flow: AnyFlow;
  readonly #options: TrialOptions;
  readonly #points: readonly CrashPoint[];
  readonly #clock = new VirtualClock();
  readonly #mock: MockApi;
  readonly #runner: StepRunner;
  readonly #store: FlowStore;
  readonly #worlds: Faults[] = [];
  #client!: FlowExecutor;
  #driver!: FlowExecutor;
  /** The answer that the caller waits for: the id of the run. */
  #started: Promise<string> | null = null;
  #flowId: string | null = null;

  constructor(flow: AnyFlow, options: TrialOptions, points: readonly CrashPoint[]) {
    this.#flow = flow;
    this.#options = options;
    this.#points = points;
    this.#mock = new MockApi({ ...options, clock: this.#clock, engine: options.engine?.() });
    this.#runner = options.aroundRunner?.(this.#mock) ?? this.#mock;
    const store = createMemoryFlowStore({ clock: this.#clock });
    this.#store = options.aroundStore?.(store) ?? store;
  }

  async begin(): Promise<void> {
    this.#client = await this.#open(new Faults(null), false);
    await this.#next();
  }

  #open(world: Faults, drive: boolean): Promise<FlowExecutor> {
    const stores = { store: world.store(this.#store), runner: world.runner(this.#runner) };
    const { scriptsFolder } = this.#options;
    return FlowExecutor.open(stores, {
      drive,
      clock: this.#clock,
      leaseMs: LEASE_MS,
      pace: PACE,
      scriptsFolder,
    });
  }

  /** The next executor takes over. Who got no answer to the start asks it again, with the same key. */
  async #next(): Promise<void> {
    const world = new Faults(this.#points[this.#worlds.length] ?? null);
    this.#worlds.push(world);
    this.#driver = await this.#open(world, true);
    if (this.#flowId === null)
      this.#started = this.#driver.executeFlow(this.#flow, { input: this.#options.input, key: "explored" });
  }

  async outcome(): Promise<Trial> {
    const limit = this.#clock.now() + YEAR_MS;
    // A last look may have begun something: then there is more to come.
    let seen = "";
    while (seen !== this.#stage) {
      seen = this.#stage;
      await this.#clock.runUntil(() => this.#look(), limit);
    }
    return {
      flow: this.#flowId === null ? null : await this.#client.status(this.#flowId),
      calls: this.#mock.calls,
      deeds: this.#worlds.map(({ deeds }) => deeds),
      broken: await this.#brokenRules(),
    };
  }

  get #stage(): string {
    return `${this.#worlds.length} ${this.#flowId}`;
  }

  /** Whether it is over. */
  async #look(): Promise<boolean> {
    if (this.#worlds.at(-1)!.dead) await this.#next();
    if (this.#flowId === null) {
      this.#flowId = await Promise.race([this.#started!, Promise.resolve(null)]);
      if (this.#flowId === null) return false;
      playOutside(this.#client, this.#flowId, this.#options, this.#clock);
    }
    const { flows } = await this.#client.list({ limit: PAGE });
    return flows.every(({ status }) => isFinalStatus(status));
  }

  async #brokenRules(): Promise<string[]> {
    const { ids } = await this.#store.orphans({ cursor: null, limit: PAGE });
    const problems = ids.map((id) => `${id}: nobody will look at it`);
    for (const { flowId } of (await this.#client.list({ limit: PAGE })).flows) {
      const record = await this.#store.get({ id: flowId });
      const text = record && (await this.#store.definition({ hash: record.flow.definition ?? "" }));
      if (record !== null && text) problems.push(...problemsOf(planOfText(text), stateOf(record)));
    }
    return problems;
  }

  async end(): Promise<void> {
    // Those that died wait for answers for ever: only who is alive can be closed.
    await this.#client.close();
    if (!this.#worlds.at(-1)!.dead) await this.#driver.close();
  }
}
