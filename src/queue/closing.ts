// A signal for the end of something that many may wait on at once.

import { setMaxListeners } from "node:events";

/** Without Node's warning about more than ten listeners, which takes them for a leak. */
export function closingController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
