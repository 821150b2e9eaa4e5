// The log of `rhai worker`: JSON lines for programs, plain lines for a terminal.

import type { Logger } from "pino";
import { oneLine } from "./show.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export const LOG_FORMATS = ["json", "text"] as const;
type Level = (typeof LOG_LEVELS)[number];
type Format = (typeof LOG_FORMATS)[number];

/** Of lines that nobody takes, so many characters wait; further ones are dropped. */
const MAX_WAITING = 1 << 20;

export interface WorkerLog {
  readonly logger: Logger;
  /** Writes what is left. */
  close(): void;
}

/** Lines are written without holding up the thread that keeps the leases, even when nobody reads them. */
export async function openLog(level: Level = "info", format?: Format): Promise<WorkerLog> {
  const { default: pino } = await import("pino");
  const destination = pino.destination({ dest: 1, sync: false, maxLength: MAX_WAITING });
  // A reader that went away is no reason to stop working.
  destination.on("error", () => {});
  const isText = (format ?? (process.stdout.isTTY ? "text" : "json")) === "text";
  const stream = isText ? { write: (line: string) => destination.write(textLine(line)) } : destination;
  const close = () => {
    try {
      destination.flushSync();
    } catch {
      // The reader went away.
    }
  };
  const logger = pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return { logger, close };
}

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  30: "",
  40: "warning: ",
  50: "error: ",
  60: "error: ",
};

/** Time, message, and whatever else there is as `name=value`. */
function textLine(json: string): string {
  const { level, time, msg, workerId: _, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const fields = Object.entries(rest).map(([name, value]) => {
    return `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;
  });
  const name = LEVEL_NAMES[level as number] ?? "";
  return `${time} ${name}${oneLine([msg, ...fields].join(" "), 1000)}\n`;
}
