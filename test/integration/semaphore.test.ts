import { connect, digestAcl, type ZooKeeper } from "@zookit/core";
import { LockLostError, Semaphore } from "@zookit/lock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ensemble, sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";
import { Worker } from "../harness/worker.js";
import { killLeader, restartOneByOne } from "./support/outages.js";
import { LONG_SESSION_MS, onThreeServers, SHORT_SESSION_MS, TICK_MS, untilConnected } from "./support/three-servers.js";

const timeoutMs = 20_000;

describe("a semaphore", () => {
  let zk: ZooKeeper;
  let path: string;

  beforeAll(async () => {
    zk = await connect(sharedHosts());
  });
  afterAll(() => zk.close());
  beforeEach(() => {
    path = uniqueRoot();
  });

  it("holds as many permits as there are, and passes them on, with increasing tokens", async () => {
    const semaphore = new Semaphore(zk, path, 2, { identifier: "größe" });
    const first = await semaphore.acquire();
    await using second = await semaphore.acquire();
    expect(await semaphore.tryAcquire()).toBeUndefined();
    await expect(semaphore.acquire({ timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout" });
    const waiting = semaphore.acquire({ timeoutMs });
    await first.release();
    await using third = await waiting;
    expect([first, second, third].map((handle) => handle.isHeld())).toEqual([false, true, true]);
    expect(second.fencingToken).toBeGreaterThan(first.fencingToken);
    expect(third.fencingToken).toBeGreaterThan(second.fencingToken);
    const mine = { identifier: "größe", permits: 1 };
    expect(await semaphore.holders()).toEqual([
      { ...mine, path: second.path },
      { ...mine, path: third.path },
    ]);
    expect(() => first.assertHeld()).toThrow(LockLostError);
  });

  it("is lost, with all its permits, when somebody deletes one of its znodes (H46)", async () => {
    const handle = await new Semaphore(zk, path, 3).acquire({ permits: 3 });
    await waitUntil(
      async () => {
        const { children } = await zk.children(`${path}/leases`);
        for (const name of children.slice(0, 1)) await zk.delete(`${path}/leases/${name}`).catch(() => {});
        return handle.lost.aborted;
      },
      { what: "the holder is told" },
    );
    expect(handle.lost.reason).toMatchObject({ code: "lock-lost" });
    await waitUntil(async () => (await zk.children(`${path}/leases`)).children.length === 0, { what: "all are gone" });
  });

  it("gives its znodes the client's access control list", async () => {
    const acl = [digestAcl("me", "secret")];
    await using mine = await connect(sharedHosts(), { acl, auth: { scheme: "digest", credentials: "me:secret" } });
    await using handle = await new Semaphore(mine, path, 2).acquire({ permits: 2 });
    expect(handle.isHeld()).toBe(true);
    await expect(zk.get(handle.path)).rejects.toMatchObject({ code: "no-auth" });
    await expect(new Semaphore(zk, path, 2).acquire()).rejects.toMatchObject({ code: "no-auth" });
  });

  it("goes on at once when its limit is raised, or is refused when it can no longer be granted (H62, H63)", async () => {
    const semaphore = new Semaphore(zk, path, 2);
    await using held = await semaphore.acquire();
    const waiting = semaphore.acquire({ permits: 2, timeoutMs });
    await waitUntil(async () => (await zk.children(`${path}/locks`)).children.length === 1, { what: "it queues" });
    await semaphore.setLimit(3);
    await (await waiting).release();
    const refused = expect(semaphore.acquire({ permits: 3, timeoutMs })).rejects.toMatchObject({
      code: "too-many-permits",
    });
    await waitUntil(async () => (await zk.children(`${path}/leases`)).children.length === 4, {
      what: "its leases wait",
    });
    await semaphore.setLimit(1);
    await refused;
    expect(held.isHeld()).toBe(true);
    expect(await semaphore.limit()).toBe(1);
  });
});

describe("a semaphore on an ensemble of three servers", () => {
  let ensemble: Ensemble;
  let path: string;

  onThreeServers((servers, root) => {
    ensemble = servers;
    path = root;
  });

  const worker = () => new Worker("semaphore-worker.ts", [ensemble.hosts, path, "2", String(SHORT_SESSION_MS)]);

  /** Two holders and a waiter through an outage: nobody's session is lost, and the permits pass on. */
  async function survives(outage: () => Promise<void>): Promise<void> {
    const clients = await Promise.all([1, 2].map(() => connect(ensemble.hosts, { sessionTimeoutMs: LONG_SESSION_MS })));
    const [holder, waiter] = clients as [ZooKeeper, ZooKeeper];
    try {
      const semaphore = new Semaphore(holder, path, 2);
      const held = [await semaphore.acquire(), await semaphore.acquire()];
      const waiting = new Semaphore(waiter, path, 2).acquire({ permits: 2, timeoutMs: 60_000 });
      await waitUntil(async () => (await holder.children(`${path}/leases`)).children.length === 4, {
        what: "it waits",
      });
      await outage();
      await untilConnected(clients);
      expect(held.map((handle) => handle.isHeld())).toEqual([true, true]);
      await Promise.all(held.map((handle) => handle.release()));
      const next = await waiting;
      expect(next.isHeld()).toBe(true);
      await next.release();
      await holder.sync(path);
      expect((await holder.children(`${path}/leases`)).children).toEqual([]);
    } finally {
      await Promise.all(clients.map((zk) => zk.close()));
    }
  }

  it("survives the death of the leader (H24)", async () => {
    await survives(() => killLeader(ensemble));
  });

  it("survives a restart of the whole ensemble, one server at a time", async () => {
    await survives(() => restartOneByOne(ensemble));
  });

  it("passes the permits of killed processes on within session timeout, tick and a second (H29)", async () => {
    await using first = worker();
    await using second = worker();
    await Promise.all([first.event("held"), second.event("held")]);
    await using zk = await connect(ensemble.hosts);
    const waiting = new Semaphore(zk, path, 2).acquire({ permits: 2, timeoutMs: 30_000 });
    await waitUntil(async () => (await zk.children(`${path}/leases`)).children.length === 4, { what: "it waits" });
    const killedAt = performance.now();
    for (const process of [first, second]) process.signal("SIGKILL");
    await (await waiting).release();
    expect(performance.now() - killedAt).toBeLessThanOrEqual(SHORT_SESSION_MS + TICK_MS + 1_000);
  });

  it("is lost to a process that was stopped past its session, while others have its permit (H13, H15)", async () => {
    await using holder = worker();
    const { token } = await holder.event("held");
    holder.signal("SIGSTOP");
    await using zk = await connect(ensemble.hosts);
    await using next = await new Semaphore(zk, path, 2).acquire({ permits: 2, timeoutMs: 30_000 });
    expect(next.fencingToken).toBeGreaterThan(BigInt(String(token)));
    holder.signal("SIGCONT");
    expect(await holder.event("lost")).toMatchObject({ held: false });
    expect(next.isHeld()).toBe(true);
  });
});
