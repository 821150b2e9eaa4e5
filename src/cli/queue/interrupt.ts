// Ctrl-C: the first one ends a wait in order, the second one the process at once.

/** An aborted signal means that somebody pressed Ctrl-C. Call `dispose` when the wait is over. */
export function interruptSignal(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const onInterrupt = () => controller.abort();
  process.once("SIGINT", onInterrupt);
  return { signal: controller.signal, dispose: () => void process.off("SIGINT", onInterrupt) };
}
