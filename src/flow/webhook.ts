// Signals over HTTP: whoever can make a POST request (payment providers, scripts, people) can tell a run something.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isQueueError } from "../queue/errors.ts";
import { parseJson } from "../runtime/json-read.ts";
import { isFlowError } from "./errors.ts";
import type { FlowExecutor } from "./executor/executor.ts";

export interface WebhookOptions {
  readonly executor: FlowExecutor;
  /**
   * What `Authorization: Bearer` has to say. Without one everybody who reaches the port is let in, but for web pages: browsers
   * name the page that a request comes from.
   */
  readonly token?: string;
  /** Bytes of a body; 262,144 when missing. */
  readonly maxBytes?: number;
  /** Hears of failures that the caller is told nothing about. */
  readonly onError?: (error: unknown) => void;
}

export type WebhookHandler = (request: IncomingMessage, response: ServerResponse) => void;

const MAX_BYTES = 262_144;
/** A second request with the same one changes nothing. */
const ID_HEADERS = ["idempotency-key", "x-signal-id"];

/** What a request is answered. */
interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, error: string, headers?: Readonly<Record<string, string>>) {
    super(error);
    this.answer = { status, body: { error }, ...(headers && { headers }) };
  }
}

/**
 * A handler for Node's HTTP server.
 * - `POST /flows/ID/signals/NAME` sends a signal to a run;
 * - `POST /signals/NAME?key=KEY` sends it to all runs that wait for it (kept for the first that will, when there is none).
 *
 * The body is the payload as JSON; none is `null`. `?key=` gives the signal a key, the header `Idempotency-Key` an id. Answers
 * are JSON: 202, also for a signal that came before; 400, 401, 403, 404, 405, 409 (the run has ended), 413, 415; 503 when the
 * store is away, so that the caller tries again.
 *
 * @example
 * createServer(webhookHandler({ executor, token })).listen(8080, "127.0.0.1");
 */
export function webhookHandler(options: WebhookOptions): WebhookHandler {
  const digest = options.token === undefined ? null : digestOf(options.token);
  return (request, response) => {
    answerTo(request, options, digest)
      .catch((error: unknown) => failure(error, options))
      .then((answer) => send(request, response, answer))
      .catch((error: unknown) => options.onError?.(error));
  };
}

async function answerTo(
  request: IncomingMessage,
  { executor, maxBytes = MAX_BYTES }: WebhookOptions,
  digest: Buffer | null,
): Promise<Answer> {
  checkCaller(request, digest);
  const { path, key } = targetOf(request);
  const [first, flowId, signals, event, ...rest] = path;
  const id = ID_HEADERS.map((name) => request.headers[name]).find((value) => typeof value === "string");
  const toRun = first === "flows" && signals === "signals" && rest.length === 0 && Boolean(flowId && event);
  const toAll = first === "signals" && path.length === 2 && Boolean(flowId);
  if (!toRun && !toAll) throw new Refusal(404, "POST /flows/ID/signals/NAME, or POST /signals/NAME");
  if (request.method !== "POST") throw new Refusal(405, "only POST", { allow: "POST" });
  const options = {
    payload: await payloadOf(request, maxBytes),
    ...(key !== null && { key }),
    ...(id !== undefined && { id: id as string }),
  };
  if (toRun)
    return { status: 202, body: { flowId, event, outcome: await executor.signal(flowId, event, options) } };
  const { ids, kept } = await executor.deliver(flowId, options);
  return { status: 202, body: { event: flowId, flowIds: ids, kept } };
}

// --- the caller -------------------------------------------------------------------------------------------------------

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Digests are compared: equally long, and in a time that says nothing about the token. */
function checkCaller({ headers }: IncomingMessage, digest: Buffer | null): void {
  if (digest === null) {
    if (headers.origin !== undefined) throw new Refusal(403, "web pages are let in with a token only");
    return;
  }
  const [, given = ""] = /^Bearer +(.+)$/i.exec(headers.authorization ?? "") ?? [];
  if (!timingSafeEqual(digestOf(given), digest))
    throw new Refusal(401, "a bearer token is needed", { "www-authenticate": "Bearer" });
}

interface Target {
  /** Parts of the path, decoded. */
  readonly path: readonly string[];
  readonly key: string | null;
}

function targetOf({ url }: IncomingMessage): Target {
  try {
    const { pathname, searchParams } = new URL(url ?? "", "http://here");
    return { path: pathname.slice(1).split("/").map(decodeURIComponent), key: searchParams.get("key") };
  } catch {
    throw new Refusal(400, "the address is none");
  }
}

// --- the payload ------------------------------------------------------------------------------------------------------

async function payloadOf(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const text = await bodyOf(request, maxBytes);
  if (text === "") return undefined;
  // Web pages can send other types without asking first.
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type))
    throw new Refusal(415, "the body has to be application/json");
  try {
    // Integers of any size stay exact.
    return parseJson(text);
  } catch (error) {
    throw new Refusal(400, `the body is not JSON: ${(error as Error).message}`);
  }
}

async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<string> {
  const tooLarge = () =>
    new Refusal(413, `the body is longer than ${maxBytes} bytes`, { connection: "close" });
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Who sends too much is told so: the connection has to stay open for that.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

// --- the answer -------------------------------------------------------------------------------------------------------

function failure(error: unknown, { onError }: WebhookOptions): Answer {
  if (error instanceof Refusal) return error.answer;
  const message = error instanceof Error ? error.message : String(error);
  if (isFlowError(error, "notFound")) return { status: 404, body: { error: message } };
  if (isFlowError(error, "wrongState")) return { status: 409, body: { error: message } };
  if (isFlowError(error, "invalid") || isFlowError(error, "input"))
    return { status: 400, body: { error: message } };
  onError?.(error);
  if (isFlowError(error, "closed") || (isQueueError(error) && error.retryable))
    return {
      status: 503,
      body: { error: "the store cannot be reached now" },
      headers: { "retry-after": "5" },
    };
  return { status: 500, body: { error: "something went wrong here" } };
}

function send(request: IncomingMessage, response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.destroyed) return;
  const text = `${JSON.stringify(body)}\n`;
  const type = { "content-type": "application/json", "cache-control": "no-store" };
  response.writeHead(status, { ...type, "content-length": Buffer.byteLength(text), ...headers });
  response.end(request.method === "HEAD" ? undefined : text);
}
