// The transition on random flows and random histories: whatever happens, its rules hold and every run can reach an end.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Plan, planOf } from "../../../src/flow/plan.ts";
import { type FlowState, isFinalStatus, nextDue } from "../../../src/flow/state.ts";
import type { Effect, FlowEvent, Outcome } from "../../../src/flow/transition/events.ts";
import { problemsOf } from "../../../src/flow/transition/invariants.ts";
import { newRun, openEffects, transition } from "../../../src/flow/transition/transition.ts";
import { anyFlow, FLOW_INPUT } from "../support/flows.ts";

/** What the world does next; `pick` chooses among what is under way. */
type Move =
  | { readonly do: "end"; readonly pick: number; readonly how: "completed" | "failed" | "killed" | "stopped" }
  | { readonly do: "repeat"; readonly pick: number }
  /** Several attempts end in the same moment, and perhaps somebody cancels in it. */
  | {
      readonly do: "burst";
      readonly count: number;
      readonly how: keyof typeof OUTCOMES;
      readonly cancel: boolean;
    }
  | { readonly do: "signal"; readonly event: string; readonly key: string | null }
  | { readonly do: "time"; readonly ms: number | null }
  | { readonly do: "cancel" | "pause" | "resume" | "undo" | "retryUndo" | "takenOver" };

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      pick: fc.nat(20),
      how: fc.constantFrom("completed", "completed", "completed", "failed", "killed", "stopped"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("repeat" as const), pick: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("burst" as const),
      count: fc.integer({ min: 2, max: 4 }),
      how: fc.constantFrom("completed", "completed", "failed", "stopped"),
      cancel: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("signal" as const),
      event: fc.constantFrom("go", "stop", "other"),
      key: fc.constantFrom(null, "k1", "k2"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("time" as const), ms: fc.constantFrom(null, null, 1, 7000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("cancel", "pause", "resume", "undo", "retryUndo", "takenOver"),
    }),
  },
);

const OUTCOMES: Readonly<Record<"completed" | "failed" | "killed" | "stopped", Outcome>> = {
  completed: { kind: "completed", output: '{"x":1}' },
  failed: { kind: "failed", error: { kind: "ErrorRuntime", message: "broken" } },
  killed: { kind: "failed", error: { kind: "WorkerLost", message: "gone", interrupted: true } },
  stopped: { kind: "stopped" },
};

/** A run in the hands of a world that does anything at any time. */
class World {
  readonly plan: Plan;
  state: FlowState;
  now = 1_000_000;
  /** Attempts that were started and have not ended. */
  readonly underWay = new Map<string, Effect>();
  readonly over: Effect[] = [];
  readonly started = new Set<string>();

  constructor(plan: Plan) {
    this.plan = plan;
    this.state = newRun(plan, { flowId: "f", input: FLOW_INPUT }, this.now);
    this.feed({ kind: "start" });
  }

  feed(event: FlowEvent | readonly FlowEvent[]): void {
    const before = this.state;
    const { state, effects } = transition(this.plan, before, event, this.now);
    this.state = state;
    for (const effect of effects) {
      const name = JSON.stringify([effect.stepId, effect.attempt, effect.undo]);
      if (effect.kind === "stop") expect(this.underWay.has(name)).toBe(true);
      else {
        // No attempt is started twice.
        expect(this.started.has(name)).toBe(false);
        this.started.add(name);
        this.underWay.set(name, effect);
      }
    }
    this.check(before);
  }

  check(before: FlowState): void {
    const { state } = this;
    expect(problemsOf(this.plan, state)).toEqual([]);
    for (const [id, step] of Object.entries(before.steps)) {
      // No output is overwritten, and no attempt is taken back.
      if (step.output !== null) expect(state.steps[id].output).toBe(step.output);
      expect(state.steps[id].attemptCount).toBeGreaterThanOrEqual(step.attemptCount);
    }
    if (isFinalStatus(before.status) && before.status !== "Completed" && isFinalStatus(state.status))
      expect(state.status).toBe(before.status);
    // Exactly what the state says is under way is under way, apart from attempts that were given up as lost.
    for (const { stepId, attempt, undo } of openEffects(state))
      expect(this.underWay.has(JSON.stringify([stepId, attempt, undo]))).toBe(true);
    if (!isFinalStatus(state.status) && state.goal !== null) {
      const running = Object.values(state.steps).filter(({ undo }) => undo?.status === "Running");
      expect(running.length).toBeLessThanOrEqual(1);
    }
  }

  end(effect: Effect, outcome: Outcome): void {
    const { stepId, attempt, undo } = effect;
    this.underWay.delete(JSON.stringify([stepId, attempt, undo]));
    this.over.push(effect);
    this.feed({ kind: "ended", stepId, attempt, undo, outcome });
  }

