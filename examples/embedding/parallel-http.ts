// A script that fetches ten URLs in parallel: an asynchronous host function on undici, against a server on loopback.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { request } from "undici";
import { Engine, type EvalError, type HostContext, valueToJs } from "../../src/index.ts"; // in your project: "rhailib"
import { tasksPackage } from "../../src/runtime/packages/tasks.ts";

/** Answers after some time; knows how many requests it had at once. */
class TownServer {
  private open = 0;
  mostAtOnce = 0;
  private readonly server: Server = createServer((incoming, response) => {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.open);
    const id = Number(/^\/town\/(\d+)$/.exec(incoming.url ?? "")?.[1]);
    setTimeout(() => {
      this.open--;
      if (Number.isNaN(id)) return response.writeHead(404).end("no such town");
      const body = JSON.stringify({ name: `Town ${id}`, inhabitants: id * 1000 });
      return response.writeHead(200, { "content-type": "application/json" }).end(body);
    }, this.delay);
  });
  constructor(private readonly delay: number) {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const SCRIPT = `
  let fetches = [];
  for id in 1..=10 {
    // Closures capture variables, not values: each gets one of its own.
    let url = \`\${base}/town/\${id}\`;
    fetches.push(|| fetch_json(url));
  }
  let towns = parallel(fetches);

  let people = 0;
  for town in towns { people += town.inhabitants; }

  let missing = ();
  try { fetch_json(base + "/nowhere") } catch (message) { missing = message; }

  #{ names: towns.map(|town| town.name), people: people, missing: missing }
`;

function httpEngine(base: string): Engine {
  const engine = new Engine().registerPackage(tasksPackage);
  engine.registry.constants.set("base", base);
  return engine.registerAsyncFn(
    "fetch_json",
    ["string"],
    async (context: HostContext, url: string) => {
      // A run that is cancelled, or misses its deadline, takes its requests with it.
      const { statusCode, body } = await request(url, { signal: context.raw.signal ?? undefined });
      if (statusCode !== 200) throw new Error(`${statusCode} ${await body.text()}`);
      return body.json();
    },
    { context: true },
  );
}

export interface Findings {
  readonly names: readonly string[];
  readonly people: number;
  readonly missing: string;
  /** Requests that the server had at once. */
  readonly mostAtOnce: number;
  /** What the script ends with when it has too little time. */
  readonly late: string;
}

export async function fetchTowns(delay: number): Promise<Findings> {
  const server = new TownServer(delay);
  const base = await server.start();
  try {
    const engine = httpEngine(base);
    const found = valueToJs(await engine.eval(SCRIPT, { deadline: 10_000 })) as Omit<
      Findings,
      "mostAtOnce" | "late"
    >;
    const { mostAtOnce } = server;
    const late = await engine
      .eval(SCRIPT, { deadline: delay / 4 })
      .then(String, (error: EvalError) => error.kind);
    return { ...found, mostAtOnce, late };
  } finally {
    await server.stop();
  }
}

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const start = performance.now();
  const { names, people, missing, mostAtOnce, late } = await fetchTowns(200);
  print(`${names.length} towns with ${people} people: ${names.join(", ")}`);
  print(`the missing one: ${missing}`);
  print(`requests at once: ${mostAtOnce}`);
  print(`with a deadline of 50 ms: ${late}`);
  // The time varies: not to be compared.
  if (print === console.log) print(`took ${Math.round(performance.now() - start)} ms`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
