// Signals over HTTP, on a loopback port, to flows in memory.

import { createServer, request as openRequest, type Server } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineFlow } from "../../src/flow/definition/define.ts";
import { FlowExecutor } from "../../src/flow/executor/executor.ts";
import { type WebhookOptions, webhookHandler } from "../../src/flow/webhook.ts";

const FLOW = defineFlow({
  name: "order",
  steps: [
    { name: "paid", waitFor: { event: "paid" } },
    { name: "packed", waitFor: { event: "packed", key: "input.order" } },
  ],
});

describe("the webhook", () => {
  let executor: FlowExecutor;
  let server: Server;
  let base: string;
  let errors: unknown[];

  const listen = async (options: Partial<WebhookOptions> = {}) => {
    errors = [];
    server = createServer(webhookHandler({ executor, onError: (error) => errors.push(error), ...options }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  };
  const post = async (path: string, body?: string, headers: Record<string, string> = {}) => {
    const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(`${base}${path}`, {
      method: "POST",
      body,
      headers: { ...type, ...headers },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown>, response };
  };
  const start = (order: unknown = 7) => executor.executeFlow(FLOW, { input: { order } });

  beforeEach(async () => {
    executor = await FlowExecutor.connect("memory://");
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await executor.close();
  });

  it("sends signals with their payload, to one run and to all that wait", async () => {
    await listen();
    const flowId = await start();
    const first = await post(`/flows/${flowId}/signals/paid`, '{"amount":9007199254740993}');
    expect(first).toMatchObject({ status: 202, body: { flowId, event: "paid", outcome: "stored" } });
    // The second step waits as soon as the first one is done; a signal that nobody waits for yet is kept.
    const second = await post("/signals/packed?key=7");
    expect(second.status).toBe(202);
    const { status, output } = await executor.waitFor(flowId, { timeoutMs: 5000 });
    expect({ status, output }).toEqual({
      status: "Completed",
      output: { event: "packed", key: "7", payload: null, timed_out: false },
    });
    const record = await executor.store.get({ id: flowId });
    expect(record?.steps.get("paid")?.output).toContain('"payload":{"amount":9007199254740993}');
  });

  it("takes a repeated request for what it is", async () => {
    await listen();
    const flowId = await start();
    const headers = { "idempotency-key": "evt_1" };
    expect((await post(`/flows/${flowId}/signals/other`, "1", headers)).body.outcome).toBe("stored");
    const again = await post(`/flows/${flowId}/signals/other`, "1", headers);
    expect(again).toMatchObject({ status: 202, body: { outcome: "duplicate" } });
    expect((await post(`/flows/${flowId}/signals/other`, "1", { "x-signal-id": "evt_2" })).body.outcome).toBe(
      "stored",
    );
  });

  it("decodes names in the address", async () => {
    await listen();
    const flowId = await start();
    const { body } = await post(`/flows/${encodeURIComponent(flowId)}/signals/a%2Fb%20c`);
    expect(body).toMatchObject({ event: "a/b c", outcome: "stored" });
  });

  it.each([
    ["/flows/nope/signals/paid", "1", 404, "no such flow"],
    ["/flows", "1", 404, "POST /flows"],
    ["/flows/x/signals/paid/more", "1", 404, "POST /flows"],
    ["/flows//signals/paid", "1", 404, "POST /flows"],
    ["/signals/", "1", 404, "POST /flows"],
    ["/flows/x/signals/%E0%A4%A", "1", 400, "address"],
    ["/flows/ID/signals/paid", "{", 400, "not JSON"],
    ["/flows/ID/signals/a%00b", "1", 400, "name of the event"],
  ])("refuses %s with %s: %i", async (path, body, status, text) => {
    await listen();
    const answer = await post(path.replace("ID", await start()), body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toContain(text);
  });

  it("says that a run has ended", async () => {
    await listen();
    const flowId = await start();
    await executor.cancel(flowId);
    await executor.waitFor(flowId, { timeoutMs: 5000 });
    expect((await post(`/flows/${flowId}/signals/paid`, "1")).status).toBe(409);
  });

  it("takes nothing but POST, and no body but JSON", async () => {
    await listen();
    const flowId = await start();
    const got = await fetch(`${base}/flows/${flowId}/signals/paid`);
    expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect((await post(`/flows/${flowId}/signals/paid`, "a=1", form)).status).toBe(415);
    const wide = { "content-type": "application/vnd.x+json; charset=utf-8" };
    expect((await post(`/flows/${flowId}/signals/paid`, "1", wide)).status).toBe(202);
  });

  describe("bounds", () => {
    it("refuses a body that says it is too long before reading it", async () => {
      await listen({ maxBytes: 100 });
      const answer = await post("/signals/paid", JSON.stringify("x".repeat(200)));
      expect(answer.status).toBe(413);
      expect((await post("/signals/paid", JSON.stringify("x".repeat(90)))).status).toBe(202);
    });

    it("stops reading a body that does not say how long it is", async () => {
      await listen({ maxBytes: 100 });
      const { port } = server.address() as { port: number };
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const headers = { "content-type": "application/json" };
        const request = openRequest({
          port,
          host: "127.0.0.1",
          path: "/signals/paid",
          method: "POST",
          headers,
        });
        request.on("response", (response) => resolve(response.statusCode));
        request.on("error", reject);
        request.write('"');
        request.write("x".repeat(150));
      });
      expect(status).toBe(413);
    });

    it("survives a caller that goes away in the middle", async () => {
      await listen();
      const { port } = server.address() as { port: number };
      await new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => {
          const head =
            "POST /signals/paid HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50";
          socket.write(`${head}\r\n\r\n{"a`, () => socket.destroy());
        });
        socket.on("close", () => resolve());
      });
      expect((await post("/signals/paid", "1")).status).toBe(202);
    });
  });

  describe("callers", () => {
    it("need the token when there is one", async () => {
      await listen({ token: "secret-1" });
      const flowId = await start();
      const path = `/flows/${flowId}/signals/other`;
      for (const authorization of [
        undefined,
        "Bearer",
        "Bearer ",
        "Bearer secret-2",
        "Bearer secret-11",
        "Basic secret-1",
      ]) {
        const answer = await post(path, "1", authorization === undefined ? {} : { authorization });
        expect([authorization, answer.status]).toEqual([authorization, 401]);
        expect(answer.response.headers.get("www-authenticate")).toBe("Bearer");
      }
      expect((await post(path, "1", { authorization: "bearer secret-1" })).status).toBe(202);
      // A page with the token is as good as anybody.
      const page = { authorization: "Bearer secret-1", origin: "https://example.org" };
      expect((await post(path, "1", page)).status).toBe(202);
    });

    it("may not be web pages when there is none", async () => {
      await listen();
      expect((await post("/signals/paid", undefined, { origin: "https://example.org" })).status).toBe(403);
    });
  });

  it("asks to come again when the store is away", async () => {
    await listen();
    const flowId = await start();
    await executor.close();
    const answer = await post(`/flows/${flowId}/signals/paid`, "1");
    expect([answer.status, answer.response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(errors).toHaveLength(1);
  });
});
