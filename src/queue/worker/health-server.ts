// HTTP for probes and Prometheus: /healthz, /readyz, /metrics.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { QueueError } from "../errors.ts";
import type { WorkerHealth } from "./worker-events.ts";

/** What is served; a `RhaiWorker` is one. */
export interface HealthSource {
  health(): WorkerHealth;
  metrics(): Promise<string>;
}

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface HealthServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** `9464`, `127.0.0.1:9464`, `[::1]:9464`, `0.0.0.0:9464`; without a host, this machine only. Throws `invalid`. */
export function listenAddress(text: string): ListenAddress {
  const [, bracketed, plain, port] = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new QueueError(
      "invalid",
      `address ${JSON.stringify(text.slice(0, 60))} (PORT or HOST:PORT is needed)`,
    );
  }
  return { host: bracketed ?? plain ?? "127.0.0.1", port: Number(port) };
}

/** Serves until closed. Port 0 takes a free one. Rejects when the port cannot be had. */
export function startHealthServer(
  source: HealthSource,
  address: string | ListenAddress,
): Promise<HealthServer> {
  const { host, port } = typeof address === "string" ? listenAddress(address) : address;
  const server = createServer((request, response) => void answer(source, request, response));
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new QueueError("invalid", `cannot listen on ${host}:${port} (${error.code})`)),
    );
    server.listen(port, host, () => {
      const { port: actual } = server.address() as { port: number };
      resolve({ host, port: actual, close: () => close(server) });
    });
  });
}

async function answer(
  source: HealthSource,
  { method, url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = url?.split("?", 1)[0];
  if (method !== "GET" && method !== "HEAD") return send(response, 405, "text/plain", "GET only\n");
  if (path === "/metrics") {
    return send(response, 200, "text/plain; version=0.0.4; charset=utf-8", await source.metrics());
  }
  if (path !== "/healthz" && path !== "/readyz") {
    return send(response, 404, "text/plain", "there are /healthz, /readyz and /metrics\n");
  }
  const health = source.health();
  const fine = path === "/healthz" ? health.ok : health.ready;
  return send(response, fine ? 200 : 503, "application/json", `${JSON.stringify(health)}\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(body);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
