// The little that the store needs of a Redis driver.

export type Reply = string | number | null | readonly Reply[];

/** All calls reject with QueueError. */
export interface RedisClient {
  /**
   * Sends a command and waits for its reply, both within `deadlineMs`. `unavailable` says that nothing was sent,
   * `unknownOutcome` that it may have been carried out. `key` chooses the node of a cluster.
   */
  call(command: string, args: readonly string[], options?: CallOptions): Promise<Reply>;
  /** Several commands for the same node, sent together, not atomic. A failed one is an Error in its place. */
  pipeline(
    commands: readonly (readonly string[])[],
    options?: CallOptions,
  ): Promise<readonly (Reply | Error)[]>;
  /** A connection of its own for calls that block, to the node that holds `key`. It loads `script` before it is used. */
  blocking(key: string, script?: string): BlockingConnection;
  /** Calls back with each message on the channel, from when the promise resolves; again after a reconnect. */
  subscribe(channel: string, listener: (message: string) => void): Promise<Unsubscribe>;
  /** Walks over the keys that match, in slices; null cursor to begin. Not atomic. */
  scan(pattern: string, cursor: string | null, count: number): Promise<ScanSlice>;
  /** Calls back whenever a connection for calls is made. */
  onConnected(listener: () => void): void;
  /** Calls back whenever it is lost. */
  onLost(listener: () => void): void;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly key?: string;
  readonly deadlineMs?: number;
}

export interface ScanSlice {
  readonly keys: readonly string[];
  /** Null at the end. */
  readonly cursor: string | null;
}

export type Unsubscribe = () => Promise<void>;

export interface BlockingConnection {
  /** The reply, or null when the server's own timeout passed. A reply that is overdue replaces the connection. */
  call(command: string, args: readonly string[], timeoutMs: number): Promise<Reply>;
  /**
   * A call that blocks, and one that the server carries out at the moment when it ends: without a way back and forth in
   * between. Rejects when the first does.
   */
  callBoth(
    first: readonly string[],
    second: readonly string[],
    timeoutMs: number,
  ): Promise<readonly [Reply, Reply]>;
  /** Makes the server end the call that blocks, if one does. */
  unblock(): Promise<void>;
  close(): void;
}
