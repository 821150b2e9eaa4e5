// What `rhai dev` prints: where things are, what to type next, and each task that ended.

import { relative } from "node:path";
import type { RhaiWorker } from "../../queue/worker/worker.ts";
import { output } from "../output.ts";
import { styleFor } from "../style.ts";
import { clockTime } from "./follow-print.ts";
import { DEFAULT_URL, withoutSecrets } from "./redis-url.ts";
import { oneLine, plural } from "./show.ts";
import { errorText } from "./task-view.ts";

/** How the person who started this process can start another one. */
export function ownCommand(): string {
  const script = process.argv[1] ?? "rhai";
  return /[/\\]rhai$/.test(script) ? "rhai" : `node ${relative(process.cwd(), script)}`;
}

export interface Banner {
  readonly store: string;
  readonly worker: RhaiWorker;
  readonly next: string;
}

export function printBanner({ store, worker, next }: Banner): void {
  const { bold, dim } = styleFor(1);
  const { threads, concurrency } = worker.health();
  output.line(`${dim("store ")}  ${store}`);
  output.line(
    `${dim("worker")}  contexts ${worker.contexts.join(", ")}; ${plural(threads, "script thread")}, ${concurrency} tasks at a time`,
  );
  output.line(`${dim("next  ")}  ${bold(next)}`);
  output.flush();
}

/** Options that another process needs to find the same queue; a URL that may hold a password is not repeated. */
export function storeArguments(url: string, prefix: string | undefined, context: string): string {
  const isDefault = url === DEFAULT_URL && !process.env.RHAI_REDIS_URL;
  return [
    isDefault ? "" : ` --redis ${withoutSecrets(url)}`,
    prefix === undefined ? "" : ` --prefix ${prefix}`,
    context === "default" ? "" : ` --context ${context}`,
  ].join("");
}

/** A line for each run that ended, and for what goes wrong. */
export function reportTasks(worker: RhaiWorker): void {
  const style = styleFor(1);
  worker.on("settled", ({ task, outcome, status, error, ms }) => {
    const good = outcome === "completed";
    const what = good
      ? style.green(outcome)
      : style.red(status === "scheduled" ? `${outcome}, tried again` : outcome);
    const why = error === null ? "" : `: ${errorText(error)}`;
    output.line(`${style.dim(clockTime(Date.now()))}  ${task.id} ${what} after ${Math.round(ms)} ms${why}`);
    output.flush();
  });
  worker.on("thread", ({ type, message }) => {
    const expected = type === "started" || type === "ended" || worker.health().state !== "running";
    if (!expected) output.errorLine(`script thread ${type}: ${oneLine(message ?? "", 300)}`);
  });
  worker.on("trouble", (error) => output.errorLine(`store trouble: ${oneLine(error.message, 300)}`));
}
