// examples/embedding: each program runs and prints what it should.

import { describe, expect, it } from "vitest";
import { main as dsl } from "../../examples/embedding/dsl.ts";
import { expectedOutcome, main as interleaved, playAll } from "../../examples/embedding/interleaved.ts";
import { fetchTowns, main as parallelHttp } from "../../examples/embedding/parallel-http.ts";
import { main as rulesEngine } from "../../examples/embedding/rules-engine.ts";

/** What a program prints. */
async function output(main: (print: (line: string) => void) => void | Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  await main((line) => lines.push(line));
  return lines;
}

describe("examples/embedding", () => {
  it("rules-engine.ts applies rules to host objects, and survives a broken one", async () => {
    const noShipping =
      "  broken: Unknown property 'shipping' - a getter is not registered for type 'Order' (line 1, position 7)";
    expect(await output(rulesEngine)).toEqual([
      "order of Ann, 196.00",
      "  loyalty: applied",
      "  bulk: applied",
      "  tea-lover: applied",
      "  press: -",
      noShipping,
      "  total 143.08",
      "order of Bob, 8.00",
      "  loyalty: -",
      "  bulk: -",
      "  tea-lover: -",
      "  press: applied",
      noShipping,
      "  note: send a catalogue to Bob",
      "  total 8.00",
    ]);
  });

  it("dsl.ts draws, and refuses what is not in its language", async () => {
    expect(await output(dsl)).toEqual([
      "#####..#######",
      "#...#..#.....#",
      "#...#..#.....#",
      "#...#..#.....#",
      "#####..#######",
      "turn around: Syntax error: 'turn' must be followed by left or right (line 1, position 6)",
      "forward side steps: Variable not found: side (line 1, position 9)",
      "while true {}: Syntax error: Unexpected 'while' (line 1, position 1)",
      "let x = 1: Syntax error: 'let' is a reserved keyword (line 1, position 1)",
      "repeat 100000 times { pen up }: Too many operations (line 1, position 23)",
    ]);
  });

  it("interleaved.ts runs 1,000 scripts at a time, none of which sees another's state", async () => {
    const { outcomes, mostAtOnce, notes } = await playAll(1000, 6);
    expect(outcomes).toEqual(outcomes.map((_, player) => expectedOutcome(player, 6)));
    expect(outcomes).toHaveLength(1000);
    expect(mostAtOnce).toBe(1000);
    expect(new Set(notes.map((note) => note.split(":")[0])).size).toBe(notes.length);
    expect(await output(interleaved)).toEqual([
      "1000 scripts ran, 1000 of them at a time",
      "1000 have the result that they have when run alone",
      "600 rolls failed, and were caught by their own script",
      "player 3 wins with 83 points",
    ]);
  });

  it("parallel-http.ts has ten requests under way at once", async () => {
    const found = await fetchTowns(60);
    expect(found.mostAtOnce).toBe(10);
    expect(found.people).toBe(55_000);
    const lines = await output(parallelHttp);
    expect(lines).toEqual([
      `10 towns with 55000 people: ${Array.from({ length: 10 }, (_, i) => `Town ${i + 1}`).join(", ")}`,
      "the missing one: 404 no such town",
      "requests at once: 10",
      "with a deadline of 50 ms: ErrorTerminated",
    ]);
  });
});
