// Runs the built `rhai` command in tests.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Record<string, string>;
}

/** A freshly built command, and a folder to run it in. */
export class Command {
  readonly folder = mkdtempSync(join(tmpdir(), "rhai-cli-test-"));
  readonly path: string;

  constructor() {
    const dist = join(this.folder, ".dist");
    execFileSync(process.execPath, [join(ROOT, "scripts/build.mjs"), "--command-only", "--outdir", dist]);
    // As in the package, where the modules lie below a package.json that says so.
    writeFileSync(join(dist, "package.json"), '{ "type": "module" }');
    // What is not bundled is loaded from there.
    symlinkSync(join(ROOT, "node_modules"), join(dist, "node_modules"));
    this.path = join(dist, "rhai.js");
  }

  /** Writes files into the folder. */
  write(files: Record<string, string | Buffer>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }

  run(args: readonly string[], { input, env = {} }: RunOptions = {}): Finished {
    const child = spawnSync(process.execPath, [this.path, ...args], {
      cwd: this.folder,
      input: input ?? "",
      env: { ...process.env, ...env },
      encoding: "utf8",
      maxBuffer: 1 << 28,
      timeout: 120_000,
      killSignal: "SIGKILL",
    });
    return { code: child.status, stdout: child.stdout, stderr: child.stderr };
  }

  /** Runs a shell line in which `rhai` is the command. */
  shell(line: string): Finished {
    const script = `rhai() { "${process.execPath}" "${this.path}" "$@"; }; ${line}`;
    const child = spawnSync("bash", ["-c", script], { cwd: this.folder, encoding: "utf8" });
    return { code: child.status, stdout: child.stdout, stderr: child.stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
