// Headless Chromium for tests: finds it, and shows it a page that a loopback server serves until the page reports.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guardedGroup } from "../support/child-guard.ts";

const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** The Chromium that CHROMIUM names, or one that is installed; null when there is none. */
export function findChromium(): string | null {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  return NAMES.find(isInstalled) ?? null;
}

function isInstalled(name: string): boolean {
  try {
    execFileSync("which", [name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Content by path; the page is `/`. */
export type Site = Readonly<Record<string, string>>;

const TYPES: Readonly<Record<string, string>> = { js: "text/javascript", txt: "text/plain", "": "text/html" };
/** Nothing from elsewhere, and no code made of text. */
const POLICY = "default-src 'self'";

/** Serves the site; `report` gets what the page posts to `/report`. */
async function serve(site: Site, report: (text: string) => void): Promise<Server> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "/";
    if (path === "/report") {
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += chunk;
      response.end();
      report(text);
      return;
    }
    const type = TYPES[/\.(\w+)$/.exec(path)?.[1] ?? ""];
    const headers = { "content-type": `${type}; charset=utf-8`, "content-security-policy": POLICY };
    response.writeHead(path in site ? 200 : 404, headers).end(site[path]);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function launch(chromium: string, url: string, profile: string): ChildProcess {
  // Containers let no unprivileged sandbox be made.
  const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  // A group of its own: where the program is a script that starts the browser, both can be ended.
  const child = spawn(chromium, [...options, "--no-first-run", `--user-data-dir=${profile}`, url], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  return guardedGroup(child);
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** What the page reports, read as JSON. Throws with the browser's messages when it reports nothing for so many milliseconds. */
export async function reportOf(chromium: string, site: Site, timeout: number): Promise<unknown> {
  let report: (text: string) => void = () => undefined;
  const reported = new Promise<string>((resolve) => {
    report = resolve;
  });
  const server = await serve(site, report);
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(tmpdir(), "rhailib-chromium-"));
  const child = launch(chromium, `http://127.0.0.1:${port}/`, profile);
  const exit = ended(child);
  let messages = "";
  child.stderr?.on("data", (chunk) => {
    messages += chunk;
  });
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    const fail = (what: string) => reject(new Error(`${what}\n${messages}`));
    timer = setTimeout(() => fail("the page did not report in time"), timeout);
    child.once("error", (error) => fail(`${chromium} cannot be started: ${error.message}`));
    void exit.then(() => fail("the browser ended before the page reported"));
  });
  try {
    return JSON.parse(await Promise.race([reported, failed]));
  } finally {
    clearTimeout(timer);
    failed.catch(() => undefined);
    if (child.pid !== undefined && child.exitCode === null) {
      process.kill(-child.pid, "SIGKILL");
      await exit;
    }
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
