// The users of docs/security.md: their rights, as the page says, given to a server.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Redis } from "ioredis";

export type Role = "submitter" | "worker" | "operator";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/security.md"), "utf8");

/** Rules of each user, in the order of the page; the context is `reports`. */
export function documentedRules(role: Role): string[] {
  return rulesIn(new RegExp(`^ACL SETUSER ${role} (.*)$`, "gm"));
}

/** What the page adds for a prefix of one's own, and for Redis Cluster: indented, since it stands in a list. */
export function additionalRules(pattern: RegExp): string[] {
  return rulesIn(/^ +ACL SETUSER worker (.*)$/gm, pattern);
}

function rulesIn(line: RegExp, wanted = /./): string[] {
  const found = [...PAGE.matchAll(line)].map(([, rules]) => rules).filter((rules) => wanted.test(rules));
  if (found.length === 0) throw new Error(`docs/security.md has no rules like ${line}, ${wanted}`);
  return found.flatMap((rules) => rules.split(" "));
}

/** Characters that have a meaning in URLs. */
export const passwordOf = (role: Role): string => `${role}/geheim:1@2#3%4`;

/** Makes the user, with a password in place of the page's. */
export async function makeUser(admin: Redis, role: Role, rules = documentedRules(role)): Promise<void> {
  const given = rules.map((rule) => (rule === ">PASSWORD" ? `>${passwordOf(role)}` : rule));
  await admin.call("ACL", "SETUSER", role, ...given);
}

/** `redis://host:port` with the user's name and password. */
export function urlOf(role: Role, url: string): string {
  return url.replace("//", `//${role}:${encodeURIComponent(passwordOf(role))}@`);
}

/** What the server refused since it was asked last: user, and the command, key or channel. */
export async function refusals(admin: Redis): Promise<string[]> {
  const entries = (await admin.call("ACL", "LOG")) as readonly (readonly (string | number)[])[];
  await admin.call("ACL", "LOG", "RESET");
  return entries.map((entry) => {
    const field = (name: string) => entry[entry.indexOf(name) + 1];
    return `${field("username")}: ${field("reason")} ${field("object")}`;
  });
}
