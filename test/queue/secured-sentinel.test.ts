// Dispatcher, worker and command line with sentinels that know the master, all of them behind TLS and passwords: a failover.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RhaiDispatcher } from "../../src/queue/dispatcher/dispatcher.ts";
import { RhaiWorker } from "../../src/queue/worker/worker.ts";
import { CliProcesses } from "../support/cli-process.ts";
import { threadEntry } from "../support/queue-worker.ts";
import { freePort, type RedisServer, startRedis, startSentinel } from "../support/redis.ts";
import { makeCertificate, missingForTls, tlsSettings } from "../support/redis-tls.ts";
import { pause } from "./suite/harness.ts";

const missing = missingForTls();

describe.skipIf(missing !== null)(`sentinels${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  const stops: (() => Promise<unknown>)[] = [];
  let master: RedisServer;
  let url: string;

  function started<T extends { stop(): Promise<unknown> }>(thing: T): T {
    stops.push(() => thing.stop());
    return thing;
  }

  beforeAll(async () => {
    const certificate = makeCertificate();
    const [masterPort, replicaPort, sentinelPort] = [await freePort(), await freePort(), await freePort()];
    const settings = (port: number) => ({
      ...tlsSettings(port, certificate),
      "tls-replication": "yes",
      "repl-diskless-sync-delay": "0",
      requirepass: "geheim",
      masterauth: "geheim",
    });
    master = started(await startRedis({ config: settings(masterPort) }));
    const follow = { ...settings(replicaPort), replicaof: `127.0.0.1 ${masterPort}` };
    const replica = started(await startRedis({ config: follow }));
    const lines = Object.entries(tlsSettings(sentinelPort, certificate)).map((setting) => setting.join(" "));
    const access = ["tls-replication yes", "sentinel auth-pass main geheim", "requirepass wache"];
    const sentinel = started(await startSentinel(masterPort, [...lines, ...access]));
    while (!(await replica.raw.info("replication")).includes("master_link_status:up")) await pause(20);
    const replicas = async () => (await sentinel.raw.call("SENTINEL", "REPLICAS", "main")) as unknown[];
    while ((await replicas()).length === 0) await pause(50);
    const nodes = `127.0.0.1:${sentinelPort}`;
    url = `rediss+sentinel://:geheim@${nodes}/main/0?ca=${certificate.cert}&sentinelPassword=wache`;
  });
  afterAll(() => Promise.all(stops.map((stop) => stop())));

  it("name the master to dispatcher, worker and command, also after it died", async () => {
    const cli = started(new CliProcesses());
    cli.rhai.write({ "sum.rhai": "40 + 2" });
    const options = { contexts: ["reports"], threads: 1, upkeepMs: 50, threadEntry: threadEntry() };
    const worker = started(new RhaiWorker({ url, ...options }));
    await worker.start();
    const storeOptions = { deadlineMs: 15_000 };
    // One sentinel is not there.
    const partly = url.replace("@", `@127.0.0.1:${await freePort()},`);
    const dispatcher = new RhaiDispatcher({ url: partly, storeOptions, context: "reports" });
    stops.push(() => dispatcher.close());

    const durability = { replicas: 1 };
    const running = await dispatcher.submit({ script: "sleep(0.5); 1", durability });
    const later = await dispatcher.submit({ script: "2", delay: 300, durability });
    while ((await running.read()).status !== "processing") await pause(5);
    await master.kill();
    expect(await Promise.all([running.result(), later.result(), dispatcher.run({ script: "3" })])).toEqual([
      1, 2, 3,
    ]);
    const command = cli.run(["submit", "sum.rhai", "--context", "reports", "--wait"], {
      RHAI_REDIS_URL: url,
    });
    expect(await command).toEqual({ code: 0, stdout: "42\n", stderr: "" });
    expect(worker.health()).toMatchObject({ ready: true });
  });
});
