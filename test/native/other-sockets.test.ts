/** The other sockets of a process, while its clients lose their connections. */
import { connect, type ZooKeeper } from "@zookit/core";
import { FaultProxy, startTestServer, type TestServer } from "@zookit/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { uniqueRoot, waitUntil } from "../harness/index.js";
import { EchoServer } from "./support/echo.js";

const sessionTimeoutMs = 1_000;

let server: TestServer;
let proxy: FaultProxy;
let echo: EchoServer;
beforeEach(async () => {
  server = await startTestServer({ tickTimeMs: 100 });
  proxy = await FaultProxy.start(server.hosts);
  echo = await EchoServer.start();
});
afterEach(async () => {
  await echo[Symbol.asyncDispose]();
  await proxy.stop();
  await server.stop();
});

async function areConnected(clients: readonly ZooKeeper[]): Promise<void> {
  await waitUntil(() => clients.every(({ state }) => state === "connected"), { what: "the clients are connected" });
}

describe("a socket that is opened", () => {
  it("in the very callback that tells of a lost connection gets its data, each time (N5)", async () => {
    const open = () => connect(proxy.hosts, { sessionTimeoutMs });
    const clients = await Promise.all([open(), open(), open()]);
    const path = await clients[0].create(uniqueRoot());
    // The answers are still on their way when the connection is cut.
    await proxy.delay(50, "to-client");
    for (let round = 1; round <= 10; round++) {
      const losses = clients.map((zk) => zk.set(path, "x").catch(() => echo.open()));
      await waitUntil(async () => ((await proxy.counts()).requests.setData ?? 0) >= 3 * round, {
        what: "all are sent",
      });
      await proxy.cut();
      await Promise.all(losses);
      await areConnected(clients);
    }
    expect(echo.opened).toBeGreaterThan(0);
    await echo.areAllAnswered();
    await Promise.all(clients.map((zk) => zk.close()));
  });

  // The C client gives up a silent server by itself after two thirds of the session.
  it.each([
    ["is silent for longer than the session", () => server.freeze(), async () => server.thaw()],
    ["refuses connections", () => proxy.refuse(), () => proxy.accept()],
  ])("at any time while the server %s gets its data (N5, N33)", async (_, begin, end) => {
    const open = () => connect(proxy.hosts, { sessionTimeoutMs });
    const clients = await Promise.all(Array.from({ length: 8 }, open));
    const sessions = clients.map(({ session }) => session);
    await begin();
    const timer = setInterval(() => echo.open(), 1);
    await waitUntil(() => sessions.every(({ lost }) => lost.aborted), { what: "every session is lost" });
    clearInterval(timer);
    await end();
    await echo.areAllAnswered();
    await areConnected(clients);
    await Promise.all(clients.map((zk) => zk.close()));
  });
});