  play(move: Move): void {
    if (move.do === "end") this.endOne(move.pick, move.how);
    else if (move.do === "repeat") this.repeatOne(move.pick);
    else if (move.do === "burst") this.burst(move.count, move.how, move.cancel);
    else if (move.do === "signal") {
      const { event, key } = move;
      this.feed({ kind: "signal", signal: { event, key, payload: "7", at: this.now, id: null } });
    } else if (move.do === "time") {
      const due = Math.max(this.now, nextDue(this.state) ?? this.now);
      this.now = move.ms === null ? due : this.now + move.ms;
      this.feed({ kind: "tick" });
    } else if (move.do === "cancel") this.feed({ kind: "cancel", reason: "no longer needed" });
    else this.feed({ kind: move.do });
  }

  endOne(pick: number, how: keyof typeof OUTCOMES): void {
    const effects = [...this.underWay.values()];
    if (effects.length > 0) this.end(effects[pick % effects.length], OUTCOMES[how]);
  }

  burst(count: number, how: keyof typeof OUTCOMES, cancel: boolean): void {
    const effects = [...this.underWay.values()].slice(0, count);
    const events = effects.map(({ stepId, attempt, undo }): FlowEvent => {
      this.underWay.delete(JSON.stringify([stepId, attempt, undo]));
      return { kind: "ended", stepId, attempt, undo, outcome: OUTCOMES[how] };
    });
    this.over.push(...effects);
    this.feed(cancel ? [...events, { kind: "cancel", reason: "at once" }] : events);
  }

  /** The end of an attempt is reported once more, and changes nothing. */
  repeatOne(pick: number): void {
    if (this.over.length === 0) return;
    const { stepId, attempt, undo } = this.over[pick % this.over.length];
    const before = this.state;
    this.feed({ kind: "ended", stepId, attempt, undo, outcome: OUTCOMES.failed });
    expect(this.state).toEqual(before);
  }

  /** Nothing strange happens any more: everything that runs completes, signals come, time goes by. */
  drain(): void {
    this.feed({ kind: "resume" });
    for (let turn = 0; turn < 300 && !isFinalStatus(this.state.status); turn++) {
      const [effect] = this.underWay.values();
      if (effect !== undefined) this.end(effect, OUTCOMES.completed);
      else if (nextDue(this.state) !== null) this.play({ do: "time", ms: null });
      else this.play({ do: "signal", event: "go", key: "k1" });
    }
  }
}

const RUNS = Number(process.env.FLOW_MODEL_RUNS ?? 300);

describe("transition", () => {
  it("keeps its rules in any history, and every run can reach an end", () => {
    fc.assert(
      fc.property(anyFlow, fc.array(anyMove, { maxLength: 40 }), (flow, moves) => {
        const world = new World(planOf(flow));
        for (const move of moves) world.play(move);
        world.drain();
        expect(isFinalStatus(world.state.status)).toBe(true);
        // A run that has ended leaves nothing behind that still runs.
        for (const effect of [...world.underWay.values()]) world.end(effect, OUTCOMES.completed);
        expect(world.underWay.size).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  it("is a function of its arguments", () => {
    fc.assert(
      fc.property(anyFlow, fc.array(anyMove, { maxLength: 15 }), (flow, moves) => {
        const plan = planOf(flow);
        const play = () => {
          const world = new World(plan);
          for (const move of moves) world.play(move);
          return world.state;
        };
        expect(play()).toEqual(play());
      }),
      { numRuns: Math.ceil(RUNS / 6) },
    );
  });

  it("undoes what was done in the reverse order of its end, when the rest has stopped", () => {
    fc.assert(
      fc.property(anyFlow, fc.array(anyMove, { maxLength: 30 }), (flow, moves) => {
        const world = new World(planOf(flow));
        for (const move of moves) world.play(move);
        world.feed({ kind: "cancel", reason: "enough" });
        const order: number[] = [];
        for (let turn = 0; turn < 200 && !isFinalStatus(world.state.status); turn++) {
          const [effect] = world.underWay.values();
          if (effect === undefined) world.play({ do: "time", ms: null });
          else {
            if (effect.undo) {
              order.push(world.state.steps[effect.stepId].ended!);
              const others = Object.values(world.state.steps).filter(
                ({ status, items }) => status === "Running" && items === null,
              );
              expect(others).toEqual([]);
            }
            world.end(effect, effect.undo ? OUTCOMES.completed : OUTCOMES.stopped);
          }
        }
        expect(isFinalStatus(world.state.status)).toBe(true);
        expect(order).toEqual([...order].sort((a, b) => b - a));
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });
});
