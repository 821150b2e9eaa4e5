// What a Redis URL says: which servers, who logs in, TLS and its files. No complaint shows the URL, which may hold a password.

import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { QueueError } from "../../errors.ts";

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** A user whose password may be all that the server wants to know. */
export interface RedisLogin {
  readonly username?: string;
  readonly password?: string;
}

export interface RedisAddress {
  readonly kind: "server" | "cluster" | "sentinel";
  /** The server; some nodes of the cluster; the sentinels. */
  readonly nodes: readonly RedisNode[];
  readonly login: RedisLogin;
  /** Of the sentinels, which have users of their own. */
  readonly sentinelLogin: RedisLogin;
  /** How sentinels call the master; empty for other kinds. */
  readonly master: string;
  readonly db: number;
  readonly tls: boolean;
  /** Files in PEM form, as parameters of the URL name them. */
  readonly files: Readonly<Partial<Record<TlsFile, string>>>;
}

/** Certificate authority to trust; our own certificate, and its private key. */
type TlsFile = "ca" | "cert" | "key";

const TLS_FILES: readonly TlsFile[] = ["ca", "cert", "key"];
const SENTINEL_LOGIN = { sentinelUsername: "username", sentinelPassword: "password" } as const;
const URL_PARTS =
  /^(rediss?)(?:\+(cluster|sentinel))?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** Throws `invalid`. */
export function parseRedisUrl(url: string): RedisAddress {
  const parts = URL_PARTS.exec(url);
  if (parts === null) throw invalid("it is like redis://host:6379, rediss://user:password@host:6379/0");
  const [, scheme, kind = "server", user = "", hosts, path = "", query = ""] = parts;
  const nodes = hosts.split(",").map((host) => nodeFrom(host, kind === "sentinel" ? 26379 : 6379));
  if (kind === "server" && nodes.length > 1)
    throw invalid("several hosts are for redis+cluster:// and redis+sentinel://");
  const [master, db] = kind === "sentinel" ? splitOnce(decoded(path), "/") : ["", path];
  if (kind === "sentinel" && master === "")
    throw invalid("with sentinels the master's name is needed: redis+sentinel://host:26379/NAME");
  if (!/^\d{0,5}$/.test(db)) throw invalid("the number of a database follows the host");
  const tls = scheme === "rediss";
  const parameters = parametersFrom(query, kind === "sentinel", tls);
  return {
    kind: kind as RedisAddress["kind"],
    nodes,
    login: loginFrom(user),
    master,
    db: Number(db),
    tls,
    ...parameters,
  };
}

/** What the files hold. Throws `invalid` for one that cannot be read. */
export function readTlsFiles({ files }: RedisAddress): ConnectionOptions {
  const read: ConnectionOptions = {};
  for (const name of TLS_FILES) {
    const file = files[name];
    if (file !== undefined) read[name] = contentOf(name, file);
  }
  return read;
}

function contentOf(name: TlsFile, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw invalid(`${name}: the file ${file} cannot be read`);
  }
}

function nodeFrom(text: string, defaultPort: number): RedisNode {
  if (text === "") return { host: "127.0.0.1", port: defaultPort };
  if (!URL.canParse(`redis://${text}`)) throw invalid("a host or its port makes no sense");
  const { hostname, port } = new URL(`redis://${text}`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || defaultPort) };
}

function loginFrom(user: string): RedisLogin {
  const [username, password] = splitOnce(user, ":").map(decoded);
  return { ...(username && { username }), ...(password && { password }) };
}

/** A parameter that is not known is no slip to pass over: it may have been meant to protect something. */
function parametersFrom(
  query: string,
  sentinel: boolean,
  tls: boolean,
): Pick<RedisAddress, "files" | "sentinelLogin"> {
  const files: Partial<Record<TlsFile, string>> = {};
  const sentinelLogin: { username?: string; password?: string } = {};
  for (const parameter of query.split("&").filter((text) => text !== "")) {
    const [name, value] = splitOnce(parameter, "=").map(decoded);
    const file = TLS_FILES.find((known) => known === name);
    if (file !== undefined && tls) files[file] = value;
    else if (file !== undefined) throw invalid(`${name} is for TLS: rediss://`);
    else if (sentinel && Object.hasOwn(SENTINEL_LOGIN, name))
      sentinelLogin[SENTINEL_LOGIN[name as keyof typeof SENTINEL_LOGIN]] = value;
    else throw invalid(`there is no parameter ${name.slice(0, 40)}`);
  }
  return { files, sentinelLogin };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("a % in it is written %25");
  }
}

function invalid(why: string): QueueError {
  return new QueueError("invalid", `Redis URL: ${why}`);
}
