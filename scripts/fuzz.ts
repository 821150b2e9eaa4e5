// Fuzzes the engine for a while with random seeds: npx tsx scripts/fuzz.ts [SECONDS] [SEED]
//
// The scripts run on a thread of their own, so that one that never ends is found, too. Prints each failing input, shrunk.

import { Worker } from "node:worker_threads";
import type { FuzzInput } from "../test/support/fuzz-run.ts";
import type { FuzzMessage } from "./fuzz-thread.ts";

const HANG = 10_000;
const seconds = Number(process.argv[2] ?? 60);
let seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const end = Date.now() + seconds * 1000;
const seen = new Set<string>();
let count = 0;
let failures = 0;

function show(title: string, input: FuzzInput): void {
  failures++;
  const { text, ...options } = input;
  console.log(`\n${title}\n  options ${JSON.stringify(options)}\n  text    ${JSON.stringify(text)}`);
}

function handle(message: FuzzMessage): void {
  if (message.type === "batch") count += message.count;
  if (message.type !== "failed") return;
  const kind = message.problem.split("\n").slice(0, 3).join("\n").replace(/\d+/g, "N");
  if (seen.has(kind)) return;
  seen.add(kind);
  show(`seed ${message.seed}: ${message.problem}`, message.input);
}

/** Runs one thread until the time is up, or until it hangs or dies. */
function runThread(): Promise<void> {
  const worker = new Worker(new URL("./fuzz-worker.mjs", import.meta.url), { workerData: { seed } });
  seed += 100_000;
  let current: FuzzInput | null = null;
  let since = Date.now();
  return new Promise((resolve) => {
    const stop = () => {
      clearInterval(watch);
      void worker.terminate().then(() => resolve());
    };
    const watch = setInterval(() => {
      const hangs = current !== null && Date.now() - since > HANG;
      if (hangs && current !== null) show("never ends", current);
      if (hangs || Date.now() > end) stop();
    }, 100);
    worker.on("message", (message: FuzzMessage) => {
      since = Date.now();
      current = message.type === "running" ? message.input : null;
      handle(message);
    });
    worker.on("error", (error) => {
      if (current !== null) show(`thread died: ${error.stack ?? error}`, current);
      else throw error;
      stop();
    });
  });
}

console.log(`fuzzing for ${seconds} s from seed ${seed}`);
while (Date.now() < end) await runThread();
console.log(`\n${count} inputs, ${failures} different failures`);
process.exitCode = failures === 0 ? 0 : 1;
