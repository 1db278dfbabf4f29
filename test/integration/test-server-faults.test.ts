import { connect } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniqueRoot, waitUntil } from "../harness/index.js";
import { WireClient } from "../harness/wire-client.js";

const acl = [{ perms: 31, id: { scheme: "world", id: "anyone" } }];
const node = (path: string) => ({ path, data: null, acl, flags: 0 });
const cancelled = { name: "TestingError", code: "cancelled" };

describe("faults of the test server", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ tickTimeMs: 200 });
  });
  afterAll(() => server.stop());

  const open = (options?: Parameters<typeof WireClient.connect>[1]) => WireClient.connect(server.hosts, options);
  const isThere = async (path: string): Promise<boolean> => {
    await using client = await open();
    return (await client.request("exists", { path, watch: false })).header.err === 0;
  };

  it("lose a request: it is not applied, and the connection is cut", async () => {
    const client = await open();
    const path = uniqueRoot();
    const fault = await server.inject({ operation: "create", at: "request", action: "lose" });
    await expect(client.request("create", node(path))).rejects.toThrow("the connection has ended");
    await fault.happened;
    expect(await isThere(path)).toBe(false);
  });

  it("lose a reply: the request is applied, and the connection is cut", async () => {
    const client = await open();
    const path = uniqueRoot();
    const fault = await server.inject({ operation: "create", at: "reply", action: "lose" });
    await expect(client.request("create", node(path))).rejects.toThrow("the connection has ended");
    await fault.happened;
    expect(await isThere(path)).toBe(true);
  });

  it("hit the n-th of an operation, whatever comes in between and on whichever connection", async () => {
    await using first = await open();
    const second = await open();
    const path = uniqueRoot();
    await server.inject({ operation: "create", at: "request", nth: 3, action: "lose" });
    expect((await first.request("create", node(path))).header.err).toBe(0);
    await second.request("sync", { path });
    expect((await second.request("create", node(`${path}/2`))).header.err).toBe(0);
    await expect(second.request("create", node(`${path}/3`))).rejects.toThrow();
    expect((await first.request("create", node(`${path}/4`))).header.err).toBe(0);
    expect(await isThere(`${path}/3`)).toBe(false);
  });

  it("hold a request, and everything behind it on its connection, until it is released", async () => {
    await using client = await open();
    await using other = await open();
    const path = uniqueRoot();
    const fault = await server.inject({ operation: "create", at: "request", action: "hold" });
    const order: string[] = [];
    const created = client.request("create", node(path)).then(() => order.push("created"));
    const read = client.request("exists", { path, watch: false }).then(({ header }) => order.push(`${header.err}`));
    await fault.happened;
    const exists = await other.request("exists", { path, watch: false });
    expect(exists.header.err).toBe(-101);
    expect(order).toEqual([]);
    await fault.release();
    await Promise.all([created, read]);
    expect(order).toEqual(["created", "0"]);
  });

  it("hold a reply, while what was asked for has happened", async () => {
    await using client = await open();
    const path = uniqueRoot();
    const fault = await server.inject({ operation: "create", at: "reply", action: "hold" });
    let isAnswered = false;
    const created = client.request("create", node(path)).then(() => {
      isAnswered = true;
    });
    await fault.happened;
    expect(await isThere(path)).toBe(true);
    expect(isAnswered).toBe(false);
    await fault.release();
    await created;
  });

  it("delay a watch event, and the reply behind it", async () => {
    await using watcher = await open();
    await using writer = await open();
    const path = uniqueRoot();
    await watcher.request("exists", { path, watch: true });
    await server.inject({ operation: "event", at: "reply", action: { delayMs: 200 } });
    const start = performance.now();
    await writer.request("create", node(path));
    await watcher.request("exists", { path, watch: false });
    expect(performance.now() - start).toBeGreaterThan(190);
    expect(watcher.events).toEqual([{ type: 1, state: 3, path }]);
  });

  it("drop a reply: the client waits in vain, the server goes on, and in the end expires the session", async () => {
    const client = await open({ sessionTimeoutMs: 400 });
    const path = uniqueRoot();
    const fault = await server.inject({ operation: "create", at: "reply", action: "drop" });
    const outcome = client.request("create", node(path)).catch(String);
    await fault.happened;
    expect(await isThere(path)).toBe(true);
    const id = `0x${client.session.id.toString(16)}`;
    const isOpen = async () => (await server.sessions()).some((session) => session.id === id);
    await waitUntil(async () => !(await isOpen()), { what: "the session is over" });
    client.destroy();
    expect(await outcome).toContain("the connection has ended");
  });

  it("cut the handshake, so that the session that was opened is nobody's", async () => {
    const before = (await server.sessions()).length;
    const fault = await server.inject({ operation: "connect", at: "reply", action: "reset" });
    await expect(open()).rejects.toThrow("no answer to the handshake");
    await fault.happened;
    expect((await server.sessions()).length).toBe(before + 1);
  });

  it("lose the reply to a closing, and the session is over all the same", async () => {
    const client = await open();
    await server.inject({ operation: "closeSession", at: "reply", action: "lose" });
    await expect(client.request("closeSession", {})).rejects.toThrow("the connection has ended");
    const again = await open({ session: client.session });
    expect(again.session.timeoutMs).toBe(0);
  });

  it("hold the reply to a closing, and the end of the connection behind it", async () => {
    const client = await open();
    const fault = await server.inject({ operation: "closeSession", at: "reply", action: "hold" });
    const closed = client.request("closeSession", {});
    await fault.happened;
    await fault.release();
    expect((await closed).header.err).toBe(0);
    await client.ended;
  });

  it("do not happen once they are cancelled", async () => {
    await using client = await open();
    const fault = await server.inject({ operation: "create", at: "request", action: "lose" });
    await fault.cancel();
    await expect(fault.happened).rejects.toMatchObject(cancelled);
    expect((await client.request("create", node(uniqueRoot()))).header.err).toBe(0);
  });

  it("are refused if they could never happen", async () => {
    const refused = server.inject({ operation: "event", at: "request", action: "lose" });
    await expect(refused).rejects.toMatchObject({ name: "TestingError", code: "invalid-argument" });
  });

  it("make zookit find the lock that it does not know it has", async () => {
    await using zk = await connect(server.hosts);
    const path = uniqueRoot();
    await zk.ensurePath(path);
    const fault = await server.inject({ operation: "create", at: "reply", action: "lose" });
    await using handle = await new Lock(zk, path).acquire();
    await fault.happened;
    expect(handle.isHeld()).toBe(true);
    expect((await zk.children(path)).children).toHaveLength(1);
  });
});
