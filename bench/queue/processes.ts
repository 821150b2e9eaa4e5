// Worker processes of the benchmark: ours is the built command, the peer's a file of its own. They end with the benchmark.

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

export interface WorkerProcess {
  stop(): Promise<void>;
}

/** Resolves when the process has said that it is ready. */
async function start(args: readonly string[], ready: RegExp): Promise<WorkerProcess> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      children.delete(child);
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    let output = "";
    const look = (chunk: Buffer) => {
      output += chunk.toString();
      if (ready.test(output)) resolve();
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.once("exit", () => reject(new Error(`worker process ended: ${output}`)));
  });
  return {
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

export function startOurs(url: string, context: string, concurrency: number): Promise<WorkerProcess> {
  const options = ["--redis", url, "--context", context, "--concurrency", String(concurrency)];
  const rest = ["--threads", "1", "--log-format", "json"];
  return start(
    [join(ROOT, "dist/dev/rhai.js"), "worker", ...options, ...rest],
    /"msg":"[^"]*(started|ready)/,
  );
}

export function startPeer(port: number, queue: string, concurrency: number): Promise<WorkerProcess> {
  const file = join(ROOT, "bench/queue/bullmq-worker.mjs");
  return start([file, String(port), queue, String(concurrency)], /^ready/);
}
