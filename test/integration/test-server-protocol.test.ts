import { startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encode, MAX_FRAME_LENGTH, OP_CODES, RequestHeader, toFrame } from "../../packages/testing/src/wire/index.js";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";
import { WireClient } from "../harness/wire-client.js";

const acl = [{ perms: 31, id: { scheme: "world", id: "anyone" } }];
const node = (path: string, data = "", flags = 0) => ({ path, data: Buffer.from(data), acl, flags });
const password = Buffer.alloc(16);

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({ tickTimeMs: 200, containerCheckIntervalMs: 200, ttlNodes: true });
});
afterAll(() => testServer.stop());

// What is true of the test server is to be true of ZooKeeper, or it is no test server.
describe.each([
  ["ZooKeeper", sharedHosts],
  ["the test server", () => testServer.hosts],
])("%s", (_, hosts) => {
  const open = (options?: Parameters<typeof WireClient.connect>[1]) => WireClient.connect(hosts(), options);

  it.each([
    [1, 400],
    [1_234, 1_234],
    [1_000_000, 4_000],
  ])("asked for a session of %d ms grants %d: between 2 and 20 ticks", async (sessionTimeoutMs, granted) => {
    await using client = await open({ sessionTimeoutMs });
    expect(client.session.timeoutMs).toBe(granted);
    expect(client.session.id).not.toBe(0n);
    expect(client.session.password).not.toEqual(password);
    expect(client.readOnly).toBe(false);
  });

  it("leaves the last byte of the handshake out for a client that has", async () => {
    await using client = await open({ readOnly: undefined });
    expect(client.readOnly).toBeUndefined();
    expect((await client.ping()).err).toBe(0);
  });

  it("lets a session be taken over by its id and password, with its timeout negotiated anew", async () => {
    const first = await open();
    const path = uniqueRoot();
    await first.request("create", node(path, "", 1));
    await using second = await open({ session: first.session, sessionTimeoutMs: 1_000 });
    expect(second.session).toEqual({ ...first.session, timeoutMs: 1_000 });
    await first.ended;
    const { body } = await second.request("exists", { path, watch: false });
    expect(body?.stat.ephemeralOwner).toBe(second.session.id);
  });

  it.each<[string, (session: WireClient["session"]) => Pick<WireClient["session"], "id" | "password">]>([
    ["a wrong password", ({ id }) => ({ id, password })],
    ["the id of no session", ({ password }) => ({ id: 0x7777n, password })],
  ])("answers %s with a timeout of 0, and closes the connection", async (_, of) => {
    await using client = await open();
    const intruder = await open({ session: of(client.session) });
    expect(intruder.session).toEqual({ id: 0n, password, timeoutMs: 0 });
    await intruder.ended;
  });

  it("does not answer a client that has seen the future", async () => {
    await expect(open({ lastZxidSeen: 2n ** 60n })).rejects.toThrow("no answer to the handshake");
  });

  it("tells the client of a session that was closed that there is none any more", async () => {
    const client = await open();
    await client.close();
    const again = await open({ session: client.session });
    expect(again.session.timeoutMs).toBe(0);
    await again.ended;
  });

  it("ends the session of a client that is connected but silent, and its ephemeral znodes with it", async () => {
    await using observer = await open();
    const client = await open({ sessionTimeoutMs: 400 });
    const path = uniqueRoot();
    await client.request("create", node(path, "", 1));
    await observer.request("exists", { path, watch: true });
    // It watches itself, too, but that tells it nothing: it is silent. The observer must not be.
    const event = waitUntil(async () => (await observer.ping()).err === 0 && observer.events[0], { what: "an event" });
    expect(await event).toEqual({ type: 2, state: 3, path });
    await client.ended;
    const again = await open({ session: client.session });
    expect(again.session.timeoutMs).toBe(0);
  });

  it("keeps the session of a client that pings", async () => {
    await using client = await open({ sessionTimeoutMs: 400 });
    const until = performance.now() + 1_500;
    await waitUntil(async () => (await client.ping()).err === 0 && performance.now() > until, {
      what: "three times the timeout has passed",
      intervalMs: 100,
    });
  });

  it("answers requests that are sent together in their order, each with a zxid that includes the writes before", async () => {
    await using client = await open();
    const path = uniqueRoot();
    const replies = await Promise.all([
      client.request("create", node(path)),
      client.request("setData", { path, data: Buffer.from("1"), version: -1 }),
      client.request("getData", { path, watch: false }),
      client.request("sync", { path }),
      client.request("delete", { path, version: 0 }),
      client.request("delete", { path, version: 1 }),
      client.request("exists", { path, watch: false }),
    ]);
    expect(replies.map(({ header }) => header.err)).toEqual([0, 0, 0, 0, -103, 0, -101]);
    expect(replies.map(({ header }) => header.xid)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const [created = 0n] = replies.map(({ header }) => header.zxid);
    expect(replies.map(({ header }) => header.zxid - created)).toEqual([0n, 1n, 1n, 1n, 2n, 3n, 3n]);
  });

  it("numbers sequential znodes, and reports those that are a session's own", async () => {
    await using client = await open();
    const path = uniqueRoot();
    await client.request("create", node(path));
    const { body: first } = await client.request("create", node(`${path}/a-`, "", 3));
    const { body: second } = await client.request("create2", node(`${path}/b-`, "x", 3));
    expect(first?.path).toBe(`${path}/a-0000000000`);
    expect(second?.path).toBe(`${path}/b-0000000001`);
    expect(second?.stat).toMatchObject({ dataLength: 1, ephemeralOwner: client.session.id });
    const { body: own } = await client.request("getEphemerals", { prefixPath: path });
    expect(own?.ephemerals.toSorted()).toEqual([first?.path, second?.path]);
    const { body: count } = await client.request("getAllChildrenNumber", { path });
    expect(count?.totalNumber).toBe(2);
  });

  it("applies the operations of a multi together or not at all", async () => {
    await using client = await open();
    const path = uniqueRoot();
    const { body: done } = await client.request("multi", [
      { op: "create", body: node(path, "a") },
      { op: "check", body: { path, version: 0 } },
      { op: "setData", body: { path, data: Buffer.from("b"), version: 0 } },
    ]);
    expect(done?.map(({ op }) => op)).toEqual(["create", "check", "setData"]);
    const { header, body: undone } = await client.request("multi", [
      { op: "delete", body: { path, version: 1 } },
      { op: "check", body: { path, version: 9 } },
      { op: "create", body: node(path) },
    ]);
    expect(header.err).toBe(0);
    expect(undone).toEqual([
      { op: "error", err: 0 },
      { op: "error", err: -101 },
      { op: "error", err: -2 },
    ]);
    const { body } = await client.request("getData", { path, watch: false });
    expect(body).toMatchObject({ data: Buffer.from("b"), stat: { version: 1 } });
  });

  it("tells no data from no bytes", async () => {
    await using client = await open();
    const path = uniqueRoot();
    await client.request("create", { ...node(path), data: null });
    const { body: none } = await client.request("getData", { path, watch: false });
    expect(none?.data).toBeNull();
    await client.request("setData", { path, data: Buffer.alloc(0), version: -1 });
    const { body: empty } = await client.request("getData", { path, watch: false });
    expect(empty?.data).toEqual(Buffer.alloc(0));
  });

  it("removes containers that have become empty, and TTL znodes whose time is up", async () => {
    await using client = await open();
    const path = uniqueRoot();
    await client.request("createContainer", node(path, "", 4));
    const { header } = await client.request("createTTL", { ...node(`${path}/ttl`, "", 5), ttl: 50n });
    expect(header.err).toBe(0);
    await waitUntil(async () => (await client.request("exists", { path, watch: false })).header.err === -101, {
      what: "both are gone",
    });
  });

  it.each([
    ["flags of no mode", "create", { ...node("/a"), flags: 7 }],
    ["a time to live where there can be none", "createTTL", { ...node("/a"), ttl: 5n }],
    ["a TTL znode without a time", "createTTL", { ...node("/a", "", 5), ttl: -1n }],
  ] as const)("refuses %s as bad arguments", async (_, op, body) => {
    await using client = await open();
    expect((await client.request(op, body)).header.err).toBe(-8);
  });

  it("lets those in who have proven who they are, and closes the connection of those who cannot", async () => {
    await using owner = await open();
    await using other = await open();
    const path = uniqueRoot();
    expect(await owner.auth("digest", "user:secret")).toMatchObject({ xid: -4, err: 0 });
    const own = [{ perms: 31, id: { scheme: "auth", id: "" } }];
    await owner.request("create", { ...node(path), acl: own });
    const read = (client: WireClient) => client.request("getData", { path, watch: false });
    expect((await read(owner)).header.err).toBe(0);
    expect((await read(other)).header.err).toBe(-102);
    expect(await other.auth("digest", "user:secret")).toMatchObject({ err: 0 });
    expect((await read(other)).header.err).toBe(0);
    expect(await other.auth("nobody", "knows")).toMatchObject({ xid: -4, err: -115 });
    await other.ended;
    // It was the connection that has ended, not the session.
    await using again = await open({ session: other.session });
    expect(again.session.id).toBe(other.session.id);
  });

  it("sets watches again after a reconnect, and tells what was missed", async () => {
    const first = await open();
    await using other = await open();
    const path = uniqueRoot();
    const { header } = await first.request("create", node(path));
    first.destroy();
    await first.ended;
    await other.request("setData", { path, data: Buffer.alloc(0), version: -1 });
    await using second = await open({ session: first.session });
    const watches = { dataWatches: [path], existWatches: [`${path}/x`], childWatches: [path] };
    expect(await second.setWatches("setWatches", { relativeZxid: header.zxid, ...watches })).toMatchObject({ err: 0 });
    expect(second.events).toEqual([{ type: 3, state: 3, path }]);
    await other.request("create", node(`${path}/x`));
    await waitUntil(async () => (await second.ping()).err === 0 && second.events.length === 3, { what: "both fired" });
    expect(second.events.slice(1)).toEqual([
      { type: 1, state: 3, path: `${path}/x` },
      { type: 4, state: 3, path },
    ]);
  });

  it("forgets the watches of a connection that is gone", async () => {
    const first = await open();
    const path = uniqueRoot();
    await first.request("exists", { path, watch: true });
    await using second = await open({ session: first.session });
    await second.request("create", node(path));
    await second.ping();
    expect(second.events).toEqual([]);
  });

  it.each([
    ["a frame of more than a megabyte", () => toFrame(Buffer.alloc(MAX_FRAME_LENGTH + 1))],
    ["a frame of negative length", () => Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ["a frame too short for a header", () => toFrame(Buffer.alloc(7))],
  ])("ends the connection that sends %s", async (_, bytes) => {
    const client = await open();
    const answer = client.request("sync", { path: "/" });
    client.write(bytes());
    await client.ended;
    await answer.catch(() => undefined);
    await using again = await open({ session: client.session });
    expect(again.session.id).toBe(client.session.id);
  });

  it("takes a frame that is as large as can be", async () => {
    await using client = await open();
    const path = uniqueRoot();
    const { length } = encode(RequestHeader, { xid: 1, type: OP_CODES.create });
    const rest = length + 4 + path.length + 4 + 4 + 4 + 4 + "world".length + 4 + "anyone".length + 4 + 4;
    const data = "x".repeat(MAX_FRAME_LENGTH - rest);
    expect((await client.request("create", node(path, data))).header.err).toBe(0);
    expect((await client.request("getData", { path, watch: false })).body?.data?.length).toBe(data.length);
    await client.request("delete", { path, version: -1 });
  });

  it("tells a persistent watch of every change of its path until it is removed", async () => {
    await using client = await open();
    const path = uniqueRoot();
    expect((await client.request("addWatch", { path, mode: 0 })).body).toEqual({ err: 0 });
    await client.request("create", node(path));
    await client.request("setData", { path, data: null, version: -1 });
    await client.request("create", node(`${path}/child`));
    await client.request("delete", { path: `${path}/child`, version: -1 });
    await client.request("delete", { path, version: -1 });
    expect(client.events).toEqual([1, 3, 4, 4, 2].map((type) => ({ type, state: 3, path })));
    const all = { path, type: 3 };
    expect((await client.request("checkWatches", all)).header.err).toBe(0);
    expect((await client.request("removeWatches", all)).header.err).toBe(0);
    expect((await client.request("checkWatches", all)).header.err).toBe(-121);
    expect((await client.request("removeWatches", all)).header.err).toBe(-121);
    await client.request("create", node(path));
    expect(client.events).toHaveLength(5);
  });

  it("tells a recursive watch of everything below its path, also after a reconnect, but not of what was missed", async () => {
    const first = await open();
    await using other = await open();
    const path = uniqueRoot();
    const below = `${path}/a/b`;
    await other.request("create", node(path));
    expect((await first.request("addWatch", { path, mode: 1 })).header.err).toBe(0);
    await other.request("create", node(`${path}/a`));
    await first.ping();
    expect(first.events).toEqual([{ type: 1, state: 3, path: `${path}/a` }]);
    first.destroy();
    await first.ended;
    await other.request("setData", { path, data: null, version: -1 });
    await using second = await open({ session: first.session });
    const none = { relativeZxid: 0n, dataWatches: [], existWatches: [], childWatches: [] };
    const watches = { ...none, persistentWatches: [], persistentRecursiveWatches: [path] };
    expect((await second.setWatches("setWatches2", watches)).err).toBe(0);
    await other.request("create", node(below));
    await other.request("delete", { path: below, version: -1 });
    await second.ping();
    expect(second.events).toEqual([1, 2].map((type) => ({ type, state: 3, path: below })));
  });

  it("removes a one-shot watch before it fires", async () => {
    await using client = await open();
    const path = uniqueRoot();
    await client.request("exists", { path, watch: true });
    expect((await client.request("removeWatches", { path, type: 1 })).header.err).toBe(-121);
    expect((await client.request("removeWatches", { path, type: 2 })).header.err).toBe(0);
    await client.request("create", node(path));
    expect(client.events).toEqual([]);
  });

  it.each([
    ["addWatch", { path: "/", mode: 7 }],
    ["checkWatches", { path: "/", type: 7 }],
  ] as const)("refuses %s with a mode or type that there is not", async (op, body) => {
    await using client = await open();
    expect((await client.request(op, body)).header.err).toBe(-5);
  });
});
