// The suite that every TaskStore has to pass: what the interface promises, nothing about how it is kept.

import { afterEach, describe } from "vitest";
import type { Clock } from "../../src/queue/clock.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { claiming } from "./suite/claiming.ts";
import { control } from "./suite/control.ts";
import { looking } from "./suite/looking.ts";
import { schedules } from "./suite/schedules.ts";
import { settling } from "./suite/settling.ts";
import { sharing } from "./suite/sharing.ts";
import { submitting } from "./suite/submitting.ts";
import { waiting } from "./suite/waiting.ts";

export interface StoreUnderTest {
  readonly name: string;
  /** A store; with a clock that tests move, or the real time. It may share its server with others. */
  readonly setup: (options: { readonly clock?: Clock }) => TaskStore;
  readonly teardown?: () => Promise<void>;
}

export function testTaskStore({ name, setup, teardown }: StoreUnderTest): void {
  const opened: TaskStore[] = [];
  const open = (clock?: Clock): TaskStore => {
    const store = setup({ clock });
    opened.push(store);
    return store;
  };
  describe(`task store: ${name}`, () => {
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
      await teardown?.();
    });
    for (const part of [submitting, claiming, settling, sharing, control, schedules, looking, waiting])
      part({ open });
  });
}
