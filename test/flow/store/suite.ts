// The suite that every FlowStore has to pass: what the interface promises, nothing about how it is kept.

import { afterEach, describe } from "vitest";
import type { FlowStore } from "../../../src/flow/store.ts";
import type { Clock } from "../../../src/queue/clock.ts";
import { control } from "./suite-control.ts";
import { leases } from "./suite-leases.ts";
import { looking } from "./suite-looking.ts";
import { starting } from "./suite-starting.ts";

export interface StoreUnderTest {
  readonly name: string;
  /** A store for a context; with a clock that tests move, or the real time. It may share its server with others. */
  readonly setup: (options: { readonly context: string; readonly clock?: Clock }) => FlowStore;
}

export function testFlowStore({ name, setup }: StoreUnderTest): void {
  const opened: FlowStore[] = [];
  const open = (context: string, clock?: Clock): FlowStore => {
    const store = setup({ context, clock });
    opened.push(store);
    return store;
  };
  describe(`flow store: ${name}`, () => {
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
    });
    for (const part of [starting, leases, control, looking]) part({ open });
  });
}
