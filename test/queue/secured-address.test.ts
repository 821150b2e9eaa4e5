// What Redis URLs say, and that no complaint about one shows what it holds.

import { describe, expect, it } from "vitest";
import type { QueueError } from "../../src/queue/errors.ts";
import { openStore } from "../../src/queue/open-store.ts";
import { parseRedisUrl } from "../../src/queue/redis/connection/address.ts";
import { connectionText } from "../../src/queue/redis/connection/errors.ts";

const local = (port: number) => ({ host: "127.0.0.1", port });
const plain = { kind: "server", login: {}, sentinelLogin: {}, master: "", db: 0, tls: false, files: {} };

describe("a Redis URL", () => {
  it.each([
    ["redis://127.0.0.1", { ...plain, nodes: [local(6379)] }],
    ["redis://:p%40ss@/3", { ...plain, nodes: [local(6379)], login: { password: "p@ss" }, db: 3 }],
    [
      "redis://me:a:b@[::1]:7/",
      { ...plain, nodes: [{ host: "::1", port: 7 }], login: { username: "me", password: "a:b" } },
    ],
    [
      "rediss://redis.internal:6380?ca=/a%20b/ca+1.pem&cert=c&key=k",
      {
        ...plain,
        nodes: [{ host: "redis.internal", port: 6380 }],
        tls: true,
        files: { ca: "/a b/ca+1.pem", cert: "c", key: "k" },
      },
    ],
    ["redis+cluster://127.0.0.1:1,127.0.0.1", { ...plain, kind: "cluster", nodes: [local(1), local(6379)] }],
    [
      "rediss+sentinel://u:p@127.0.0.1,127.0.0.1:2/main/1?sentinelUsername=s&sentinelPassword=t",
      {
        kind: "sentinel",
        nodes: [local(26379), local(2)],
        login: { username: "u", password: "p" },
        sentinelLogin: { username: "s", password: "t" },
        master: "main",
        db: 1,
        tls: true,
        files: {},
      },
    ],
  ])("%s is read", (url, address) => expect(parseRedisUrl(url)).toEqual(address));

  it.each([
    ["http://u:secret@host", "store URL"],
    ["redis:u:secret@host", "store URL"],
    ["redis://u:secret%zz@host", "a % in it is written %25"],
    ["redis://u:sec#ret@host", "it is like redis://"],
    ["redis://u:secret@host:99999", "a host or its port makes no sense"],
    ["redis://u:secret@one,two", "several hosts are for redis+cluster://"],
    ["redis://u:secret@host/x", "the number of a database follows the host"],
    ["redis://u:secret@host?ca=file", "ca is for TLS: rediss://"],
    ["rediss://u:secret@host?tls=no", "there is no parameter tls"],
    ["redis://u:secret@host?sentinelPassword=secret", "there is no parameter sentinelPassword"],
    ["redis+sentinel://u:secret@host", "the master's name is needed"],
    ["rediss://u:secret@host?key=/no/such/file", "key: the file /no/such/file cannot be read"],
  ])("%s is refused", (url, why) => {
    let error: unknown;
    try {
      openStore(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "invalid", message: expect.stringContaining(why) });
    expect((error as QueueError).message).not.toMatch(/secret|sec#|ret@/);
  });

  it.each([
    ["connect ECONNREFUSED 127.0.0.1:6379", "connect ECONNREFUSED 127.0.0.1:6379"],
    ["bad redis://u:p@h and rediss+sentinel://u:p@h/x", "bad redis://… and redis://…"],
    [
      "807C841A:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../deps/openssl/s3.c:1601:SSL alert",
      "TLS: tlsv13 alert certificate required",
    ],
  ])("%s of the driver is told without what is nobody's business", (text, told) => {
    expect(connectionText(text)).toBe(told);
  });
});
