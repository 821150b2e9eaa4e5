// Where the queue's Redis is, and whether it lets us in.

import { QueueError } from "../../queue/errors.ts";
import { parseRedisUrl } from "../../queue/redis/connection/address.ts";
import { checkConnection } from "../../queue/redis/store.ts";
import { UsageError } from "../exit-codes.ts";

export const DEFAULT_URL = "redis://127.0.0.1:6379";
const REACH_MS = 4000;

/** The option, else RHAI_REDIS_URL, else the default port of this machine. Throws `UsageError`. */
export function redisUrl(option: string | undefined): string {
  const url = option ?? (process.env.RHAI_REDIS_URL || DEFAULT_URL);
  const from = option === undefined ? "RHAI_REDIS_URL" : "--redis";
  if (url.startsWith("memory:")) {
    throw new UsageError(
      "memory:// is seen by one process only: use `rhai submit FILE --local`, or `rhai dev` for a Redis of its own",
    );
  }
  if (!/^rediss?(\+(cluster|sentinel))?:\/\/./.test(url)) {
    throw new UsageError(
      `${from} is not a Redis URL (redis://HOST:PORT, rediss:// for TLS, redis+cluster://, redis+sentinel://)`,
    );
  }
  try {
    parseRedisUrl(url);
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    throw new UsageError(`${from}: ${error.message}`);
  }
  // Other users of the machine can list the options of a process, unless it is renamed.
  if (option !== undefined && hasSecret(option)) process.title = "rhai";
  return url;
}

function hasSecret(url: string): boolean {
  const { login, sentinelLogin } = parseRedisUrl(url);
  return (login.password ?? sentinelLogin.password) !== undefined;
}

/** Hosts and ports: all of the URL that may be shown. Any URL that a store was opened with. */
export function redisPlace(url: string): string {
  if (!url.startsWith("redis")) return "this process";
  const { kind, nodes, master } = parseRedisUrl(url);
  const places = nodes
    .map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`)
    .join(",");
  return kind === "sentinel" ? `${master} of the sentinels ${places}` : places;
}

/** The URL as it may be shown to the person who gave it. */
export function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, "//USER:PASSWORD@").replace(/(sentinelPassword)=[^&]*/, "$1=PASSWORD");
}

/** Throws `unavailable` or `denied` as soon as it is sure that nobody lets us in; the store itself would try until its deadline. */
export async function checkReachable(url: string): Promise<void> {
  try {
    await checkConnection({ url }, REACH_MS);
  } catch (error) {
    if (!(error instanceof QueueError) || error.code !== "unavailable") throw error;
    const text = error.message.replace(/^[^:]*(: )?/, "");
    const reason = REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? (() => text);
    throw new QueueError("unavailable", reason(text, url.startsWith("rediss")));
  }
}

/** What the driver says, in words. */
const REASONS: readonly (readonly [RegExp, (text: string, tls: boolean) => string])[] = [
  [
    /^$|ETIMEDOUT/,
    (_, tls) => `no answer within ${REACH_MS / 1000} s${tls ? ": does this port speak TLS?" : ""}`,
  ],
  [/ECONNREFUSED/, (text) => (/sentinels/.test(text) ? "no sentinel answers" : "connection refused")],
  [/ENOTFOUND/, () => "unknown host"],
  [/EAI_AGAIN/, () => "the host's name cannot be looked up now"],
  [/EHOSTUNREACH/, () => "no route to the host"],
  [/ENETUNREACH/, () => "no route to the network"],
  [
    /ECONNRESET|Connection is closed/,
    (_, tls) =>
      tls ? "the connection was cut" : "the connection was cut: does this port want TLS, rediss://?",
  ],
  [/alert certificate required/, () => "it wants a certificate of yours"],
  [/certificate|altnames/i, (text) => `its certificate is not trusted: ${text}`],
  [/sentinels/, (text) => `no sentinel knows the master, or none answers: ${text}`],
];
