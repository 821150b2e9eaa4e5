// The built command beside a real redis-server: runs to its end, or is watched while it runs.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { type RedisServer, startRedis } from "../support/redis.ts";
import { Command, type Finished, type RunOptions } from "./command.ts";

/** Name of a context that no other test uses. */
export function freshContext(): string {
  return `c-${randomUUID().slice(0, 8)}`;
}

/** A command that is still running, and what it has printed so far. */
export class Running {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly ended: Promise<Finished>;
  #changed: () => void = () => {};

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#changed();
    });
    this.ended = new Promise((resolve) => {
      child.once("close", (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
        this.#changed();
      });
    });
  }

  /** Resolves with the match as soon as the pattern stands in what was printed; rejects when the command ended without. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    let over = false;
    void this.ended.then(() => {
      over = true;
    });
    for (;;) {
      const match = pattern.exec(this.stdout + this.stderr);
      if (match !== null) return match;
      if (over) throw new Error(`ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** `rhai` with RHAI_REDIS_URL set to a server of its own. */
export class QueueCommand {
  readonly rhai = new Command();
  readonly #running = new Set<Running>();

  private constructor(readonly redis: RedisServer) {}

  static async start(): Promise<QueueCommand> {
    return new QueueCommand(await startRedis());
  }

  run(args: readonly string[], options: RunOptions = {}): Finished {
    return this.rhai.run(args, { ...options, env: { ...this.#env, ...options.env } });
  }

  /** The value that a command prints with `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  json(args: readonly string[]): any {
    const { code, stdout, stderr } = this.run([...args, "--json"]);
    if (stdout === "") throw new Error(`${args.join(" ")}: exit code ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  start(args: readonly string[], env: Record<string, string> = {}): Running {
    const child = spawn(process.execPath, [this.rhai.path, ...args], {
      cwd: this.rhai.folder,
      env: { ...process.env, ...this.#env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const running = new Running(child);
    this.#running.add(running);
    void running.ended.then(() => this.#running.delete(running));
    return running;
  }

  get #env(): Record<string, string> {
    return { RHAI_REDIS_URL: this.redis.url };
  }

  async stop(): Promise<void> {
    for (const running of this.#running) running.kill("SIGKILL");
    await Promise.all([...this.#running].map(({ ended }) => ended));
    await this.redis.stop();
    this.rhai.remove();
  }
}
