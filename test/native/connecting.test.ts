/** Attempts to connect: at first, and again. */
import { connect } from "@zookit/core";
import { FaultProxy, startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitUntil } from "../harness/index.js";
import { orderlyEnd, Program } from "./support/program.js";

const LONG_SESSION_MS = 60_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ maxSessionTimeoutMs: LONG_SESSION_MS });
});
afterAll(() => server.stop());

describe("an address that fails at once", () => {
  // The broadcast address: connect(2) refuses it without sending anything.
  const unreachable = "255.255.255.255:2181";

  it("does not end a process that has nothing else to do: connect rejects in the end (N6)", async () => {
    await using program = new Program("connect", [unreachable, "300"]);
    expect(await program.ending()).toEqual(orderlyEnd("timeout"));
  });

  it("does not keep a client from the next one of its list, in whatever order they are tried (N6)", async () => {
    for (let attempt = 1; attempt <= 8; attempt++) {
      await using zk = await connect(`${unreachable},${server.hosts}`);
      expect(zk.state).toBe("connected");
    }
  });
});

describe("a server that was away", () => {
  it("is found again in a small part of the session, however long that is (N11)", async () => {
    await using proxy = await FaultProxy.start(server.hosts);
    await using zk = await connect(proxy.hosts, { sessionTimeoutMs: LONG_SESSION_MS });
    const { id } = zk.session;
    const attempts = async () => (await proxy.counts()).connections;
    const before = await attempts();
    await proxy.refuse();
    await waitUntil(async () => (await attempts()) >= before + 5, { what: "the client has tried again five times" });
    await proxy.accept();
    await waitUntil(() => zk.state === "connected", { what: "it is connected", timeoutMs: LONG_SESSION_MS / 6 });
    expect(zk.session.id).toBe(id);
  });
});
