// The interface between flows and whatever keeps their state: verbs, each with one parameter object.

import type { EncodedChange, FieldRecord } from "./codec.ts";
import type { FlowStatus } from "./state.ts";

/**
 * Every verb is one atomic step over a bounded number of items. All reject with QueueError for failures of the store, and
 * with FlowError where it is said. Times are ms since 1970 by the store's clock, waits are relative to it.
 *
 * A run is in one of three hands: an executor's (it holds a lease), the index of due runs (whoever asks first after a moment
 * gets it), or nobody's (it waits for a signal). Whatever is meant for a run is put into its inbox, and taken out in the step
 * that writes what it led to.
 */
export interface FlowStore {
  /** The store's time. */
  time(): Promise<number>;
  /** The id as this store's keys hold it: in a cluster, with its context in front. Other verbs take both forms. */
  qualify(id: string): string;

  // --- runs in the hands of executors -------------------------------------------------------------------------------

  /** Writes a new run. With a key or id that is in use, tells of the run that has it. */
  start(params: StartParams): Promise<Started>;
  /** Takes up to `limit` runs that are due (new, abandoned, signalled, or whose time has come) under a lease. */
  claim(params: ClaimParams): Promise<Claimed>;
  /** Writes a transition, all or nothing. Safe to repeat. Throws `staleLease`. */
  commit(params: CommitParams): Promise<Committed>;
  /** Prolongs leases; tells of each whether it is still held, and how much lies in the run's inbox. */
  extend(params: ExtendParams): Promise<readonly Extended[]>;
  /** Gives a run back: it is due at once. */
  release(params: LeaseRef): Promise<void>;
  /** What lies in a run's inbox, oldest first. */
  inbox(params: FlowRef): Promise<readonly string[]>;

  // --- telling runs something ---------------------------------------------------------------------------------------

  /** Puts an entry into a run's inbox. A second one with the same `dedupId` changes nothing. */
  send(params: SendParams): Promise<SendOutcome>;
  /** Sends to all runs that wait for this event and key; kept for the first that will, when there is none. */
  deliver(params: DeliverParams): Promise<Delivered>;

  // --- looking ------------------------------------------------------------------------------------------------------

  /** A run with its steps, or (`steps: false`) without them, which is cheaper. */
  get(params: GetParams): Promise<RunRecord | null>;
  /** Text of a definition that some run or schedule carries. */
  definition(params: { readonly hash: string }): Promise<string | null>;
  /** Runs, newest first, page by page. */
  list(params: ListParams): Promise<RunPage>;
  counts(): Promise<FlowCounts>;
  /** Transitions of a run, oldest first, as they were written. */
  history(params: HistoryParams): Promise<HistoryPage>;
  /** Transitions of all runs, oldest first. Waits up to `waitMs` for the first. */
  readEvents(params: ReadEventsParams): Promise<EventPage>;

  // --- being told ---------------------------------------------------------------------------------------------------

  /** Calls back without delay when something is due, when a held run got something, when a run ended. Best effort. */
  watch(listener: FlowListener): Promise<() => Promise<void>>;

  // --- schedules ----------------------------------------------------------------------------------------------------

  putSchedule(params: {
    readonly schedule: StoredSchedule;
    readonly definition: StoredDefinition;
  }): Promise<void>;
  removeSchedule(params: { readonly name: string }): Promise<boolean>;
  schedules(): Promise<readonly StoredSchedule[]>;
  /** Notes that a slot was fired; false when somebody else did so before. */
  advanceSchedule(params: AdvanceParams): Promise<boolean>;

  // --- upkeep -------------------------------------------------------------------------------------------------------

  /** Removes runs that retention no longer covers; up to `limit`. */
  sweep(params: SweepParams): Promise<Swept>;
  /** Removes a run that has ended. Throws `wrongState` for others. False when there is none. */
  remove(params: FlowRef): Promise<boolean>;
  /** Open runs that nobody will ever look at: broken promises of this store, if there are any. Page by page. */
  orphans(params: { readonly cursor: string | null; readonly limit?: number }): Promise<OrphanPage>;
  close(): Promise<void>;
}

export interface FlowRef {
  readonly id: string;
}

export interface LeaseRef extends FlowRef {
  readonly token: number;
}

export interface StoredDefinition {
  readonly hash: string;
  readonly text: string;
}

// --- executors --------------------------------------------------------------------------------------------------------

export interface StartParams extends FlowRef {
  readonly name: string;
  /** One run for one key, as long as the run is stored. */
  readonly key?: string;
  readonly definition: StoredDefinition;
  /** The whole state. */
  readonly fields: EncodedChange;
  readonly status: FlowStatus;
  readonly history: string | null;
  /** The run is begun by its maker; else it is due at once. */
  readonly lease?: { readonly executorId: string; readonly leaseMs: number };
  /** Signals that it waits for from the start; see `CommitParams`. */
  readonly waits?: readonly SignalName[];
}

export interface Started extends FlowRef {
  readonly outcome: "created" | "existing";
  /** Null without a lease. */
  readonly token: number | null;
  /** Entries in its inbox: something was kept for it. */
  readonly inbox: number;
}

export interface ClaimParams {
  readonly executorId: string;
  readonly leaseMs: number;
  /** At most MAX_CLAIM. */
  readonly limit: number;
}

export const MAX_CLAIM = 50;

export interface Claimed {
  readonly runs: readonly ClaimedRun[];
  /** Ids of due runs that cannot be read, as somebody else wrote to their keys; they are tried again a minute or a lease later. */
  readonly damaged: readonly string[];
  /** Ms until the next run is due; null when none will be by itself. */
  readonly waitMs: number | null;
  readonly now: number;
}

