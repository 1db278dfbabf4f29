import { connect, type ZooKeeper } from "@zookit/core";
import { Lock, type LockHandle, ReadWriteLock } from "@zookit/lock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultProxy } from "../harness/fault-proxy.js";
import { type Ensemble, startEnsemble, uniqueRoot, waitUntil } from "../harness/index.js";

// Sessions so long that neither a heartbeat nor a ping falls into a measurement: what is counted is exact.
const SESSION_TIMEOUT_MS = 40_000;

describe("the cost of a lock, counted at the server", () => {
  let ensemble: Ensemble;

  beforeAll(async () => {
    ensemble = await startEnsemble({ servers: 1, tickTimeMs: 2_000 });
  });
  afterAll(() => ensemble?.stop());

  /** A parent for locks that is no container: that might be reaped between two cycles, and be made again. */
  const longLived = (zk: ZooKeeper): Promise<string> => zk.create(uniqueRoot());
  const client = (hosts = ensemble.hosts) => connect(hosts, { sessionTimeoutMs: SESSION_TIMEOUT_MS });

  it("is three requests for an uncontended acquire and release, with nothing more for the token", async () => {
    await using zk = await client();
    const lock = new Lock(zk, await longLived(zk));
    await (await lock.acquire()).release();
    const cycles = 100;
    const before = await ensemble.requestCount();
    for (let cycle = 0; cycle < cycles; cycle++) {
      const handle = await lock.acquire();
      expect(handle.fencingToken).toBeGreaterThan(0n);
      await handle.release();
    }
    expect((await ensemble.requestCount()) - before).toBe(3 * cycles);
  });

  it("is two round trips for an uncontended acquire and release: create and listing travel together", async () => {
    await using proxy = await startFaultProxy(ensemble.hosts);
    // So long that no reply can overtake a request which was sent together with the one it answers.
    await proxy.delay(30, "to-client");
    await using zk = await client(proxy.hosts);
    const lock = new Lock(zk, await longLived(zk));
    await (await lock.acquire()).release();
    const { flights: before } = await proxy.counts();
    for (let cycle = 0; cycle < 20; cycle++) await (await lock.acquire()).release();
    expect((await proxy.counts()).flights - before).toBe(2 * 20);
  });

  it("is a number of requests that does not grow with the queue, when one of 50 waiters is woken", async () => {
    const path = uniqueRoot();
    await using holder = await client();
    const waiting: ZooKeeper[] = await Promise.all(Array.from({ length: 50 }, () => client()));
    try {
      const held = await new Lock(holder, path).acquire();
      const woken: Lock[] = [];
      const acquisitions = waiting.map(async (zk) => {
        const lock = new Lock(zk, path);
        const handle = await lock.acquire();
        woken.push(lock);
        return handle;
      });
      const watching = async () => {
        const { children } = await holder.children(path);
        const [server] = ensemble.servers;
        return children.length === 51 && (await server?.watchCount()) === 51;
      };
      await waitUntil(watching, { what: "all 50 watch their predecessors, and the holder its own znode" });

      const before = await ensemble.requestCount();
      await held.release();
      await waitUntil(() => woken.length > 0, { what: "a waiter is woken" });
      // The delete and one listing; the new holder has not begun to watch its own znode yet, or just so.
      const spent = (await ensemble.requestCount()) - before;
      expect(spent).toBeGreaterThanOrEqual(2);
      expect(spent).toBeLessThanOrEqual(3);
      expect(woken).toHaveLength(1);

      await Promise.all(acquisitions.map(async (handle) => (await handle).release()));
    } finally {
      await Promise.all(waiting.map((zk) => zk.close()));
    }
  });

  it("is as much for a reader and for a writer, and three requests more in two round trips for one that becomes the other", async () => {
    await using proxy = await startFaultProxy(ensemble.hosts);
    await proxy.delay(30, "to-client");
    await using zk = await client(proxy.hosts);
    const { read, write } = new ReadWriteLock(zk, await longLived(zk));
    await (await read.acquire()).release();
    const spend = async (run: () => Promise<unknown>) => {
      const { flights } = await proxy.counts();
      const requests = await ensemble.requestCount();
      await run();
      return [(await ensemble.requestCount()) - requests, (await proxy.counts()).flights - flights];
    };
    expect(await spend(async () => (await read.acquire()).release())).toEqual([3, 2]);
    expect(await spend(async () => (await write.acquire()).release())).toEqual([3, 2]);
    const becomeReader = async () => await (await (await write.acquire()).downgrade()).release();
    expect(await spend(becomeReader)).toEqual([3 + 3, 2 + 2]);
  });

  it("is one listing for each of the readers that can go on, and none for those that cannot", async () => {
    const path = uniqueRoot();
    await using holder = await client();
    const waiting: ZooKeeper[] = await Promise.all(Array.from({ length: 20 }, () => client()));
    try {
      const held = await new ReadWriteLock(holder, path).write.acquire();
      const acquisitions: Promise<LockHandle>[] = [];
      const locks = waiting.map((zk) => new ReadWriteLock(zk, path));
      const queued = (count: number) =>
        waitUntil(async () => (await holder.children(path)).children.length === count, { what: `${count} contend` });
      // Ten readers, a writer, nine readers.
      for (const [index, { read, write }] of locks.entries()) {
        acquisitions.push(index === 10 ? write.acquire() : read.acquire());
        await queued(index + 2);
      }
      const [server] = ensemble.servers;
      await waitUntil(async () => (await server?.watchCount()) === 21, { what: "all watch, the holder too" });
      const before = await ensemble.requestCount();
      await held.release();
      await Promise.all(acquisitions.slice(0, 10));
      // The delete and ten listings; some of the readers may have begun to watch their own znodes.
      const spent = (await ensemble.requestCount()) - before;
      expect(spent).toBeGreaterThanOrEqual(11);
      expect(spent).toBeLessThanOrEqual(21);

      await Promise.all(acquisitions.map(async (handle) => (await handle).release()));
    } finally {
      await Promise.all(waiting.map((zk) => zk.close()));
    }
  });
});
