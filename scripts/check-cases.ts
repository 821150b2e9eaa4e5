// Holds test/runtime/cases/ against a real Rhai: npx tsx scripts/check-cases.ts PEER
//
// PEER reads a case as a JSON line ({"id", "script", "files"}) and answers with an outcome as a JSON line.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ASSERT_SCRIPT } from "../test/support/assert-package.ts";
import { type Chunk, readChunkFiles } from "../test/support/chunks.ts";

type Place = [line: number, column: number] | null;

interface PeerOutcome {
  readonly id: string;
  readonly ok?: object;
  readonly error?: { readonly at: Place; readonly inner_at: Place; readonly message: string };
}

const FOLDER = resolve(import.meta.dirname, "../test/runtime/cases");
const [peer] = process.argv.slice(2);
if (peer === undefined) throw new Error("usage: npx tsx scripts/check-cases.ts PEER");

const moduleNames = readdirSync(join(FOLDER, "modules"));
const files = Object.fromEntries(
  moduleNames.map((name) => [name, readFileSync(join(FOLDER, "modules", name), "utf8")]),
);
const chunks = new Map<string, Chunk>();
for (const { subject, chunks: list } of readChunkFiles(FOLDER))
  for (const chunk of list) if (!chunk.onlyNewer) chunks.set(`${subject}: ${chunk.name}`, chunk);

/** What is wrong with the peer's outcome, or null. */
function difference({ error: expected }: Chunk, outcome: PeerOutcome): string | null {
  if (expected === null) return outcome.error === undefined ? null : outcome.error.message;
  if (outcome.error === undefined) return "ends without the expected error";
  const { message, at, inner_at } = outcome.error;
  if (!message.includes(expected.text)) return message;
  const line = (expected.place === "outer" ? at : inner_at)?.[0] ?? null;
  return line === (expected.place === "nowhere" ? null : expected.line)
    ? null
    : `in line ${line}: ${message}`;
}

const input = [...chunks].map(([id, chunk]) =>
  JSON.stringify({ id, script: `${chunk.text}\n;${ASSERT_SCRIPT}`, files }),
);
const { stdout } = spawnSync(peer, { input: `${input.join("\n")}\n`, encoding: "utf8", maxBuffer: 1 << 28 });
const outcomes = stdout.split("\n").filter((line) => line !== "");
let failures = 0;
for (const line of outcomes) {
  const outcome = JSON.parse(line) as PeerOutcome;
  const chunk = chunks.get(outcome.id);
  const problem = chunk === undefined ? "unknown" : difference(chunk, outcome);
  if (problem === null) continue;
  failures++;
  console.log(`${outcome.id}\n    ${problem.replaceAll("\n", "\n    ")}`);
}
console.log(`${outcomes.length} of ${chunks.size} chunks run, ${failures} differ`);
process.exitCode = failures === 0 && outcomes.length === chunks.size ? 0 : 1;
