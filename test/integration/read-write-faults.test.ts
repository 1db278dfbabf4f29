import { connect, type ZooKeeper } from "@zookit/core";
import { Lock, MultiLock, ReadWriteLock } from "@zookit/lock";
import { beforeEach, describe, expect, it } from "vitest";
import { type Ensemble, waitUntil } from "../harness/index.js";
import { Worker } from "../harness/worker.js";
import { killLeader, restartOneByOne } from "./support/outages.js";
import { LONG_SESSION_MS, onThreeServers, SHORT_SESSION_MS, TICK_MS, untilConnected } from "./support/three-servers.js";

describe("readers, writers and holders of several locks on an ensemble of three servers", () => {
  let ensemble: Ensemble;
  let path: string;
  let clients: readonly [ZooKeeper, ZooKeeper, ZooKeeper];

  onThreeServers((servers, root) => {
    ensemble = servers;
    path = root;
  });
  beforeEach(async () => {
    clients = [await client(), await client(), await client()];
    return async () => {
      await Promise.all(clients.map((zk) => zk.close()));
    };
  });

  const client = () => connect(ensemble.hosts, { sessionTimeoutMs: LONG_SESSION_MS });

  const contenders = async (at: string): Promise<readonly string[]> => {
    const [zk] = clients;
    await zk.sync(at);
    return (await zk.children(at)).children;
  };

  const queueLength = (at: string, length: number) =>
    waitUntil(async () => (await contenders(at)).length === length, { what: `${length} contend`, timeoutMs: 30_000 });

  /** The order of the queue holds through an outage, and a writer can become a reader after it; nothing is left over. */
  async function survive(outage: () => Promise<void>): Promise<void> {
    const [first, second, third] = clients.map((zk) => new ReadWriteLock(zk, path)) as [
      ReadWriteLock,
      ReadWriteLock,
      ReadWriteLock,
    ];
    const several = [`${path}-a`, `${path}-b`];
    const all = await new MultiLock(several.map((at) => new Lock(clients[0], at))).acquire();
    const others = new MultiLock(several.toReversed().map((at) => new Lock(clients[1], at)));
    const writer = await first.write.acquire();
    const reading = second.read.acquire({ timeoutMs: 60_000 });
    await queueLength(path, 2);
    let isWriting = false;
    const writing = third.write.acquire({ timeoutMs: 60_000 }).then((handle) => {
      isWriting = true;
      return handle;
    });
    await queueLength(path, 3);
    const waiting = others.acquire({ timeoutMs: 60_000 });
    await queueLength(several[0] as string, 2);

    await outage();
    await untilConnected(clients);
    expect(clients.map(({ session }) => session.epoch)).toEqual([1, 1, 1]);
    expect([writer.isHeld(), all.isHeld()]).toEqual([true, true]);

    const downgraded = await writer.downgrade({ timeoutMs: 30_000 });
    const reader = await reading;
    expect([downgraded.isHeld(), reader.isHeld(), isWriting]).toEqual([true, true, false]);
    await reader.release();
    await queueLength(path, 2);
    expect(isWriting).toBe(false);
    await downgraded.release();
    const next = await writing;
    expect(next.fencingToken).toBeGreaterThan(reader.fencingToken);
    await next.release();

    await all.release();
    await (await waiting).release();
    expect(await Promise.all([path, ...several].map(contenders))).toEqual([[], [], []]);
  }

  it("survive the death of the leader (H24, H60)", async () => {
    await survive(() => killLeader(ensemble));
  });

  it("survive a restart of the whole ensemble, one server at a time (H60)", async () => {
    await survive(() => restartOneByOne(ensemble));
  });

  it("follow a writer that is killed within session timeout, tick and a second: readers together (H29, H59)", async () => {
    await using holder = new Worker("read-write-worker.ts", [ensemble.hosts, path, String(SHORT_SESSION_MS)]);
    const { token } = await holder.event("held");
    const reading = clients.map((zk) => new ReadWriteLock(zk, path).read.acquire({ timeoutMs: 30_000 }));
    await queueLength(path, 4);
    const killedAt = performance.now();
    holder.signal("SIGKILL");
    const readers = await Promise.all(reading);
    expect(performance.now() - killedAt).toBeLessThanOrEqual(SHORT_SESSION_MS + TICK_MS + 1_000);
    for (const reader of readers) {
      expect(reader.isHeld()).toBe(true);
      expect(reader.fencingToken).toBeGreaterThan(BigInt(String(token)));
    }
    await Promise.all(readers.map((reader) => reader.release()));
  });

  it("do not believe a writer that became a reader and was stopped past its session (H13, H15)", async () => {
    const args = [ensemble.hosts, path, String(SHORT_SESSION_MS), "downgrade"];
    await using holder = new Worker("read-write-worker.ts", args);
    const { token } = await holder.event("held");
    holder.signal("SIGSTOP");
    const next = await new ReadWriteLock(clients[0], path).write.acquire({ timeoutMs: 30_000 });
    expect(next.fencingToken).toBeGreaterThan(BigInt(String(token)));
    holder.signal("SIGCONT");
    expect(await holder.event("lost")).toMatchObject({ held: false });
    expect(next.isHeld()).toBe(true);
    await next.release();
  });
});
