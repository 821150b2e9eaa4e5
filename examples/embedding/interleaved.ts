// A thousand scripts at a time on one engine and one thread, all of them waiting for the host now and then.

import { pathToFileURL } from "node:url";
import { Engine, type HostContext, RhaiMap, Scope, valueToJs } from "../../src/index.ts"; // in your project: "rhailib"

/** Each run is a game of its own: it keeps counts, recurses, catches errors, and waits in between. */
const GAME = `
  fn settle(player, depth) {
    if depth == 0 { return roll(player) }
    settle(player, depth - 1)
  }

  let points = 0;
  let misses = 0;
  for round in 1..=rounds {
    try {
      points += settle(player, round) * round;
    } catch (message) {
      misses += 1;
      note(\`\${player}: \${message}\`);
    }
  }
  #{ player: player, points: points, misses: misses }
`;

interface Outcome {
  readonly player: number;
  readonly points: number;
  readonly misses: number;
}

/** The same dice for the same player: what a game yields must not depend on what else runs. */
class Dice {
  private readonly rolls = new Map<object, number>();
  running = 0;
  mostAtOnce = 0;
  /** `run` tells the runs apart. */
  async roll(run: object, player: number): Promise<number> {
    const count = (this.rolls.get(run) ?? 0) + 1;
    this.rolls.set(run, count);
    this.running++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    await new Promise((resolve) => setTimeout(resolve, (player * 7 + count) % 5));
    this.running--;
    if ((player + count) % 10 === 0) throw new Error(`roll ${count} fell off the table`);
    return ((player * 31 + count * 17) % 6) + 1;
  }
}

/** What `GAME` yields for a player, computed without scripts. */
export function expectedOutcome(player: number, rounds: number): Outcome {
  let points = 0;
  let misses = 0;
  for (let round = 1; round <= rounds; round++) {
    if ((player + round) % 10 === 0) misses++;
    else points += (((player * 31 + round * 17) % 6) + 1) * round;
  }
  return { player, points, misses };
}

export interface Tournament {
  readonly outcomes: readonly Outcome[];
  readonly notes: readonly string[];
  /** How many scripts waited at the same time. */
  readonly mostAtOnce: number;
}

export async function playAll(players: number, rounds: number): Promise<Tournament> {
  const dice = new Dice();
  const notes: string[] = [];
  const engine = new Engine().registerFn("note", ["string"], (text: string) => void notes.push(text));
  engine.registerAsyncFn(
    "roll",
    ["int"],
    (context: HostContext, player: number) => dice.roll(context.raw.run, player),
    { context: true },
  );
  const script = engine.compile(GAME);
  const play = async (player: number): Promise<Outcome> => {
    const scope = new Scope().pushConstant("player", player).pushConstant("rounds", rounds);
    const result = await engine.evalAst(script, { scope });
    if (!(result instanceof RhaiMap)) throw new TypeError("the script did not return a map");
    return valueToJs(result) as Outcome;
  };
  const outcomes = await Promise.all(Array.from({ length: players }, (_, player) => play(player)));
  return { outcomes, notes, mostAtOnce: dice.mostAtOnce };
}

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const { outcomes, notes, mostAtOnce } = await playAll(1000, 6);
  const right = outcomes.filter((outcome) => {
    const expected = expectedOutcome(outcome.player, 6);
    return outcome.points === expected.points && outcome.misses === expected.misses;
  });
  print(`${outcomes.length} scripts ran, ${mostAtOnce} of them at a time`);
  print(`${right.length} have the result that they have when run alone`);
  print(`${notes.length} rolls failed, and were caught by their own script`);
  const best = outcomes.reduce((a, b) => (b.points > a.points ? b : a));
  print(`player ${best.player} wins with ${best.points} points`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
