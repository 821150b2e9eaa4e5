// Standard output and error of the command line: buffered, in the right order, quiet on a closed pipe.

import { fstatSync, writeSync } from "node:fs";

const BUFFER_LIMIT = 1 << 16;
/** A pipe gets what was printed at the latest with the first print after this time (milliseconds). */
const FLUSH_INTERVAL = 20;

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Writes what the descriptor takes now; a non-blocking one may be full. Returns the rest. */
function writeSome(fd: number, bytes: Buffer): Buffer {
  try {
    return bytes.subarray(writeSync(fd, bytes));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPIPE" || code === "EOF") return abandon(fd, bytes);
    if (code !== "EAGAIN") throw error;
    pause(2);
    return bytes;
  }
}

/** The reader went away (`| head`): there is no more to do on standard output, and that is no failure. */
function abandon(fd: number, bytes: Buffer): Buffer {
  if (fd === 1) process.exit(0);
  return bytes.subarray(bytes.length);
}

function writeAll(fd: number, text: string): void {
  let rest: Buffer = Buffer.from(text);
  while (rest.length > 0) rest = writeSome(fd, rest);
}

function isCharacterDevice(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    // 0x103: Linux's /dev/null, which nobody watches.
    return stat.isCharacterDevice() && stat.rdev !== 0x103;
  } catch {
    return false;
  }
}

/** In milliseconds. Unlike `performance`, which Node loads when it is first used, this costs a script no start-up time. */
function now(): number {
  return process.uptime() * 1000;
}

class Output {
  #pending: string[] = [];
  #size = 0;
  #lastFlush = Number.NEGATIVE_INFINITY;
  /** A person who watches a terminal sees each line at once. */
  #immediate = isCharacterDevice(1);

  constructor() {
    process.on("exit", () => this.flush());
  }

  line(text: string): void {
    this.#pending.push(text, "\n");
    this.#size += text.length + 1;
    if (this.#immediate || this.#size >= BUFFER_LIMIT) this.flush();
    else if (now() - this.#lastFlush > FLUSH_INTERVAL) this.flush();
  }

  /** Lines on standard error appear after everything printed before them. */
  errorLine(text: string): void {
    this.flush();
    writeAll(2, `${text}\n`);
  }

  flush(): void {
    this.#lastFlush = now();
    if (this.#size === 0) return;
    const text = this.#pending.join("");
    this.#pending = [];
    this.#size = 0;
    writeAll(1, text);
  }
}

export const output = new Output();