export interface RunRecord {
  readonly flow: FieldRecord;
  /** By step id, items included. */
  readonly steps: ReadonlyMap<string, FieldRecord>;
}

export interface ClaimedRun extends RunRecord, LeaseRef {
  readonly inbox: readonly string[];
}

/** What happens to the lease with the write. */
export type Next =
  | { readonly kind: "hold" }
  /** Due after so many ms; null: only when somebody sends something. With a full inbox the lease is kept. */
  | { readonly kind: "park"; readonly dueInMs: number | null }
  | { readonly kind: "end" };

export interface CommitParams extends LeaseRef {
  /** Counts the writes of a run: a repeated one is known by it. */
  readonly revision: number;
  readonly fields: EncodedChange;
  readonly status: { readonly before: FlowStatus; readonly after: FlowStatus };
  /** The run is to be found among those that could not be undone. */
  readonly uncompensated: boolean;
  /** One line for the history. */
  readonly history: string | null;
  /** Entries of the inbox that the write deals with. */
  readonly consumed: number;
  readonly next: Next;
  /** Something for the run that this one is a step of. */
  readonly parent: { readonly id: string; readonly entry: string } | null;
  /** Signals that the run begins and ceases to wait for. What was kept for them comes into its inbox. */
  readonly waits: { readonly begun: readonly SignalName[]; readonly over: readonly SignalName[] };
}

export interface SignalName {
  readonly event: string;
  readonly key: string | null;
}

export interface Committed {
  /** False once parked or ended. */
  readonly held: boolean;
  /** Entries that the inbox holds. */
  readonly inbox: number;
}

export interface ExtendParams {
  readonly leases: readonly LeaseRef[];
  readonly leaseMs: number;
}

export interface Extended {
  readonly held: boolean;
  readonly inbox: number;
}

// --- telling ----------------------------------------------------------------------------------------------------------

export interface SendParams extends FlowRef {
  readonly entry: string;
  readonly dedupId?: string;
  /** Also to a run that has ended, which is due again then. */
  readonly toEnded?: boolean;
}

export type SendOutcome = "stored" | "duplicate" | "ended" | "full" | "notFound";

/** Entries that an inbox holds at most. */
export const MAX_INBOX = 1000;

export interface DeliverParams extends SignalName {
  readonly entry: string;
  readonly dedupId?: string;
  /** How long it is kept when nobody waits for it. */
  readonly keepMs: number;
}

export interface Delivered {
  /** Runs that got it. */
  readonly ids: readonly string[];
  readonly kept: boolean;
}

// --- looking ----------------------------------------------------------------------------------------------------------

export interface GetParams extends FlowRef {
  readonly steps?: boolean;
}

export interface ListParams {
  readonly status?: FlowStatus;
  readonly name?: string;
  /** Only runs that have ended with something that could not be undone. */
  readonly uncompensated?: boolean;
  readonly cursor?: string;
  readonly limit?: number;
}

export interface RunPage {
  readonly runs: readonly FieldRecord[];
  readonly cursor: string | null;
}

export type FlowCounts = Readonly<Record<FlowStatus, number>> & {
  readonly total: number;
  readonly uncompensated: number;
};

export interface HistoryParams extends FlowRef {
  /** Lines with higher numbers only; they count from 1. */
  readonly after?: number;
  readonly limit?: number;
}

export interface HistoryPage {
  readonly lines: readonly string[];
  /** Number of the first line. */
  readonly first: number;
}

export interface ReadEventsParams {
  /** Cursor of the last event seen; `0` from the oldest kept, `$` (default) only new ones. */
  readonly after?: string;
  readonly limit?: number;
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

export interface StoredEvent extends FlowRef {
  readonly line: string;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly cursor: string;
}

export interface FlowListener {
  /** Something is due: claiming is worth it. */
  readonly onDue?: () => void;
  /** A run that somebody holds got something into its inbox. */
  readonly onSent?: (id: string) => void;
  readonly onEnded?: (id: string, status: FlowStatus) => void;
  /** A schedule was put. */
  readonly onSchedules?: () => void;
}

// --- schedules --------------------------------------------------------------------------------------------------------

export interface StoredSchedule {
  readonly name: string;
  readonly cron: string;
  readonly timeZone?: string;
  readonly catchUp?: "none" | "latest" | "all";
  readonly whenUnfinished?: "allow" | "skip";
  /** Hash of the definition that its runs carry. */
  readonly definition: string;
  /** JSON text. */
  readonly input: string;
  readonly createdAt: number;
  /** Null when there is none left. */
  readonly nextAt: number | null;
  readonly lastSlot: number | null;
  readonly lastFlowId: string | null;
}

export interface AdvanceParams {
  readonly name: string;
  /** What the caller saw; it is refused when that is not the schedule's next slot any more. */
  readonly nextAt: number;
  readonly changes: Pick<StoredSchedule, "nextAt" | "lastSlot" | "lastFlowId">;
}

// --- upkeep -----------------------------------------------------------------------------------------------------------

export interface FlowRetention {
  /** Runs that ended longer ago are removed. */
  readonly maxAgeMs: number;
  /** The newest so many stay. */
  readonly maxCount: number;
}

const DAY = 86_400_000;

/** Finite by default: a store that nobody looks after does not grow for ever. */
export const DEFAULT_RETENTION: FlowRetention = { maxAgeMs: 30 * DAY, maxCount: 200_000 };

export interface SweepParams {
  readonly retention: FlowRetention;
  readonly limit?: number;
}

export interface Swept {
  readonly removed: number;
  readonly more: boolean;
}

export interface OrphanPage {
  readonly ids: readonly string[];
  readonly cursor: string | null;
}
