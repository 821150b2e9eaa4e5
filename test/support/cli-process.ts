// The built command as a process of its own, with nothing of this process's environment that says where the queue is.

import { spawn } from "node:child_process";
import { Command, type Finished } from "../cli/command.ts";
import { Running } from "../cli/queue-command.ts";
import { guarded } from "./child-guard.ts";

export class CliProcesses {
  readonly rhai = new Command();
  readonly #running = new Set<Running>();
  /** All that they have printed. */
  printed = "";

  /** `env` on top of what commands need. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const { RHAI_REDIS_URL: _, NODE_EXTRA_CA_CERTS: __, ...rest } = process.env;
    const child = spawn(process.execPath, [this.rhai.path, ...args], {
      cwd: this.rhai.folder,
      env: { ...rest, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const running = new Running(guarded(child));
    this.#running.add(running);
    void running.ended.then(({ stdout, stderr }) => {
      this.printed += stdout + stderr;
      this.#running.delete(running);
    });
    return running;
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.start(args, env).ended;
  }

  async stop(): Promise<void> {
    for (const running of this.#running) running.kill("SIGKILL");
    await Promise.all([...this.#running].map(({ ended }) => ended));
    this.rhai.remove();
  }
}
