import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { startTestServer } from "@zookit/testing";
import { describe, expect, it } from "vitest";
import { uniqueRoot, waitUntil } from "../harness/index.js";
import { WireClient } from "../harness/wire-client.js";

const acl = [{ perms: 31, id: { scheme: "world", id: "anyone" } }];
const hex = (id: bigint) => `0x${id.toString(16)}`;
const node = (path: string, flags = 0) => ({ path, data: null, acl, flags });

const invalid = { name: "TestingError", code: "invalid-argument" };
const stopped = { name: "TestingError", code: "stopped" };

describe("startTestServer", () => {
  it.each([
    [{ port: 70_000 }, "port must be an integer from 0 to 65535, not 70000"],
    [{ port: "2181" }, "port must be an integer"],
    [{ tickTimeMs: 0 }, "tickTimeMs must be an integer from 10 to 60000, not 0"],
    [{ minSessionTimeoutMs: 100, maxSessionTimeoutMs: 99 }, "maxSessionTimeoutMs must be an integer from 100"],
    [{ ttlNodes: "yes" }, "ttlNodes must be a boolean"],
    [{ containerCheckIntervalMs: 1.5 }, "containerCheckIntervalMs must be an integer"],
    [{ tickTime: 200 }, 'unknown option "tickTime"; known are port, tickTimeMs'],
    ["127.0.0.1:2181", "the options must be an object"],
  ])("refuses %j", async (options, message) => {
    await expect(startTestServer(options as never)).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining(message),
    });
  });

  it("refuses a port that is in use, and does not disturb whoever uses it", async () => {
    await using first = await startTestServer();
    const port = Number(first.hosts.split(":")[1]);
    await expect(startTestServer({ port })).rejects.toMatchObject({ name: "TestingError", code: "unavailable" });
    expect(await first.sessions()).toEqual([]);
  });

  it("grants the sessions that it was told to, whatever the tick", async () => {
    await using server = await startTestServer({
      tickTimeMs: 10,
      minSessionTimeoutMs: 700,
      maxSessionTimeoutMs: 90_000,
    });
    await using short = await WireClient.connect(server.hosts, { sessionTimeoutMs: 1 });
    await using long = await WireClient.connect(server.hosts, { sessionTimeoutMs: 1_000_000 });
    expect([short.session.timeoutMs, long.session.timeoutMs]).toEqual([700, 90_000]);
  });

  it("refuses TTL znodes unless told, as ZooKeeper does", async () => {
    await using server = await startTestServer();
    await using client = await WireClient.connect(server.hosts);
    expect((await client.request("createTTL", { ...node("/a", 5), ttl: 1_000n })).header.err).toBe(-6);
  });

  it("starts several servers that know nothing of each other", async () => {
    await using one = await startTestServer();
    await using other = await startTestServer();
    await using client = await WireClient.connect(one.hosts);
    await client.request("create", node("/only-here"));
    await using stranger = await WireClient.connect(other.hosts);
    expect((await stranger.request("exists", { path: "/only-here", watch: false })).header.err).toBe(-101);
    expect(stranger.session.id).not.toBe(client.session.id);
  });
});

