// What a person reads when the queue refuses or its store is away: one line that says what to do, and the exit code.

import type { QueueError, QueueErrorCode } from "../../queue/errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { redisPlace } from "./redis-url.ts";
import { oneLine } from "./show.ts";

const CODES: Readonly<Partial<Record<QueueErrorCode, ExitCode>>> = {
  unavailable: ExitCode.UNREACHABLE,
  unknownOutcome: ExitCode.UNREACHABLE,
  denied: ExitCode.UNREACHABLE,
  unsupported: ExitCode.UNREACHABLE,
  closed: ExitCode.UNREACHABLE,
  timeout: ExitCode.UNFINISHED,
  invalid: ExitCode.USAGE,
};

const LOOPBACK = /^(127\.|localhost:|\[::1\])/;

const CERTIFICATES =
  "files of certificates are named in the URL: ?ca=FILE for an authority of your own, &cert=FILE&key=FILE for yours";

function advice({ code, message }: QueueError, place: string): string | null {
  switch (code) {
    case "unavailable": {
      if (message.includes("certificate")) return CERTIFICATES;
      const start = LOOPBACK.test(place)
        ? "start one with `redis-server`, or with a worker: `rhai dev`; without Redis: `rhai submit FILE --local`"
        : "is it running, and is its port open for this machine?";
      return `${start} (another address: --redis URL, or RHAI_REDIS_URL)`;
    }
    case "denied":
      if (/NOPERM|ACL|permissions|user executing/.test(message))
        return "the access rules of the user in the URL do not allow this; `ACL LOG` on the server says what was missing";
      return "user and password belong into the URL, best in RHAI_REDIS_URL (redis://USER:PASSWORD@HOST:PORT)";
    case "unsupported":
      return "Redis 7.0 or newer is needed";
    case "unknownOutcome":
      return "look whether it was, before you repeat it";
    case "queueFull":
      return "submit again later, or allow more with `rhai queue limit`";
    case "notFound":
      return "finished tasks are kept for a limited time";
    default:
      return null;
  }
}

/** The code's own text without the store's name for itself. */
function complaint(error: QueueError, place: string): string {
  const detail = oneLine(error.message.replace(/^[^:]*(: )?/, ""), 300);
  const because = detail === "" ? "" : ` (${detail})`;
  if (error.code === "unavailable") return `Redis cannot be reached at ${place}${because}`;
  if (error.code === "denied") return `Redis at ${place} denies access${because}`;
  if (error.code === "unsupported")
    return `Redis at ${place} is too old, or not all of it is there${because}`;
  return oneLine(error.message, 500);
}

/** Says what went wrong with the store at `url`, which may hold a password and is not shown. */
export function reportQueueFailure(error: QueueError, url: string): ExitCode {
  const place = redisPlace(url);
  const hint = advice(error, place);
  output.errorLine(`error: ${complaint(error, place)}${hint === null ? "" : `; ${hint}`}`);
  return CODES[error.code] ?? ExitCode.FAILED;
}
