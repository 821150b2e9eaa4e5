// The worker's verbs: claim, prolong, settle, report.

import { randomBytes } from "node:crypto";
import { isQueueError, QueueError } from "../errors.ts";
import { checkContext, checkLabel, isTaskId } from "../names.ts";
import { checkLease, claimSize, retryWait } from "../numbers.ts";
import { decodeTask, encodeError, recordFrom, type TaskRecord } from "../record.ts";
import type {
  Claimed,
  ClaimParams,
  CompleteParams,
  ExtendParams,
  FailParams,
  Idle,
  IdleReason,
  LeaseRef,
  LeaseState,
  LogParams,
  ProgressParams,
  Rejection,
  ReleaseParams,
  Settled,
  SettledStatus,
  SettleParams,
  Verdict,
} from "../store.ts";
import { isCarriedOut, MAX_CLAIM } from "../store.ts";
import type { ClaimedTask } from "../task.ts";
import { boundedVerdict, checkText, findGarbage } from "../task-limits.ts";
import type { Reply } from "./connection/client.ts";
import type { Core } from "./core.ts";
import { sameAgain } from "./script-loader.ts";

/** Items in one script call. */
const MAX_VERDICTS = 256;
const MAX_CHARACTERS = 4_000_000;
const MAX_EXTEND = 500;
/** Log lines: kept for a task, and the longest. */
export const MAX_LOG_LINES = 1000;
export const MAX_LOG_TEXT = 4096;
/** Log text kept for a task. */
const MAX_LOG_BYTES = 524_288;

type ClaimReply = readonly [
  now: number,
  leaseEnd: number,
  /** JSON of `ClaimedRow`s. */
  tasks: string,
  rejected: readonly (readonly [id: string, reason: string])[],
  reason: string,
  waitMs: number,
];

type ClaimedRow = readonly [id: string, record: readonly string[], attempts: number, token: string];

/** Place of the `repeated` flag, after that of the request id, among a script's arguments; the first three are common to all. */
const REPEATED = 7;
const COMMON = 3;

type Request = readonly [id: string, repeated: string];

/** Of the script's own arguments. */
export function requestIn(args: readonly string[]): Request {
  return [args[REPEATED - COMMON - 1], args[REPEATED - COMMON]];
}

function claimAgain(args: readonly string[]): readonly string[] {
  return args.map((arg, i) => (i === REPEATED ? "1" : arg));
}

let requests = 0;
const requestPrefix = randomBytes(6).toString("hex");
function newRequestId(): string {
  return `${requestPrefix}-${++requests}`;
}

export class Work {
  readonly #core: Core;
  /** Request ids of claims that may have been carried out, by context and worker. */
  readonly #unanswered = new Map<string, string>();

  constructor(core: Core) {
    this.#core = core;
  }

  claim = async (params: ClaimParams): Promise<Claimed> => {
    const args = this.claimArguments(params);
    const call = this.#core.run("claim", params.context, args, { again: claimAgain });
    const reply = await this.answered(call, params, requestIn(args));
    return await this.claimed(reply, params.context, params.workerId);
  };

  /** The script's own arguments. */
  claimArguments({ context, workerId, leaseMs, limit }: ClaimParams): string[] {
    checkContext(context);
    checkLabel("worker id", workerId);
    const size = String(claimSize(limit, MAX_CLAIM));
    return [workerId, String(checkLease(leaseMs)), size, ...this.#request(context, workerId)];
  }

  /**
   * Id of the next claim, and whether it is one that was sent before: when the answer to a claim was lost, the worker's
   * next one asks for what the lost one got.
   */
  #request(context: string, workerId: string): Request {
    const key = `${context}|${workerId}`;
    const lost = this.#unanswered.get(key);
    // One claim alone asks again: two would get the same tasks.
    this.#unanswered.delete(key);
    return lost === undefined ? [newRequestId(), "0"] : [lost, "1"];
  }

