// The real Rhai as a bench peer: the oracle program, kept alive, one JSON case in and one result out.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Result {
  readonly type: string;
  readonly string: string;
}

/** No limit may end a benchmark; the oracle sets some by default. */
const UNLIMITED = { max_operations: 0, max_array_size: 0, max_map_size: 0, max_string_size: 0 };

export class Peer {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly replies: AsyncIterator<string>;

  constructor(path: string) {
    this.child = spawn(path);
    this.replies = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async run(name: string, script: string): Promise<Result> {
    this.child.stdin.write(`${JSON.stringify({ id: name, script, options: UNLIMITED })}\n`);
    const reply = await this.replies.next();
    if (reply.done) throw new Error(`the peer ended while it ran ${name}`);
    const { ok, error } = JSON.parse(reply.value) as { ok?: Result; error?: { message: string } };
    if (ok === undefined) throw new Error(`the peer failed on ${name}: ${error?.message ?? reply.value}`);
    return { type: ok.type, string: ok.string };
  }

  close(): void {
    this.child.stdin.end();
  }
}
