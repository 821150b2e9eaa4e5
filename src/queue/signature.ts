// Signed tasks: what of a task is signed with Ed25519, and whether a signature is one that a worker trusts.

import { createHash, createPrivateKey, createPublicKey, KeyObject, sign, verify } from "node:crypto";
import { QueueError } from "./errors.ts";

/** What a signature covers: who asks for what, under which id. The rest only says when and how often. */
export interface SignedFields {
  readonly id: string;
  readonly context: string;
  readonly callerId?: string | null;
  readonly script?: string | null;
  readonly scriptPath?: string | null;
  readonly args?: string | null;
  readonly meta?: string | null;
  /** A firing is signed with its schedule: its id is made by the queue. */
  readonly schedule?: string | null;
}

export interface TaskSignature {
  readonly signature: string;
  /** Names the public key; see `keyName`. */
  readonly signedBy: string;
}

const FIELDS = ["context", "callerId", "script", "scriptPath", "args", "meta"] as const;

/**
 * The bytes that are signed: a first line with the version, then `name:length:text` and a line feed for each field that is
 * there, in fixed order, lengths in bytes of UTF-8. Without its schedule's slot, so that one signature serves all firings.
 */
export function signedBytes(fields: SignedFields): Buffer {
  const { context, schedule } = fields;
  let id = fields.id.startsWith(`{${context}}`) ? fields.id.slice(context.length + 2) : fields.id;
  if (schedule) {
    const start = `schedule:${context}:${schedule}`;
    id = id === start || id.startsWith(`${start}:`) ? start : id;
  }
  const parts = ["rhai-task-1\n", part("id", id)];
  for (const name of FIELDS) {
    const text = fields[name];
    if (text !== undefined && text !== null) parts.push(part(name, text));
  }
  return Buffer.from(parts.join(""));
}

function part(name: string, text: string): string {
  return `${name}:${Buffer.byteLength(text)}:${text}\n`;
}

/** Short name of a public key: the beginning of the SHA-256 of its DER form. */
export function keyName(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("base64url").slice(0, 22);
}

/** Signs tasks with one private key. */
export class TaskSigner {
  readonly #key: KeyObject;
  readonly #name: string;

  /** An Ed25519 private key as PEM (PKCS #8) or KeyObject. Throws `invalid`. */
  constructor(key: string | KeyObject) {
    this.#key = readKey(key, "private");
    this.#name = keyName(createPublicKey(this.#key));
  }

  sign(fields: SignedFields): TaskSignature {
    const signature = sign(null, signedBytes(fields), this.#key).toString("base64url");
    return { signature, signedBy: this.#name };
  }
}

/** An Ed25519 public key as PEM text, from PEM or KeyObject. Throws `invalid`. */
export function publicKeyText(key: string | KeyObject): string {
  return readKey(key, "public").export({ type: "spki", format: "pem" }).toString();
}

/** No complaint shows the key. */
function readKey(key: string | KeyObject, type: "private" | "public"): KeyObject {
  const complaint = new QueueError(
    "invalid",
    `signing key (an Ed25519 ${type} key is needed, PEM or KeyObject)`,
  );
  let read: KeyObject;
  try {
    if (key instanceof KeyObject) read = key;
    else read = type === "private" ? createPrivateKey(key) : createPublicKey(key);
  } catch {
    throw complaint;
  }
  if (read.type !== type || read.asymmetricKeyType !== "ed25519") throw complaint;
  return read;
}

const keys = new Map<string, { readonly key: KeyObject; readonly name: string }>();

function parsed(pem: string): { readonly key: KeyObject; readonly name: string } {
  let known = keys.get(pem);
  if (known === undefined) {
    const key = readKey(pem, "public");
    known = { key, name: keyName(key) };
    keys.set(pem, known);
  }
  return known;
}

/** Null when one of the caller's keys signed the task; else why it is not to be trusted. */
export function checkSignature(
  task: SignedFields & { readonly signature?: string | null; readonly signedBy?: string | null },
  trusted: Readonly<Record<string, readonly string[]>>,
): string | null {
  const { signature, signedBy, callerId } = task;
  if (!signature) return "the task is not signed, and this worker runs signed tasks only";
  if (!callerId || !Object.hasOwn(trusted, callerId))
    return `the worker knows no key of caller ${show(callerId)}`;
  const candidates = trusted[callerId].map(parsed).filter(({ name }) => !signedBy || name === signedBy);
  if (candidates.length === 0) return `the key that signed is none of those of caller ${show(callerId)}`;
  const [bytes, mark] = [signedBytes(task), Buffer.from(signature, "base64url")];
  if (candidates.some(({ key }) => verify(null, bytes, key, mark))) return null;
  return "the signature does not fit the task: it was made for another one, or something was changed";
}

function show(text: string | null | undefined): string {
  return text ? JSON.stringify(text.slice(0, 100)) : "(none)";
}
