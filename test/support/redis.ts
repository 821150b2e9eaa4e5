// Real redis-server processes for tests: each on a free loopback port and in a folder of its own, ended by their own ids.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, connect as openSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { guarded, killed } from "./child-guard.ts";

export interface RedisServerOptions {
  /** Further settings, for example `{ appendonly: "yes", maxmemory: "20mb" }`. */
  readonly config?: Readonly<Record<string, string>>;
  readonly port?: number;
  /** Folder for its files; a fresh one when missing. */
  readonly folder?: string;
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** A plain client, for looking at keys as any other program would. */
  readonly raw: Redis;
  /** Stands still (SIGSTOP), and goes on. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL. Its files stay. */
  kill(): Promise<void>;
  /** On the same port, with the same files and settings. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** Null when redis-server is not installed. */
export function redisVersion(): string | null {
  try {
    const text = execFileSync("redis-server", ["--version"], { encoding: "utf8" });
    return /v=(\S+)/.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve((address as { port: number }).port));
    });
  });
}

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "rhai-redis-")));
  const config: Readonly<Record<string, string>> = { save: "", appendonly: "no", ...options.config };
  let child = await launch(port, folder, config);
  const raw = new Redis(port, "127.0.0.1", {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
    username: undefined,
    password: config.requirepass,
  });
  raw.on("error", () => undefined);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid!;
    },
    raw,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    kill: () => killed(child),
    restart: async () => {
      await killed(child);
      child = await launch(port, folder, config);
    },
    stop: async () => {
      raw.disconnect();
      await killed(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function launch(
  port: number,
  folder: string,
  config: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const settings = { port: String(port), bind: "127.0.0.1", dir: folder, daemonize: "no", ...config };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return run(args, "Ready to accept connections");
}

function run(args: readonly string[], ready: string): Promise<ChildProcess> {
  const child = guarded(spawn("redis-server", args, { stdio: ["ignore", "pipe", "pipe"] }));
  return new Promise((resolve, reject) => {
    let output = "";
    const onOutput = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(ready)) resolve(child);
    };
    child.stdout!.on("data", onOutput);
    child.stderr!.on("data", onOutput);
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`redis-server ended: ${output.slice(-500)}`)));
  });
}

/** Watches a master, and puts a replica in its place when it is gone. `config`: further settings, as lines. */
export async function startSentinel(
  masterPort: number,
  config: readonly string[] = [],
): Promise<Pick<RedisServer, "port" | "raw" | "stop">> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "rhai-sentinel-"));
  const file = join(folder, "sentinel.conf");
  await writeFile(
    file,
    [
      `port ${port}`,
      "bind 127.0.0.1",
      `dir ${folder}`,
      `sentinel monitor main 127.0.0.1 ${masterPort} 1`,
      "sentinel down-after-milliseconds main 300",
      "sentinel failover-timeout main 2000",
      ...config,
    ].join("\n"),
  );
  const child = await run([file, "--sentinel"], "+monitor master main");
  const password = config.find((line) => line.startsWith("requirepass "))?.split(" ")[1];
  const raw = new Redis(port, "127.0.0.1", { lazyConnect: true, password });
  const stop = async () => {
    raw.disconnect();
    await killed(child);
    await rm(folder, { recursive: true, force: true });
  };
  return { port, raw, stop };
}

export interface RedisCluster {
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

/** Three masters, a third of the slots each. */
export async function startCluster(): Promise<RedisCluster> {
  const config = { "cluster-enabled": "yes", "cluster-node-timeout": "2000" };
  const nodes = await Promise.all([0, 1, 2].map(() => startRedis({ config })));
  const size = Math.ceil(16_384 / nodes.length);
  await Promise.all(
    nodes.map(({ raw }, i) => {
      const last = Math.min(16_383, (i + 1) * size - 1);
      return raw.call("CLUSTER", "ADDSLOTSRANGE", String(i * size), String(last));
    }),
  );
  for (const { port } of nodes.slice(1))
    await nodes[0].raw.call("CLUSTER", "MEET", "127.0.0.1", String(port));
  for (const { raw } of nodes) {
    while (!String(await raw.call("CLUSTER", "INFO")).includes("cluster_state:ok")) await sleep(50);
    while (
      String(await raw.call("CLUSTER", "NODES"))
        .split("\n")
        .filter((line) => line !== "").length < 3
    ) {
      await sleep(50);
    }
  }
  return {
    url: nodes[0].url,
    nodes,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A link that can be cut or made to swallow everything, between a client and a server. */
export interface Proxy {
  readonly port: number;
  readonly url: string;
  /** Bytes are neither carried nor refused. */
  silence(): void;
  /** What the client says arrives, what the server answers does not. */
  swallowAnswers(): void;
  /** Nothing arrives before `heal`, and then everything does. */
  hold(): void;
  /** Connections end at once, also new ones. */
  cut(): void;
  heal(): void;
  stop(): Promise<void>;
}

export async function startProxy(targetPort: number): Promise<Proxy> {
  let mode: "open" | "oneWay" | "silent" | "held" | "cut" = "open";
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (mode === "cut") return client.destroy();
    const target = openSocket(targetPort, "127.0.0.1");
    for (const [from, to] of [
      [client, target],
      [target, client],
    ]) {
      sockets.add(from);
      if (mode === "held") from.pause();
      from.on("data", (chunk) => {
        if (mode === "open" || (mode === "oneWay" && from === client)) to.write(chunk);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    silence: () => {
      mode = "silent";
    },
    swallowAnswers: () => {
      mode = "oneWay";
    },
    cut: () => {
      mode = "cut";
      destroyAll();
    },
    hold: () => {
      mode = "held";
      for (const socket of sockets) socket.pause();
    },
    heal: () => {
      mode = "open";
      for (const socket of sockets) socket.resume();
    },
    stop: () => {
      destroyAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
