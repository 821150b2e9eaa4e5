// What the memory store keeps: contexts, tasks, workers, and who waits for results.

import type { Clock } from "../clock.ts";
import { closingController } from "../closing.ts";
import { QueueError } from "../errors.ts";
import { checkContext, checkTaskId } from "../names.ts";
import type { TaskRef, WorkerInfo } from "../store.ts";
import type { TaskResult } from "../task.ts";
import type { TextLimits } from "../task-limits.ts";
import { type Entry, MemoryContext, type Shared } from "./context.ts";

export class MemoryState implements Shared {
  readonly clock: Clock;
  readonly textLimits: TextLimits;
  readonly tasks = new Map<string, Entry>();
  readonly waiters = new Map<string, Set<(result: TaskResult | null) => void>>();
  readonly contexts = new Map<string, MemoryContext>();
  readonly workers = new Map<string, WorkerInfo & { readonly until: number }>();
  readonly closing = closingController();

  constructor(clock: Clock, textLimits: TextLimits) {
    this.clock = clock;
    this.textLimits = textLimits;
  }

  context(name: string): MemoryContext {
    this.checkOpen();
    let context = this.contexts.get(checkContext(name));
    if (context === undefined) {
      context = new MemoryContext(name, this);
      this.contexts.set(name, context);
    }
    return context;
  }

  /** The task's entry, if there is one. */
  find({ id, context }: TaskRef): Entry | undefined {
    this.checkOpen();
    if (context !== undefined) checkContext(context);
    return this.tasks.get(checkTaskId(id));
  }

  contextOf({ task }: Entry): MemoryContext {
    return this.context(task.context);
  }

  checkOpen(): void {
    if (this.closing.signal.aborted) throw new QueueError("closed");
  }
}
