// The tasks package: scripts that do several things at once. Not among the standard packages, since it needs asynchronous runs.

import pLimit from "p-limit";
import { EvalError, mismatchDataType, runtimeError } from "../errors.ts";
import { type CallContext, definePackage, type TaskContext } from "../function/native.ts";
import { RhaiArray } from "../value/containers.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import type { Int } from "../value/int.ts";
import type { Float } from "../value/scalars.ts";
import { typeNameOf, type Value } from "../value/value.ts";

/** Waits without blocking the thread; not at all for a negative number, NaN or infinity. */
function sleep({ signal }: CallContext, seconds: number): Promise<void> {
  if (!(seconds > 0) || seconds === Number.POSITIVE_INFINITY) return Promise.resolve();
  return new Promise((resolve) => {
    const end = performance.now() + seconds * 1000;
    let timer: ReturnType<typeof setTimeout>;
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    const wait = () => {
      const left = end - performance.now();
      if (left > 0) timer = setTimeout(wait, Math.min(left, LONGEST_DELAY));
      else {
        signal?.removeEventListener("abort", stop);
        resolve();
      }
    };
    signal?.addEventListener("abort", stop, { once: true });
    wait();
  });
}

/** setTimeout takes no longer delays. */
const LONGEST_DELAY = 2 ** 31 - 1;

function closuresOf(array: RhaiArray): FnPtr[] {
  return array.items.map((item) => {
    if (item instanceof FnPtr) return item;
    throw mismatchDataType("Fn", typeNameOf(item));
  });
}

/** Calls a closure as a task of its own. Never throws at once. */
async function runTask({ context, cancellation }: TaskContext, closure: FnPtr): Promise<Value> {
  try {
    return await context.callRaw(closure, null, [], [], null);
  } finally {
    cancellation.release();
  }
}

function cancelAll(tasks: readonly TaskContext[], reason: string): void {
  for (const { cancellation } of tasks) cancellation.cancel(reason);
}

/** Runs all closures, at most `limit` at a time. The first error cancels the others, and is raised when they have ended. */
async function parallel(ctx: CallContext, array: RhaiArray, limit: Int): Promise<RhaiArray> {
  if (limit < 1) throw runtimeError(`parallel: the limit must be at least 1, not ${limit}`);
  const closures = closuresOf(array);
  const tasks = closures.map(() => ctx.startTask(null));
  const slots = pLimit(Math.min(Number(limit), Math.max(closures.length, 1)));
  let failure: { readonly error: unknown } | null = null;
  const results = await Promise.all(
    tasks.map((task, i) =>
      slots(async () => {
        if (failure !== null) return task.cancellation.release();
        try {
          return await runTask(task, closures[i]);
        } catch (error) {
          failure ??= { error };
          cancelAll(tasks, "another task has failed");
        }
      }),
    ),
  );
  // TypeScript does not see assignments in closures.
  const failed = failure as { readonly error: unknown } | null;
  if (failed !== null) throw failed.error;
  return new RhaiArray(results as Value[]);
}

/** The outcome of the closure that ends first; the others are cancelled. */
async function race(ctx: CallContext, array: RhaiArray): Promise<Value> {
  const closures = closuresOf(array);
  if (closures.length === 0) throw runtimeError("race: there is nothing to run");
  const tasks = closures.map(() => ctx.startTask(null));
  const running = tasks.map((task, i) => runTask(task, closures[i]));
  try {
    return await Promise.race(running);
  } finally {
    cancelAll(tasks, "another task was faster");
    await Promise.allSettled(running);
  }
}

/** The closure's value, or a catchable error when it takes longer. */
async function withTimeout(ctx: CallContext, milliseconds: number, closure: FnPtr): Promise<Value> {
  const limit = Math.max(milliseconds, 0) || 0;
  // When the limit of the run around ends first, it is that limit that is met, even if this task hears of it earlier.
  const endsFirst = ctx.deadline === null || Date.now() + limit < ctx.deadline;
  const task = ctx.startTask(limit);
  try {
    return await runTask(task, closure);
  } catch (error) {
    const isTermination = error instanceof EvalError && error.kind === "ErrorTerminated";
    const isOurs = isTermination && endsFirst && ctx.signal?.aborted !== true;
    if (isOurs && task.cancellation.isOver) throw runtimeError(`timed out after ${milliseconds} ms`);
    throw error;
  }
}

/**
 * `sleep`, `parallel`, `race` and `with_timeout` for scripts. Registering it replaces the blocking `sleep`.
 *
 * @example
 * engine.registerPackage(tasksPackage);
 * await engine.eval(`parallel([|| fetch(1), || fetch(2)], 10)`);
 */
export const tasksPackage = definePackage("TasksPackage", (m) => {
  const options = { context: true, isAsync: true, isPure: false } as const;
  const sleepOptions = {
    ...options,
    paramNames: ["seconds"],
    doc: "Waits for that many seconds, while other tasks go on.",
  };
  m.fn("sleep", ["i64"], "()", (ctx: CallContext, seconds: Int) => sleep(ctx, Number(seconds)), sleepOptions);
  m.fn("sleep", ["f64"], "()", (ctx: CallContext, { value }: Float) => sleep(ctx, value), sleepOptions);

  const doc =
    "Calls all closures at once and returns their values in order. The first error cancels the others.";
  const all = (ctx: CallContext, array: RhaiArray) => parallel(ctx, array, Math.max(array.length, 1));
  m.fn("parallel", ["array"], "array", all, { ...options, doc, paramNames: ["closures"] });
  m.fn("parallel", ["array", "i64"], "array", parallel, {
    ...options,
    doc: `${doc} At most \`limit\` closures run at a time.`,
    paramNames: ["closures", "limit"],
  });
  m.fn("race", ["array"], "dynamic", race, {
    ...options,
    doc: "Calls all closures at once; the value or error of the first that ends counts, and the others are cancelled.",
    paramNames: ["closures"],
  });

  const timeoutOptions = {
    ...options,
    doc: "Calls the closure. When it takes longer than so many milliseconds, it is cancelled, and an error is raised.",
    paramNames: ["milliseconds", "closure"],
  };
  const limited = (ctx: CallContext, ms: Int, closure: FnPtr) => withTimeout(ctx, Number(ms), closure);
  m.fn("with_timeout", ["i64", "Fn"], "dynamic", limited, timeoutOptions);
  const limitedBy = (ctx: CallContext, { value }: Float, closure: FnPtr) => withTimeout(ctx, value, closure);
  m.fn("with_timeout", ["f64", "Fn"], "dynamic", limitedBy, timeoutOptions);
});
