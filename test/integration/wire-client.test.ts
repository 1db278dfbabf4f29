import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CREATE_FLAGS, EVENT_TYPES, MAX_FRAME_LENGTH, toFrame } from "../../packages/testing/src/wire/index.js";
import { sharedHosts, uniqueRoot } from "../harness/index.js";
import { WireClient } from "../harness/wire-client.js";

const open = [{ perms: 31, id: { scheme: "world", id: "anyone" } }];
const node = (path: string, data: string, flags: number = CREATE_FLAGS.persistent) => ({
  path,
  data: Buffer.from(data),
  acl: open,
  flags,
});

/** The codec against the real server: what both sides agree on is what the protocol is. */
describe("the wire codec against a real server", () => {
  let client: WireClient;
  let root: string;

  beforeEach(async () => {
    client = await WireClient.connect(sharedHosts(), { sessionTimeoutMs: 4_000 });
    root = uniqueRoot();
    expect((await client.request("create", node(root, "root"))).body).toEqual({ path: root });
  });

  afterEach(async () => {
    const { body } = await client.request("getChildren", { path: root, watch: false });
    for (const child of body?.children ?? []) {
      await client.request("delete", { path: `${root}/${child}`, version: -1 });
    }
    await client.request("delete", { path: root, version: -1 });
    await client.close();
  });

  it("a new session has an id, a password and the timeout that was asked for", () => {
    expect(client.session.id).not.toBe(0n);
    expect(client.session.password).toHaveLength(16);
    expect(client.session.timeoutMs).toBe(4_000);
    expect(client.readOnly).toBe(false);
  });

  it("a client that leaves the read-only byte out gets none", async () => {
    await using old = await WireClient.connect(sharedHosts(), { readOnly: undefined });
    expect(old.readOnly).toBeUndefined();
  });

  it("what is created is read back, with its metadata", async () => {
    const created = await client.request("create2", node(`${root}/a`, "data", CREATE_FLAGS.ephemeral));
    expect(created.body?.stat).toMatchObject({ ephemeralOwner: client.session.id, dataLength: 4, version: 0 });
    const { header, body } = await client.request("getData", { path: `${root}/a`, watch: false });
    expect(body).toEqual({ data: Buffer.from("data"), stat: created.body?.stat });
    expect(header.zxid).toBeGreaterThanOrEqual(created.body?.stat.czxid ?? -1n);
    expect((await client.request("exists", { path: `${root}/a`, watch: false })).body?.stat).toEqual(body?.stat);
    const set = await client.request("setData", { path: `${root}/a`, data: null, version: 0 });
    expect(set.body?.stat).toMatchObject({ version: 1, dataLength: 0 });
    expect((await client.request("getData", { path: `${root}/a`, watch: false })).body?.data).toBeNull();
  });

  it("containers and sequential znodes are created, and listed with the parent's metadata", async () => {
    await client.request("createContainer", node(`${root}/c`, "", CREATE_FLAGS.container));
    const { body } = await client.request("create", node(`${root}/s-`, "", CREATE_FLAGS.persistentSequential));
    expect(body?.path).toBe(`${root}/s-0000000001`);
    const listed = await client.request("getChildren2", { path: root, watch: false });
    expect([...(listed.body?.children ?? [])].sort()).toEqual(["c", "s-0000000001"]);
    expect(listed.body?.stat).toMatchObject({ numChildren: 2, cversion: 2 });
    const all = await client.request("getAllChildrenNumber", { path: root });
    expect(all.body).toEqual({ totalNumber: 2 });
  });

  it("ephemeral znodes of the session are listed", async () => {
    await client.request("create", node(`${root}/e`, "", CREATE_FLAGS.ephemeral));
    expect((await client.request("getEphemerals", { prefixPath: root })).body?.ephemerals).toEqual([`${root}/e`]);
  });

  it("an error is a header without a body", async () => {
    expect(await client.request("getData", { path: `${root}/none`, watch: false })).toEqual({
      header: expect.objectContaining({ err: -101 }),
    });
  });

  it("a TTL znode is created, and refused with a time to live of nothing", async () => {
    const ttl = { ...node(`${root}/t`, "", CREATE_FLAGS.persistentWithTtl), ttl: 60_000n };
    expect((await client.request("createTTL", ttl)).body?.path).toBe(ttl.path);
    const { header } = await client.request("createTTL", { ...ttl, path: `${root}/u`, ttl: 0n });
    expect(header.err).toBe(-8);
  });

  it("requests in flight together are answered in order", async () => {
    const replies = await Promise.all(
      Array.from({ length: 50 }, () =>
        client.request("create", node(`${root}/n-`, "", CREATE_FLAGS.persistentSequential)),
      ),
    );
    const numbers = replies.map(({ body }) => Number(body?.path.slice(-10)));
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it("a multi is applied as a whole, and answers each operation by its kind", async () => {
    const { header, body } = await client.request("multi", [
      { op: "create", body: node(`${root}/a`, "1") },
      { op: "create2", body: node(`${root}/b`, "2") },
      { op: "createContainer", body: node(`${root}/c`, "3", CREATE_FLAGS.container) },
      { op: "createTTL", body: { ...node(`${root}/t`, "", CREATE_FLAGS.persistentWithTtl), ttl: 60_000n } },
      { op: "setData", body: { path: `${root}/a`, data: Buffer.from("4"), version: 0 } },
      { op: "check", body: { path: `${root}/a`, version: 1 } },
      { op: "delete", body: { path: `${root}/b`, version: -1 } },
    ]);
    expect(header.err).toBe(0);
    // Within a multi the server takes a create2 for a create, and answers containers and TTL znodes as create2.
    expect(body?.map(({ op }) => op)).toEqual(["create", "create", "create2", "create2", "setData", "check", "delete"]);
    expect(body?.[0]).toEqual({ op: "create", body: { path: `${root}/a` } });
    expect(body?.[2]).toMatchObject({ body: { path: `${root}/c`, stat: { dataLength: 1 } } });
    expect(body?.[4]).toMatchObject({ body: { stat: { version: 1 } } });
  });

  it("a multi of which one operation fails changes nothing, and says which", async () => {
    const { header, body } = await client.request("multi", [
      { op: "create", body: node(`${root}/a`, "") },
      { op: "check", body: { path: root, version: 7 } },
      { op: "delete", body: { path: root, version: -1 } },
    ]);
    expect(header.err).toBe(0);
    expect(body).toEqual([
      { op: "error", err: 0 },
      { op: "error", err: -103 },
      { op: "error", err: -2 },
    ]);
    expect((await client.request("exists", { path: `${root}/a`, watch: false })).header.err).toBe(-101);
  });

  it("a multi of reads answers each by itself", async () => {
    const { body } = await client.request("multiRead", [
      { op: "getData", body: { path: root, watch: false } },
      { op: "getChildren", body: { path: `${root}/none`, watch: false } },
      { op: "getChildren", body: { path: root, watch: false } },
    ]);
    expect(body).toEqual([
      { op: "getData", body: { data: Buffer.from("root"), stat: expect.objectContaining({ version: 0 }) } },
      { op: "error", err: -101 },
      { op: "getChildren", body: { children: [] } },
    ]);
  });

  it("an access control list is set, obeyed and read", async () => {
    const closed = [{ perms: 31, id: { scheme: "auth", id: "" } }];
    expect((await client.auth("digest", "user:password")).err).toBe(0);
    await client.request("create", node(`${root}/a`, "secret"));
    const set = await client.request("setACL", { path: `${root}/a`, acl: closed, version: 0 });
    expect(set.body?.stat.aversion).toBe(1);
    const got = await client.request("getACL", { path: `${root}/a` });
    expect(got.body?.acl).toEqual([{ perms: 31, id: { scheme: "digest", id: expect.stringMatching(/^user:/) } }]);
    await using stranger = await WireClient.connect(sharedHosts());
    expect((await stranger.request("getData", { path: `${root}/a`, watch: false })).header.err).toBe(-102);
  });

  it("watches fire once, and before the reply to the request that fired them", async () => {
    await client.request("exists", { path: `${root}/a`, watch: true });
    await client.request("getChildren", { path: root, watch: true });
    await client.request("create", node(`${root}/a`, ""));
    expect(client.events).toEqual([
      { type: EVENT_TYPES.nodeCreated, state: 3, path: `${root}/a` },
      { type: EVENT_TYPES.nodeChildrenChanged, state: 3, path: root },
    ]);
  });

  it("watches set again after a reconnect fire at once if they were missed", async () => {
    const { header } = await client.request("exists", { path: `${root}/a`, watch: false });
    await client.request("create", node(`${root}/a`, ""));
    const none = { dataWatches: [], existWatches: [], childWatches: [] };
    const set = { ...none, relativeZxid: header.zxid, existWatches: [`${root}/a`] };
    expect((await client.setWatches("setWatches", set)).err).toBe(0);
    expect((await client.event()).type).toBe(EVENT_TYPES.nodeCreated);
    const set2 = { ...none, relativeZxid: header.zxid, dataWatches: [root], childWatches: [root] };
    const persistent = { persistentWatches: [], persistentRecursiveWatches: [] };
    expect((await client.setWatches("setWatches2", { ...set2, ...persistent })).err).toBe(0);
    expect(await client.event()).toMatchObject({ type: EVENT_TYPES.nodeChildrenChanged, path: root });
  });

  it("a persistent watch stays", async () => {
    expect((await client.request("addWatch", { path: root, mode: 1 })).header.err).toBe(0);
    await client.request("create", node(`${root}/a`, ""));
    await client.request("delete", { path: `${root}/a`, version: -1 });
    expect(client.events.map(({ type, path }) => [type, path])).toEqual([
      [EVENT_TYPES.nodeCreated, `${root}/a`],
      [EVENT_TYPES.nodeDeleted, `${root}/a`],
    ]);
    expect((await client.request("removeWatches", { path: root, type: 3 })).header.err).toBe(0);
  });

  it("sync and ping are answered", async () => {
    expect((await client.request("sync", { path: root })).body).toEqual({ path: root });
    expect((await client.ping()).err).toBe(0);
  });

  it("a session is taken over by its id and password", async () => {
    const first = await WireClient.connect(sharedHosts(), { sessionTimeoutMs: 4_000 });
    await first.request("create", node(`${root}/e`, "", CREATE_FLAGS.ephemeral));
    first.destroy();
    await using second = await WireClient.connect(sharedHosts(), { sessionTimeoutMs: 4_000, session: first.session });
    expect(second.session).toEqual(first.session);
    const { body } = await second.request("exists", { path: `${root}/e`, watch: false });
    expect(body?.stat.ephemeralOwner).toBe(first.session.id);
  });

  it("a session that has ended, or a wrong password, is answered with zeros", async () => {
    const ended = await WireClient.connect(sharedHosts());
    await ended.close();
    const zeros = { id: 0n, password: Buffer.alloc(16), timeoutMs: 0 };
    const again = await WireClient.connect(sharedHosts(), { session: ended.session });
    expect(again.session).toEqual(zeros);
    await again.ended;
    const victim = await WireClient.connect(sharedHosts());
    const password = Buffer.alloc(16, 1);
    const intruder = await WireClient.connect(sharedHosts(), { session: { id: victim.session.id, password } });
    expect(intruder.session).toEqual(zeros);
    await intruder.ended;
    // The server looks at the password only after it has cut the session's present connection. The session lives on.
    await victim.ended;
    await using back = await WireClient.connect(sharedHosts(), { session: victim.session });
    expect(back.session.id).toBe(victim.session.id);
  });

  it("a frame may have 1 MiB − 1 bytes and not one more", async () => {
    const overhead = 8 + 4 + root.length + 4 + 4;
    const data = Buffer.alloc(MAX_FRAME_LENGTH - overhead);
    const largest = await client.request("setData", { path: root, data, version: -1 });
    expect(largest.body?.stat.dataLength).toBe(data.length);
    await using other = await WireClient.connect(sharedHosts());
    other.write(toFrame(Buffer.alloc(MAX_FRAME_LENGTH + 1)).subarray(0, 100));
    await other.ended;
  });
});
