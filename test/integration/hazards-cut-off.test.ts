/** Clients that lose their server while the rest of the ensemble goes on without them. */
import { connect, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { describe, expect, it } from "vitest";
import { type Ensemble, type Server, waitUntil } from "../harness/index.js";
import { LONG_SESSION_MS, onThreeServers, untilConnected } from "./support/three-servers.js";

describe("on an ensemble of three servers", () => {
  let ensemble: Ensemble;
  let path: string;

  onThreeServers((servers, root) => {
    ensemble = servers;
    path = root;
  });

  const client = (hosts = ensemble.hosts) => connect(hosts, { sessionTimeoutMs: LONG_SESSION_MS });

  /** A follower, and a client of each of the other two servers' and of that follower's alone. */
  async function split(): Promise<{ follower: Server; near: ZooKeeper; far: ZooKeeper }> {
    const [follower] = await ensemble.followers();
    if (follower === undefined) throw new Error("there is no follower");
    const others = ensemble.servers.filter((server) => server !== follower).map(({ address }) => address);
    const [near, far] = await Promise.all([client(follower.address), client(others.join(","))]);
    return { follower, near, far };
  }

  const suspended = (zk: ZooKeeper) => waitUntil(() => zk.state === "suspended", { what: "it is cut off" });

  it("a waiter that was cut off while the lock was released acquires it when it is back (H33)", async () => {
    const { follower, near, far } = await split();
    await using _ = near;
    await using __ = far;
    const held = await new Lock(far, path).acquire();
    const waiting = new Lock(near, path).acquire({ timeoutMs: 30_000 });
    await waitUntil(async () => (await follower.watchCount()) === 1, { what: "it waits for the event alone" });
    await follower.kill();
    await suspended(near);
    await held.release();
    await follower.start();
    const next = await waiting;
    expect(near.session.epoch).toBe(1);
    expect(next.fencingToken).toBeGreaterThan(held.fencingToken);
    await next.release();
  });

  it("a waiter takes neither the loss of its connection nor its return for its turn (H34)", async () => {
    const { follower, near, far } = await split();
    await using _ = near;
    await using __ = far;
    const held = await new Lock(far, path).acquire();
    let isAcquired = false;
    const waiting = new Lock(near, path).acquire({ timeoutMs: 30_000 }).then((handle) => {
      isAcquired = true;
      return handle;
    });
    await waitUntil(async () => (await follower.watchCount()) === 1, { what: "it waits for the event alone" });
    await follower.kill();
    await suspended(near);
    await follower.start();
    await untilConnected([near]);
    await waitUntil(async () => (await follower.watchCount()) === 1, { what: "it waits again" });
    // Answered after whatever the waiter has asked since it is back.
    await near.sync(path);
    expect(isAcquired).toBe(false);
    expect(held.isHeld()).toBe(true);
    await held.release();
    await (await waiting).release();
  });

  it("a watch that slept through a deletion and a creation shows what is there now (H33)", async () => {
    const { follower, near, far } = await split();
    await using _ = near;
    await using __ = far;
    await far.create(path, "same");
    await near.sync(path);
    const values = near.watchData(path)[Symbol.asyncIterator]();
    const first = (await values.next()).value;
    const next = values.next();
    await waitUntil(async () => (await follower.watchCount()) === 1, { what: "it waits for the event alone" });
    await follower.kill();
    await suspended(near);
    await far.delete(path);
    await far.create(path, "same");
    await follower.start();
    const second = (await next).value;
    expect([first, second].map((node) => String(node?.data))).toEqual(["same", "same"]);
    expect(second?.stat.czxid).toBeGreaterThan(first?.stat.czxid ?? 0n);
    await values.return?.();
    await far.delete(path);
  });

  it("a lock under load passes through a change of leader: one holder at a time, growing tokens, nothing left (H24)", async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => client()));
    const tokens: bigint[] = [];
    let inside = 0;
    let isEnding = false;
    const work = clients.map(async (zk) => {
      const lock = new Lock(zk, path);
      while (!isEnding) {
        await lock.withLock(async (handle) => {
          expect(++inside).toBe(1);
          tokens.push(handle.fencingToken);
          await zk.exists(handle.path);
          expect(handle.isHeld()).toBe(true);
          inside--;
        });
      }
    });
    const workDone = Promise.all(work);
    // A failure shows below; until then it must not count as unhandled.
    workDone.catch(() => {});
    const furtherHolders = async (count: number) => {
      const target = tokens.length + count;
      await waitUntil(() => tokens.length >= target, { what: `${count} more have had the lock`, timeoutMs: 30_000 });
    };
    try {
      await furtherHolders(50);
      const [firstToken] = tokens as [bigint];
      const leader = await ensemble.leader();
      await leader.kill();
      await furtherHolders(50);
      await leader.start();
      await furtherHolders(50);
      isEnding = true;
      await workDone;
      // The new leader counts in a new epoch, the upper half of the zxid, as it does when the lower half is used up.
      expect((tokens.at(-1) as bigint) >> 32n).toBeGreaterThan(firstToken >> 32n);
      expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => (a < b ? -1 : 1)));
      expect(clients.map(({ session }) => session.epoch)).toEqual(clients.map(() => 1));
      const [zk] = clients as [ZooKeeper];
      await zk.sync(path);
      expect((await zk.exists(path))?.numChildren ?? 0).toBe(0);
    } finally {
      isEnding = true;
      await Promise.all(clients.map((zk) => zk.close()));
    }
  });
});
