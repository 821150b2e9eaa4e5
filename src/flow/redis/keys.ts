// Names of the keys of flows. The scripts make the same ones (scripts/includes/base.lua); docs/flow.md lists them.

import { QueueError } from "../../queue/errors.ts";
import { checkContext } from "../../queue/names.ts";

export const DEFAULT_PREFIX = "rhai:";

export type FlowKeyKind =
  | "flows"
  | "flow-due"
  | "flow-ended"
  | "flow-uncompensated"
  | "flow-definitions"
  | "flow-schedules"
  | "flow-events"
  | "flow-control";

export class FlowKeys {
  readonly prefix: string;
  /** In front of `flow:` and `step:`: nothing, unless the store has a prefix of its own. */
  readonly publicPrefix: string;
  /** The context as key names hold it: in braces in a cluster, so that all its keys share a slot. */
  readonly tag: string;
  readonly #cluster: boolean;

  constructor(prefix: string, context: string, cluster: boolean) {
    if (!/^[A-Za-z0-9_.:/@+-]{1,64}$/.test(prefix)) throw new QueueError("invalid", "key prefix");
    checkContext(context);
    this.prefix = prefix;
    this.publicPrefix = prefix === DEFAULT_PREFIX ? "" : prefix;
    this.tag = cluster ? `{${context}}` : context;
    this.#cluster = cluster;
  }

  of(kind: FlowKeyKind): string {
    return `${this.prefix}${kind}:${this.tag}`;
  }

  part(kind: "flows-status" | "flows-named", part: string): string {
    return `${this.prefix}${kind}:${this.tag}|${part}`;
  }

  flow(id: string): string {
    return `${this.publicPrefix}flow:${id}`;
  }

  step(id: string, stepId: string): string {
    return `${this.publicPrefix}step:${id}:${stepId}`;
  }

  ofRun(kind: "flow-inbox" | "flow-history", id: string): string {
    return `${this.prefix}${kind}:${id}`;
  }

  /** In a cluster, ids begin with their context in braces: added when missing. */
  id(id: string): string {
    return this.#cluster && !id.startsWith("{") ? `${this.tag}${id}` : id;
  }
}
