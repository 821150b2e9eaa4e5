// `rhai flow serve`: advances the flows of a context, fires their schedules, and takes signals over HTTP.

import { createServer, type Server } from "node:http";
import { webhookHandler } from "../../flow/webhook.ts";
import type { ListenAddress } from "../../queue/worker/health-server.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { type FlowStoreOptions, type Flows, reportTrouble, withFlows } from "./with-flows.ts";

export interface ServeOptions extends FlowStoreOptions {
  readonly listen?: ListenAddress;
  readonly tokenEnv?: string;
  readonly maxBody?: number;
}

const DEFAULT_TOKEN_ENV = "RHAI_FLOW_TOKEN";
const LOOPBACK = /^(127\.|localhost$|::1$)/;
/** A caller that takes longer is cut off (ms). */
const REQUEST_MS = 15_000;
const MAX_CONNECTIONS = 500;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Serves until SIGTERM or Ctrl-C. */
export function serveFlows(options: ServeOptions): Promise<ExitCode> {
  const { listen } = options;
  const token = tokenFrom(options);
  if (listen !== undefined && token === undefined && !LOOPBACK.test(listen.host))
    throw new UsageError(
      `--listen ${listen.host}: others are let in with a token only: set ${DEFAULT_TOKEN_ENV}`,
    );
  return withFlows(
    options,
    async (flows) => {
      const stopped = stopSignal();
      const server = listen === undefined ? null : await openServer(flows, options, listen, token);
      output.errorLine(
        `serving flows of the context '${flows.context}'${server === null ? "" : ` and ${urlOf(server)}`}`,
      );
      await stopped;
      await closed(server);
      return ExitCode.OK;
    },
    { drive: true },
  );
}

/** From the environment: other users of the machine can see options. */
function tokenFrom({ tokenEnv }: ServeOptions): string | undefined {
  const token = process.env[tokenEnv ?? DEFAULT_TOKEN_ENV];
  if (tokenEnv !== undefined && !token)
    throw new UsageError(`--token-env: there is no environment variable ${tokenEnv}`);
  return token || undefined;
}

/** Throws `UsageError` when the port is not to be had. */
function openServer(
  { executor }: Flows,
  { maxBody }: ServeOptions,
  { host, port }: ListenAddress,
  token: string | undefined,
): Promise<Server> {
  const onError = (error: unknown) => reportTrouble(error, null);
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 5000 },
    webhookHandler({
      executor,
      onError,
      ...(token !== undefined && { token }),
      ...(maxBody !== undefined && { maxBytes: maxBody }),
    }),
  );
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new UsageError(`--listen: ${host}:${port} cannot be used (${error.code})`)),
    );
    server.listen(port, host, () => resolve(server));
  });
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as { address: string; port: number; family: string };
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

/** The second signal ends the process at once, as none of ours is left then. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of SIGNALS) process.off(signal, stop);
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, stop);
  });
}

/** Requests under way are answered first. */
function closed(server: Server | null): Promise<void> {
  return new Promise((resolve) => {
    if (server === null) return resolve();
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2000).unref();
  });
}
