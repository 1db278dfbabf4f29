/** What a client is told, and what is left behind, when its native handle is thrown away with its connection. */
import { readdirSync } from "node:fs";
import { queryObjects } from "node:v8";
import { connect, type ZooKeeper } from "@zookit/core";
import { FaultProxy, startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniqueRoot, waitUntil } from "../harness/index.js";

let server: TestServer;
let proxy: FaultProxy;
beforeAll(async () => {
  server = await startTestServer();
  proxy = await FaultProxy.start(server.hosts);
});
afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

/** A write that has been applied, and whose answer gets lost with its connection. */
async function lose(zk: ZooKeeper, path: string, react: () => unknown): Promise<unknown> {
  await proxy.inject({ operation: "setData", at: "reply", action: "lose" });
  return await zk.set(path, "lost").catch(react);
}

async function reconnect(zk: ZooKeeper, path: string): Promise<void> {
  await lose(zk, path, () => {});
  await waitUntil(() => zk.state === "connected", { what: "the client is connected again" });
}

describe("a connection that is lost", () => {
  it("is told of before the requests are rejected that failed with it (N13)", async () => {
    await using zk = await connect(proxy.hosts);
    const path = await zk.create(uniqueRoot());
    await proxy.delay(50, "to-client");
    for (let round = 1; round <= 5; round++) {
      const fault = await proxy.inject({ operation: "setData", at: "reply", action: "lose" });
      const losses = Array.from({ length: 10 }, () => zk.set(path, "lost").catch(() => zk.state));
      await fault.happened;
      const states = (await Promise.all(losses)).filter((state) => typeof state === "string");
      expect(states).toEqual(states.map(() => "suspended"));
      expect(states.length).toBeGreaterThan(0);
      await waitUntil(() => zk.state === "connected", { what: "the client is connected again" });
    }
    await proxy.delay(0);
    expect(zk.session.epoch).toBe(1);
  });

  it("does not swallow a request that is made in reaction to it (N10)", async () => {
    await using zk = await connect(proxy.hosts);
    const path = await zk.create(uniqueRoot());
    for (let round = 1; round <= 5; round++) {
      await lose(zk, path, () => zk.set(path, "in reaction"));
      expect(String((await zk.get(path)).data)).toBe("in reaction");
    }
  });

  it("leaves nothing behind when the next one is made: one session, one connection, no object (N23)", async () => {
    const rounds = 20;
    // The shorter the session, the shorter the pauses between connections that do not last.
    const zk = await connect(proxy.hosts, { sessionTimeoutMs: 4_000 });
    const path = await zk.create(uniqueRoot());
    const { id } = zk.session;
    const openDescriptors = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);
    await reconnect(zk, path);
    const before = { objects: queryObjects(Function), descriptors: openDescriptors() };
    for (let round = 1; round <= rounds; round++) await reconnect(zk, path);
    expect((await server.sessions()).map((session) => session.id)).toEqual([id]);
    expect(openDescriptors()).toBe(before.descriptors);
    // Each handle that stayed would keep the functions that were made for it.
    const grown = Number(queryObjects(Function)) - Number(before.objects);
    expect(grown).toBeLessThan(rounds);
    await zk.close();
    expect(await server.sessions()).toEqual([]);
  });
});
