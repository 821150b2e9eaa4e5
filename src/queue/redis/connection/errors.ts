// What the driver or the server report, as QueueErrors. Texts of ours never hold arguments or addresses with passwords.

import { QueueError, type QueueErrorCode } from "../../errors.ts";

/** Beginning of the server's error texts. */
const SERVER_CODES: readonly (readonly [RegExp, QueueErrorCode])[] = [
  [/^OOM/, "outOfMemory"],
  [/WRONGTYPE/, "wrongType"],
  [/^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH|ERR invalid password|ERR Client sent AUTH)/, "denied"],
  [/NOPERM|ACL failure|user executing the script can't/, "denied"],
  [
    /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|NOREPLICAS|MISCONF|UNBLOCKED)/,
    "unavailable",
  ],
  [/^ERR unknown (sub)?command/i, "unsupported"],
  [/WAITAOF|numlocal/, "unsupported"],
  [/NOPROTO/, "unsupported"],
];

/** Driver errors that say a command was never written. */
const NOT_SENT = /isn't writeable|Cluster isn't ready|Connection in subscriber mode/;
/** Driver errors that end a command whose bytes may have reached the server. */
const LOST =
  /Connection is closed|Command aborted|max retries per request|Command timed out|Socket closed|ECONNRESET|EPIPE|Too many Cluster redirections|Failed to refresh slots/i;

export function toQueueError(error: unknown): QueueError {
  if (error instanceof QueueError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const isReply = error instanceof Error && error.name === "ReplyError";
  if (!isReply) {
    if (NOT_SENT.test(text)) return new QueueError("unavailable");
    if (LOST.test(text)) return new QueueError("unknownOutcome");
    return new QueueError("unavailable", connectionText(text));
  }
  const found = SERVER_CODES.find(([pattern]) => pattern.test(text));
  return new QueueError(found?.[1] ?? "server", shorten(text));
}

/**
 * Driver texts such as `connect ECONNREFUSED 127.0.0.1:6379`; anything that looks like a URL is left out, and so is where in
 * OpenSSL's sources an error was found.
 */
export function connectionText(text: string): string {
  const short = text.replace(/\S*:error:[0-9A-F]+:SSL routines:[^:]*:([^:]+):.*/s, "TLS: $1");
  return shorten(short.replace(/rediss?(\+\w+)?:\/\/\S+/gi, "redis://…"));
}

/** Lua errors carry the script's name and line at their end: noise for readers. */
function shorten(text: string): string {
  return text.replace(/,? ?script: [0-9a-f]{40},? on @user_script:\d+\.?$/, "").slice(0, 300);
}
