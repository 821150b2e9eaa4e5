// All key names. The scripts make the same ones (scripts/includes/base.lua); docs/wire-protocol.md lists them.

import { QueueError } from "../errors.ts";

/** Keys of a context, `<prefix><kind>:<context>`. */
export type KeyKind =
  | "queue"
  | "taken"
  | "ring"
  | "urgent"
  | "scheduled"
  | "gone"
  | "orphans"
  | "leases"
  | "parkedkeys"
  | "finished"
  | "dead"
  | "expiring"
  | "idempotency"
  | "state"
  | "weights"
  | "events"
  | "schedules"
  | "schedule-facts"
  | "slots"
  | "control";

export class Keys {
  readonly prefix: string;
  readonly cluster: boolean;

  constructor(prefix: string, cluster: boolean) {
    if (!/^[A-Za-z0-9_.:/@+-]{1,64}$/.test(prefix)) throw new QueueError("invalid", "key prefix");
    this.prefix = prefix;
    this.cluster = cluster;
  }

  /** The context as key names hold it: in braces in a cluster, so that all its keys share a slot. */
  tag(context: string): string {
    return this.cluster ? `{${context}}` : context;
  }

  of(kind: KeyKind, context: string): string {
    return `${this.prefix}${kind}:${this.tag(context)}`;
  }

  /** Keys of one fair key or worker in a context. */
  part(kind: "lane" | "parked" | "keyleases" | "claimed", context: string, part: string): string {
    return `${this.prefix}${kind}:${this.tag(context)}|${part}`;
  }

  task(id: string): string {
    return `${this.prefix}task:${id}`;
  }

  log(id: string): string {
    return `${this.prefix}log:${id}`;
  }

  /** Set of the names of all contexts, for listings. */
  get contexts(): string {
    return `${this.prefix}contexts`;
  }

  /** Hash of the workers that announced themselves. */
  get workers(): string {
    return `${this.prefix}workers`;
  }

  /** Channel on which one client hears of the ends it waits for. */
  reply(clientId: string): string {
    return `${this.prefix}reply:${clientId}`;
  }

  /** In a cluster an id begins with its context in braces: added when missing. Throws for another context's. */
  id(id: string, context: string | undefined): string {
    if (!this.cluster) return id;
    if (context === undefined) {
      if (id.startsWith("{")) return id;
      throw new QueueError("invalid", `task id ${JSON.stringify(id)} without context`);
    }
    const tag = `{${context}}`;
    if (id.startsWith(tag)) return id;
    if (id.startsWith("{"))
      throw new QueueError("invalid", `task id ${JSON.stringify(id)} of another context than ${context}`);
    return tag + id;
  }

  /** What the scripts get as the context of a task: empty when only the record tells. */
  tagOf(id: string, context: string | undefined): string {
    if (this.cluster) return id.slice(0, id.indexOf("}") + 1);
    return context ?? "";
  }
}
