// Runs once before all tests: installs redis-server where that needs no question, else says what will be skipped.

import { execFileSync, spawnSync } from "node:child_process";
import { redisVersion } from "./redis.ts";

/** The words that have to stand before apt-get; null when it can't run without asking for a password. */
function privileges(): readonly string[] | null {
  if (spawnSync("apt-get", ["--version"]).status !== 0) return null;
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : null;
}

function install(): void {
  const words = privileges();
  if (words === null) return;
  console.log("redis-server is not installed: installing it with apt-get");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const command of ["update -qq", "install -y -qq redis-server"]) {
    const [program, ...args] = [...words, "apt-get", ...command.split(" ")];
    try {
      execFileSync(program, args, { env, stdio: "ignore", timeout: 300_000 });
    } catch {
      return;
    }
  }
}

/** With RHAI_REQUIRE_REDIS (the gate sets it) a missing server fails the run instead of skipping tests. */
export function setup(): void {
  if (redisVersion() !== null) return;
  install();
  if (redisVersion() !== null) return;
  const message = "redis-server is not on the PATH: install Redis 7 or newer; tests that need it are skipped";
  if (process.env.RHAI_REQUIRE_REDIS !== undefined) throw new Error(message);
  console.warn(message);
}
