// A redis-server for the time of one process: on a loopback port, without files, ended even when the process is killed.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface RedisProgram {
  readonly path: string;
  readonly name: string;
  readonly version: string;
}

export interface LocalRedis {
  readonly url: string;
  /** Resolves when the server has ended, with what it said last. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const PROGRAMS = ["redis-server", "valkey-server"];
const LEAST_VERSION = 7;
const START_MS = 10_000;

/** On the PATH, and new enough; null when there is none. */
export function findRedis(): RedisProgram | null {
  for (const name of PROGRAMS) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      const program = folder === "" ? null : programAt(join(folder, name), name);
      if (program !== null) return program;
    }
  }
  return null;
}

function programAt(path: string, name: string): RedisProgram | null {
  try {
    accessSync(path, constants.X_OK);
    const text = execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const version = /v=(\d+[\d.]*)/.exec(text)?.[1] ?? "0";
    return Number.parseInt(version, 10) >= LEAST_VERSION ? { path, name, version } : null;
  } catch {
    return null;
  }
}

/** Nobody listens there now; 0 asks the system for any. */
function freePort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address() as { readonly port: number };
      server.close(() => resolve(address.port));
    });
  });
}

/**
 * The shell ends the server when its own input ends, which happens when this process ends in whatever way. In a process
 * group of its own, so that Ctrl-C does not end the server before the worker has finished.
 */
const HOLDER = `
exec 3<&0
"$@" <&- & server=$!
{ read -r _; kill "$server"; } <&3 >/dev/null 2>&1 & watcher=$!
wait "$server"
kill "$watcher" 2>/dev/null
rmdir "$FOLDER"`;

/** Redis's own port if it is free: other commands look there unless told otherwise. */
async function choosePort(wanted: number | undefined): Promise<number> {
  const port =
    wanted === undefined ? ((await freePort(6379)) ?? (await freePort(0))) : await freePort(wanted);
  if (port === null) throw new Error(`port ${wanted ?? ""} of 127.0.0.1 is taken`);
  return port;
}

/** Throws when the port is taken, and when the server does not start. */
export async function startLocalRedis(program: RedisProgram, wantedPort?: number): Promise<LocalRedis> {
  const port = await choosePort(wantedPort);
  const folder = await mkdtemp(join(tmpdir(), "rhai-dev-"));
  const settings = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "no", daemonize: "no" };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn("sh", ["-c", HOLDER, "sh", program.path, ...args], {
    detached: true,
    env: { ...process.env, FOLDER: folder },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // Written to after its end, the pipe reports an error that says nothing new.
  child.stdin?.on("error", () => {});
  const ended = endOf(child);
  await started(child, ended);
  return {
    url: `redis://127.0.0.1:${port}`,
    ended,
    stop: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let tail = "";
    const onData = (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-500);
    };
    child.stdout?.on("data", onData);
    child.stderr?.on("data", onData);
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(tail.trim().split("\n").at(-1) ?? ""));
  });
}

function started(child: ChildProcess, ended: Promise<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    const finish = (error?: Error) => {
      clearTimeout(timer);
      child.stdout?.off("data", onData);
      if (error === undefined) return resolve();
      child.stdin?.end();
      return reject(error);
    };
    const onData = (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("Ready to accept connections")) finish();
    };
    const timer = setTimeout(
      () => finish(new Error(`redis-server was not ready after ${START_MS / 1000} s`)),
      START_MS,
    );
    child.stdout?.on("data", onData);
    void ended.then((reason) => finish(new Error(`redis-server did not start: ${reason}`)));
  });
}
