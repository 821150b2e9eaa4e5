// Child processes that end with this process in whatever way it ends, also by kill -9.

import { type ChildProcess, spawn } from "node:child_process";

/**
 * Reads ids of processes (or, negative, of groups) to look after (`+ 17`) and to forget (`- 17`). Its input ends when the process that writes to it
 * does; what is left then is killed, also if it stands still. In a process group of its own, out of reach of Ctrl-C.
 */
const GUARD = `
pids=" "
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "$pid"; done`;

let guard: ChildProcess | null = null;

function tell(line: string): void {
  if (guard === null) {
    guard = spawn("sh", ["-c", GUARD], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    guard.unref();
    guard.stdin!.on("error", () => undefined);
    // A pipe of a child process is a socket, which keeps this process alive unless told not to.
    (guard.stdin as unknown as { unref(): void }).unref();
  }
  guard.stdin!.write(`${line}\n`);
}

/** The child is killed when this process is gone. Returns it. */
export function guarded<T extends ChildProcess>(child: T): T {
  return guardedAs(child, String(child.pid));
}

/** The same for a child with a process group of its own (`detached`): whatever it started is killed, too. */
export function guardedGroup<T extends ChildProcess>(child: T): T {
  return guardedAs(child, `-${child.pid}`);
}

function guardedAs<T extends ChildProcess>(child: T, target: string): T {
  if (child.pid === undefined) return child;
  tell(`+ ${target}`);
  child.once("exit", () => tell(`- ${target}`));
  return child;
}

/** SIGKILL; resolves when it has ended. */
export function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