describe("a test server", () => {
  it("lists its sessions, whether connected or not", async () => {
    await using server = await startTestServer();
    await using first = await WireClient.connect(server.hosts, { sessionTimeoutMs: 5_000 });
    const second = await WireClient.connect(server.hosts, { sessionTimeoutMs: 6_000 });
    second.destroy();
    await waitUntil(async () => !(await server.sessions())[1]?.isConnected, { what: "the server has noticed" });
    expect(await server.sessions()).toEqual([
      { id: hex(first.session.id), timeoutMs: 5_000, isConnected: true },
      { id: hex(second.session.id), timeoutMs: 6_000, isConnected: false },
    ]);
  });

  it("expires a session at once: its ephemerals go, watchers are told, its connection ends, its client is told", async () => {
    await using server = await startTestServer();
    await using observer = await WireClient.connect(server.hosts);
    const client = await WireClient.connect(server.hosts);
    await client.request("create", node("/mine", 1));
    await observer.request("exists", { path: "/mine", watch: true });
    await server.expireSession(hex(client.session.id));
    expect((await observer.request("exists", { path: "/mine", watch: false })).header.err).toBe(-101);
    expect(observer.events).toEqual([{ type: 2, state: 3, path: "/mine" }]);
    await client.ended;
    const again = await WireClient.connect(server.hosts, { session: client.session });
    expect(again.session).toEqual({ id: 0n, password: Buffer.alloc(16), timeoutMs: 0 });
    expect(await server.sessions()).toHaveLength(1);
  });

  it("drops the connection of a session and no other, and the session lives on", async () => {
    await using server = await startTestServer();
    await using bystander = await WireClient.connect(server.hosts);
    const client = await WireClient.connect(server.hosts);
    await client.request("create", node("/mine", 1));
    await server.dropConnection(hex(client.session.id));
    await client.ended;
    // There is nothing left to cut, and that is no mistake.
    await server.dropConnection(hex(client.session.id));
    await using again = await WireClient.connect(server.hosts, { session: client.session });
    const { body } = await again.request("exists", { path: "/mine", watch: false });
    expect(body?.stat.ephemeralOwner).toBe(client.session.id);
    expect((await bystander.ping()).err).toBe(0);
  });

  it.each(["expireSession", "dropConnection"] as const)("%s names a session that there is not", async (verb) => {
    await using server = await startTestServer();
    await expect(server[verb]("0x7")).rejects.toMatchObject({
      code: "unknown-session",
      message: "no session 0x7 is open",
    });
    for (const id of ["7", "", "0x", "0xg", undefined, 7n]) {
      await expect(server[verb](id as string)).rejects.toMatchObject(invalid);
    }
  });

  it("counts requests by their names, watches and connections", async () => {
    await using server = await startTestServer();
    await using client = await WireClient.connect(server.hosts);
    await client.request("exists", { path: "/a", watch: true });
    await client.request("create", node("/a"));
    await client.request("getData", { path: "/a", watch: true });
    await client.request("getData", { path: "/", watch: true });
    await client.ping();
    expect(await server.counts()).toEqual({
      requests: { createSession: 1, exists: 1, create: 1, getData: 2, ping: 1 },
      watches: 2,
      connections: 1,
    });
  });

  it("sets the counters of a znode, so that what takes two thousand million writes can be seen", async () => {
    await using server = await startTestServer();
    await using client = await WireClient.connect(server.hosts);
    await client.request("create", node("/queue"));
    await server.setCounters("/queue", { creations: 2 ** 31 - 2, version: -2 });
    const names = [];
    for (let index = 0; index < 2; index++) {
      names.push((await client.request("create", node("/queue/n-", 2))).body?.path);
    }
    expect(names).toEqual(["/queue/n-2147483646", "/queue/n-2147483647"]);
    const { body } = await client.request("setData", { path: "/queue", data: null, version: -2 });
    expect(body?.stat.version).toBe(-1);
    await expect(server.setCounters("/nowhere", { version: 1 })).rejects.toMatchObject(invalid);
    await expect(server.setCounters("/queue", { version: 2 ** 31 })).rejects.toMatchObject(invalid);
    await expect(server.setCounters("/queue", { cversion: 1 } as never)).rejects.toMatchObject(invalid);
  });

  it("does nothing while it is frozen, but is connected to; then does what it was asked", async () => {
    await using server = await startTestServer();
    await using client = await WireClient.connect(server.hosts);
    await server.freeze();
    await server.freeze();
    const order: string[] = [];
    const pong = client.ping().then(() => order.push("pong"));
    const counts = server.counts().then(() => order.push("counts"));
    const port = Number(server.hosts.split(":")[1]);
    const socket = connectSocket(port, "127.0.0.1");
    await once(socket, "connect");
    socket.end("ruok");
    // Another server answers in the meantime: had the frozen one done anything, it would have answered, too.
    await using other = await startTestServer();
    await using bystander = await WireClient.connect(other.hosts);
    await bystander.ping();
    expect(order).toEqual([]);
    order.push("thaw");
    server.thaw();
    await Promise.all([pong, counts]);
    expect(order[0]).toBe("thaw");
    expect(String((await once(socket, "data"))[0])).toBe("imok");
  });

  it("ends a session whose time was up during a freeze, unless its client has asked for something", async () => {
    await using clock = await startTestServer({ tickTimeMs: 50, maxSessionTimeoutMs: 10_000 });
    await using server = await startTestServer({ tickTimeMs: 50, maxSessionTimeoutMs: 10_000 });
    const sessionTimeoutMs = 1_000;
    await using alive = await WireClient.connect(server.hosts, { sessionTimeoutMs });
    const silent = await WireClient.connect(server.hosts, { sessionTimeoutMs });
    await using patient = await WireClient.connect(server.hosts, { sessionTimeoutMs: 10_000 });
    await server.freeze();
    // The time it takes another server to end a session of that length and a bit.
    const other = await WireClient.connect(clock.hosts, { sessionTimeoutMs: sessionTimeoutMs + 200 });
    const pong = alive.ping();
    await other.ended;
    server.thaw();
    expect((await pong).err).toBe(0);
    await silent.ended;
    const open = (await server.sessions()).map(({ id }) => id);
    expect(open).not.toContain(hex(silent.session.id));
    expect(open).toContain(hex(patient.session.id));
  });

  it("restarts: connections are cut, data is kept, sessions have their whole timeout, zxids begin a new epoch", async () => {
    await using server = await startTestServer();
    const client = await WireClient.connect(server.hosts);
    const { header } = await client.request("create", node("/mine", 1));
    await client.request("exists", { path: "/mine", watch: true });
    await server.restart();
    await client.ended;
    await using again = await WireClient.connect(server.hosts, { session: client.session, lastZxidSeen: header.zxid });
    const { body } = await again.request("exists", { path: "/mine", watch: false });
    expect(body?.stat.czxid).toBe(header.zxid);
    expect((await server.counts()).watches).toBe(0);
    const next = await again.request("create", node("/next"));
    expect(next.header.zxid).toBe(((header.zxid >> 32n) + 1n) * 2n ** 32n + 1n);
  });

  it("stops once: connections end, the port is free, calls reject, and those under way, too", async () => {
    const server = await startTestServer();
    const client = await WireClient.connect(server.hosts);
    const port = Number(server.hosts.split(":")[1]);
    const [underWay, ...stops] = [server.counts(), server.stop(), server.stop(), server[Symbol.asyncDispose]()];
    await expect(underWay).rejects.toMatchObject(stopped);
    await Promise.all(stops);
    await client.ended;
    const id = hex(client.session.id);
    await expect(server.sessions()).rejects.toMatchObject({ ...stopped, message: "the test server was stopped" });
    await expect(server.expireSession(id)).rejects.toMatchObject(stopped);
    await expect(server.inject({ at: "request", action: "lose" })).rejects.toMatchObject(stopped);
    await expect(server.freeze()).rejects.toMatchObject(stopped);
    await using again = await startTestServer({ port });
    const stranger = await WireClient.connect(again.hosts, { session: client.session });
    expect(stranger.session.timeoutMs).toBe(0);
  });

  it("stops while it is frozen", async () => {
    const server = await startTestServer();
    await server.freeze();
    const refused = expect(server.counts()).rejects.toMatchObject(stopped);
    await server.stop();
    await refused;
  });

  it("forgets nothing of the path that a test uses between connections", async () => {
    await using server = await startTestServer();
    const path = uniqueRoot();
    const first = await WireClient.connect(server.hosts);
    await first.request("create", node(path));
    await first.close();
    await using second = await WireClient.connect(server.hosts);
    expect((await second.request("exists", { path, watch: false })).header.err).toBe(0);
  });
});