  /** Waits for the answer to a claim, and remembers its request while it is not known what became of it. */
  async answered<T>(
    call: Promise<T>,
    { context, workerId }: Omit<SettleParams, "verdicts">,
    [id, repeated]: Request,
  ): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (repeated === "1" || isQueueError(error, "unknownOutcome"))
        this.#unanswered.set(`${context}|${workerId}`, id);
      throw error;
    }
  }

  settle = async (params: SettleParams): Promise<Settled> => {
    const { verdicts } = params;
    const size = stepOf(verdicts);
    if (size === verdicts.length) return await this.#settleOnce(params);
    const some = { ...params, verdicts: verdicts.slice(0, size), claim: undefined };
    const first = await this.#settleOnce(some);
    const rest = await this.settle({ ...params, verdicts: verdicts.slice(size) });
    return { verdicts: [...first.verdicts, ...rest.verdicts], claimed: rest.claimed };
  };

  async #settleOnce({ context, workerId, verdicts, claim }: SettleParams): Promise<Settled> {
    checkContext(context);
    const args =
      claim === undefined
        ? [workerId, "1", "-1", "", "0"]
        : this.claimArguments({ context, workerId, ...claim });
    const request = requestIn(args);
    args.push(String(verdicts.length));
    for (const given of verdicts) {
      const verdict = boundedVerdict(given, this.#core.textLimits);
      const { text, ms } = verdictTexts(verdict);
      args.push(verdict.kind, verdict.id, String(verdict.token), text, ms);
    }
    const call = this.#core.run("settle", context, args, { again: claimAgain });
    const reply = await (claim === undefined ? call : this.answered(call, { context, workerId }, request));
    const [outcomes, claimed] = reply as unknown as readonly [readonly SettledStatus[], Reply];
    return {
      verdicts: verdicts.map(({ id }, i) => ({ id, status: outcomes[i] })),
      claimed: claim === undefined ? null : await this.claimed(claimed, context, workerId),
    };
  }

  /** What a foreign client wrote badly is ended here, under its lease: nobody else can get hold of it meanwhile. */
  async claimed(raw: Reply, context: string, workerId: string): Promise<Claimed> {
    const reply = raw as unknown as ClaimReply;
    const [now, leaseUntil, rows, rejected] = reply;
    const tasks: ClaimedTask[] = [];
    const garbage: (Rejection & { readonly token: number })[] = [];
    for (const [id, fields, attempts, tokenText] of JSON.parse(rows) as readonly ClaimedRow[]) {
      const token = Number(tokenText);
      const record = recordFrom(fields);
      const reason = record.foreign === undefined ? null : this.#garbageIn(id, record);
      if (reason !== null) {
        garbage.push({ id, reason, token });
        continue;
      }
      const task = decodeTask(id, record, context);
      const facts = {
        status: "processing",
        attempts,
        token,
        workerId,
        startedAt: now,
        updatedAt: now,
      } as const;
      tasks.push(Object.assign(task, facts, { leaseUntil }));
    }
    if (garbage.length > 0) await this.#reject(context, workerId, garbage);
    const all = [
      ...rejected.map(([id, reason]) => ({ id, reason })),
      ...garbage.map(({ id, reason }) => ({ id, reason })),
    ];
    return { tasks, rejected: all, idle: idleFrom(reply) };
  }

  /** Looked for at each claim, as nobody but its writer knows what a foreign client writes. */
  #garbageIn(id: string, record: TaskRecord): string | null {
    return isTaskId(id) ? findGarbage(record, this.#core.textLimits) : "its id is none that a task can have";
  }

  async #reject(
    context: string,
    workerId: string,
    garbage: readonly (Rejection & { readonly token: number })[],
  ): Promise<void> {
    const verdicts = garbage.map(({ id, token, reason }) => {
      return { kind: "malformed", id, token, error: { kind: "Malformed", message: reason } } as const;
    });
    // When this fails their leases run out, and the next claimer rejects them.
    await this.settle({ context, workerId, verdicts }).catch(() => undefined);
  }

  complete = async (params: CompleteParams): Promise<void> => {
    checkText("output", params.output, this.#core.textLimits.text);
    await this.#settleThis(params, { ...params, kind: "completed" });
  };

  fail = (params: FailParams): Promise<SettledStatus> => {
    return this.#settleThis(params, { ...params, kind: "failed" });
  };

  release = async (params: ReleaseParams): Promise<void> => {
    await this.#settleThis(params, { ...params, kind: "released" });
  };

  async #settleThis({ context, workerId }: ReleaseParams, verdict: Verdict): Promise<SettledStatus> {
    const { verdicts } = await this.settle({ context, workerId, verdicts: [verdict] });
    const [{ status }] = verdicts;
    if (!isCarriedOut(verdict, status)) throw stale(verdict);
    return status;
  }

  extend = async ({ context, leases, leaseMs }: ExtendParams): Promise<readonly LeaseState[]> => {
    checkContext(context);
    const states: LeaseState[] = [];
    for (let from = 0; from < leases.length; from += MAX_EXTEND) {
      const slice = leases.slice(from, from + MAX_EXTEND);
      const args = [String(checkLease(leaseMs)), String(slice.length)];
      for (const { id, token } of slice) args.push(id, String(token));
      const reply = (await this.#core.run("extend", context, args, {
        again: sameAgain,
      })) as readonly number[];
      slice.forEach(({ id, token }, i) => {
        states.push({ id, token, held: reply[i] > 0, cancelRequested: reply[i] === 2 });
      });
    }
    return states;
  };

  progress = async ({ context, id, token, fraction, message }: ProgressParams): Promise<void> => {
    const bounded = Math.min(1, Math.max(0, Number.isFinite(fraction) ? fraction : 0));
    const text = (message ?? "").slice(0, MAX_LOG_TEXT);
    const args = [id, String(token), String(bounded), text];
    const reply = await this.#core.runForTask("progress", { id, context }, args, { again: sameAgain });
    if (reply === 0) throw stale({ id, token });
  };

  log = async ({ context, id, token, lines }: LogParams): Promise<void> => {
    if (lines.length === 0) return;
    const newest = lines.slice(-MAX_LOG_LINES);
    const texts = newest.map(
      ({ level, text }) => `${level.replace(/\s/g, " ")}\t${text.slice(0, MAX_LOG_TEXT)}`,
    );
    const args = [id, String(token), String(MAX_LOG_LINES), String(MAX_LOG_BYTES), ...texts];
    const reply = await this.#core.runForTask("log", { id, context }, args);
    if (reply === 0) throw stale({ id, token });
  };
}

/** How many of the verdicts one call carries. */
function stepOf(verdicts: readonly Verdict[]): number {
  let characters = 0;
  for (let i = 0; i < verdicts.length; i++) {
    const verdict = verdicts[i];
    characters += verdict.kind === "completed" ? verdict.output.length : 0;
    if (i + 1 >= MAX_VERDICTS || characters > MAX_CHARACTERS) return i + 1;
  }
  return verdicts.length;
}

function verdictTexts(verdict: Verdict): { readonly text: string; readonly ms: string } {
  if (verdict.kind === "completed") return { text: verdict.output, ms: "" };
  if (!("error" in verdict)) return { text: "", ms: "" };
  const delay = verdict.kind === "failed" ? verdict.retryDelayMs : null;
  return {
    text: encodeError(verdict.error),
    ms: delay === null ? "" : String(retryWait(delay)),
  };
}

function idleFrom([, , , , reason, waitMs]: ClaimReply): Idle | null {
  if (reason === "") return null;
  return { reason: reason as IdleReason, waitMs: waitMs < 0 ? null : waitMs };
}

function stale({ id, token }: LeaseRef): QueueError {
  return new QueueError("staleToken", `task ${id}, token ${token}`);
}
