import { connect, NoNodeError, SessionLostError, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniqueRoot, waitUntil } from "../harness/index.js";

describe("zookit's own client, over the native binding, on the test server", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ tickTimeMs: 100, minSessionTimeoutMs: 500, ttlNodes: true });
  });
  afterAll(() => server.stop());

  const open = (): Promise<ZooKeeper> => connect(server.hosts);

  it("creates znodes of every mode, and finds them as they should be", async () => {
    await using zk = await open();
    const path = uniqueRoot();
    await zk.create(`${path}/deep/down`, "data", { parents: true });
    const { data, stat } = await zk.get(`${path}/deep/down`);
    expect(data.toString()).toBe("data");
    expect(stat).toMatchObject({ version: 0, dataLength: 4, numChildren: 0, ephemeralOwner: undefined });
    expect(await zk.create(`${path}/n-`, "", { mode: "persistent-sequential" })).toBe(`${path}/n-0000000001`);
    const own = await zk.create(`${path}/e-`, "", { mode: "ephemeral-sequential" });
    expect((await zk.exists(own))?.ephemeralOwner).toBe(zk.session.id);
    await zk.create(`${path}/container`, "", { mode: "container" });
    await zk.create(`${path}/ttl`, "", { ttlMs: 60_000 });
    expect((await zk.children(path)).children.toSorted()).toEqual([
      "container",
      "deep",
      "e-0000000002",
      "n-0000000001",
      "ttl",
    ]);
    await zk.delete(path, { recursive: true });
    await expect(zk.get(path)).rejects.toBeInstanceOf(NoNodeError);
  });

  it("reads, modifies and writes one counter from many clients without losing an update", async () => {
    await using first = await open();
    await using second = await open();
    const path = uniqueRoot();
    await first.create(path, "0");
    const add = (zk: ZooKeeper) => zk.update(path, (data) => String(Number(data.toString()) + 1));
    for (let round = 0; round < 10; round++) await Promise.all([add(first), add(second), add(first), add(second)]);
    expect((await first.get(path)).data.toString()).toBe("40");
  });

  it("is told of changes of data and children", async () => {
    await using watcher = await open();
    await using writer = await open();
    const path = uniqueRoot();
    const seen: string[] = [];
    const stop = new AbortController();
    const watching = Promise.allSettled([
      (async () => {
        for await (const node of watcher.watchData(path, { signal: stop.signal })) {
          seen.push(node === undefined ? "none" : node.data.toString());
        }
      })(),
      (async () => {
        for await (const listing of watcher.watchChildren(path, { signal: stop.signal })) {
          seen.push(`${listing?.children.length ?? "no"} children`);
        }
      })(),
    ]);
    const shows = (text: string) => waitUntil(() => seen.includes(text), { what: `"${text}" is seen` });
    await shows("none");
    await writer.create(path, "one");
    await shows("one");
    await writer.set(path, "two");
    await shows("two");
    await writer.create(`${path}/child`);
    await shows("1 children");
    stop.abort();
    await watching;
  });

  it("loses its session when the server expires it: what it held is lost, and the next contender gets it", async () => {
    await using zk = await open();
    await using other = await open();
    const path = uniqueRoot();
    const handle = await new Lock(zk, path).acquire();
    const next = new Lock(other, path).acquire({ timeoutMs: 10_000 });
    const { session } = zk;
    await server.expireSession(session.id);
    await using acquired = await next;
    expect(acquired.fencingToken).toBeGreaterThan(handle.fencingToken);
    await waitUntil(() => session.lost.aborted, { what: "the client has been told" });
    expect(session.lost.reason).toBeInstanceOf(SessionLostError);
    expect(handle.lost.aborted).toBe(true);
    await waitUntil(() => zk.session.epoch === 2, { what: "it has a new session" });
    expect((await server.sessions()).map(({ id }) => id)).toContain(zk.session.id);
  });

  it("keeps its session, and what it holds, when the connection drops", async () => {
    await using zk = await open();
    const states: string[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const state of zk.states({ signal: stop.signal })) states.push(state);
    })().catch(() => undefined);
    const { id } = zk.session;
    const handle = await new Lock(zk, uniqueRoot()).acquire();
    await server.dropConnection(id);
    await waitUntil(() => states.join() === "connected,suspended,connected", { what: "it is connected again" });
    expect(zk.session.id).toBe(id);
    expect(handle.isHeld()).toBe(true);
    await handle.release();
    stop.abort();
    await watching;
  });

  it("survives a restart and a freeze of the server with its session", async () => {
    await using zk = await open();
    const { id } = zk.session;
    const path = await zk.create(uniqueRoot(), "", { mode: "ephemeral" });
    await server.restart();
    await waitUntil(async () => (await zk.exists(path))?.ephemeralOwner === id, { what: "it is served again" });
    await server.freeze();
    const answer = zk.exists(path);
    server.thaw();
    expect((await answer)?.ephemeralOwner).toBe(id);
    expect(zk.session.id).toBe(id);
  });

  it("takes and gives a lock in three requests", async () => {
    await using zk = await open();
    const lock = new Lock(zk, uniqueRoot());
    await lock.withLock(() => undefined);
    const sum = async () => {
      const { create = 0, getChildren2 = 0, delete: deletes = 0 } = (await server.counts()).requests;
      return create + getChildren2 + deletes;
    };
    const before = await sum();
    for (let round = 0; round < 10; round++) await lock.withLock(() => undefined);
    expect((await sum()) - before).toBe(30);
  });

  it("hands a lock over in the order in which it was asked for", async () => {
    await using first = await open();
    await using second = await open();
    const path = uniqueRoot();
    const order: number[] = [];
    const held = await new Lock(first, path).acquire();
    const waiting: Promise<unknown>[] = [];
    for (const [turn, zk] of [second, first, second, first].entries()) {
      waiting.push(new Lock(zk, path).withLock(() => void order.push(turn), { timeoutMs: 10_000 }));
      await waitUntil(async () => (await zk.children(path)).children.length === turn + 2, { what: "it is queued" });
    }
    await held.release();
    await Promise.all(waiting);
    expect(order).toEqual([0, 1, 2, 3]);
  });
});
