// Where the queue's Redis is, and whether anybody listens there.

import { connect } from "node:net";
import { QueueError } from "../../queue/errors.ts";
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
  if (!/^rediss?(\+cluster)?:\/\/./.test(url) || !URL.canParse(url)) {
    throw new UsageError(
      `${from} is not a Redis URL (redis://HOST:PORT, rediss:// for TLS, redis+cluster://)`,
    );
  }
  return url;
}

function address(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, "") || "127.0.0.1", port: Number(port || 6379) };
}

/** Host and port: all of the URL that may be shown. */
export function redisPlace(url: string): string {
  const { host, port } = address(url);
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Throws `unavailable` as soon as it is sure that nobody listens; the store itself would try again until its deadline. */
export function checkReachable(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address(url), timeout: REACH_MS });
    const fail = (detail: string) => {
      socket.destroy();
      reject(new QueueError("unavailable", detail));
    };
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => fail(`no answer within ${REACH_MS / 1000} s`));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      fail(REASONS[error.code ?? ""] ?? `${error.code}`),
    );
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "the host's name cannot be looked up now",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ETIMEDOUT: "no answer",
};
