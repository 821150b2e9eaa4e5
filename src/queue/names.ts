// Which names of contexts, tasks, callers and schedules are allowed, and new task ids.

import { randomBytes } from "node:crypto";
import { QueueError } from "./errors.ts";

const CONTEXT = /^[A-Za-z0-9_.:/@+-]{1,128}$/;
/** Braces would change the slot of a key in Redis Cluster; one pair in front is that of cluster mode. */
const ID = /^(?:\{[A-Za-z0-9_.:/@+-]{1,128}\})?[^\s{}\p{Cc}\p{Cs}]{1,300}$/u;
const LABEL = /^[^\p{Cc}\p{Cs}]{1,256}$/u;

export function checkContext(context: string): string {
  if (!isContext(context)) {
    throw new QueueError(
      "invalid",
      `context ${show(context)} (allowed: 1 to 128 of A-Z a-z 0-9 _ . : / @ + -)`,
    );
  }
  return context;
}

export function isContext(text: unknown): text is string {
  return typeof text === "string" && CONTEXT.test(text);
}

export function checkTaskId(id: string): string {
  if (!isTaskId(id)) {
    throw new QueueError(
      "invalid",
      `task id ${show(id)} (allowed: 1 to 300 characters, no blanks or braces)`,
    );
  }
  return id;
}

export function isTaskId(text: unknown): text is string {
  return typeof text === "string" && ID.test(text);
}

/** Caller ids, fair keys, idempotency keys, worker ids, schedule names. */
export function checkLabel(what: string, text: string): string {
  if (!isLabel(text)) {
    throw new QueueError(
      "invalid",
      `${what} ${show(text)} (allowed: 1 to 256 characters, no control characters)`,
    );
  }
  return text;
}

export function isLabel(text: unknown): text is string {
  return typeof text === "string" && LABEL.test(text);
}

/** A bad name may be long or hold anything: shown shortened and quoted. */
function show(text: unknown): string {
  return typeof text === "string" ? JSON.stringify(text.slice(0, 40)) : `of type ${typeof text}`;
}

/** Random part: 10 bytes, 16 characters; refilled in large steps because each call into the system costs as much as 20 ids. */
const POOL_BYTES = 10 * 512;
const ALPHABET = "0123456789abcdefghijklmnopqrstuv";
/** All pairs of them: ten bits at once. */
const PAIRS = [...ALPHABET].flatMap((first) => [...ALPHABET].map((second) => first + second));
let pool: Buffer = Buffer.alloc(0);
let used = 0;

/** Sorts by time of making (to the ms), unique among all clients. */
export function newTaskId(now = Date.now()): string {
  if (used >= pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  let text = now.toString(32).padStart(9, "0");
  for (let end = used + 10; used < end; used += 5) text += fiveBytes(pool, used);
  return text;
}

/** 40 bits as 8 characters. */
function fiveBytes(bytes: Buffer, at: number): string {
  const high = (bytes[at] << 12) | (bytes[at + 1] << 4) | (bytes[at + 2] >> 4);
  const low = ((bytes[at + 2] & 15) << 16) | (bytes[at + 3] << 8) | bytes[at + 4];
  return PAIRS[high >> 10] + PAIRS[high & 1023] + PAIRS[low >> 10] + PAIRS[low & 1023];
}
