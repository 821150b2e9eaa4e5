// `npm run bench:startup`: how long `rhai run` of a one-line script takes as a whole process, beside `node -e 0`.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./median.ts";

const ROUNDS = 41;

function timed(args: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}`);
  return performance.now() - start;
}

const folder = mkdtempSync(join(tmpdir(), "rhai-startup-"));
try {
  const script = join(folder, "one-line.rhai");
  writeFileSync(script, "print(40 + 2);\n");
  const rhai = [join(import.meta.dirname, "../dist/rhai.js"), "run", script];
  const bare = ["-e", "0"];
  const times = Array.from({ length: ROUNDS }, () => [timed(bare), timed(rhai)]);
  const [node, ours] = [median(times.map((pair) => pair[0])), median(times.map((pair) => pair[1]))];
  console.log(
    `node -e 0 ${node.toFixed(1)} ms, rhai run ${ours.toFixed(1)} ms: ${(ours / node).toFixed(2)}x`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
