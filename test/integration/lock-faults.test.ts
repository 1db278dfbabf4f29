import { connect, type Session, type ZooKeeper } from "@zookit/core";
import { Lock, MultiLock } from "@zookit/lock";
import { describe, expect, it } from "vitest";
import { type Ensemble, type Server, waitUntil } from "../harness/index.js";
import { Worker } from "../harness/worker.js";
import { killLeader, restartOneByOne } from "./support/outages.js";
import { LONG_SESSION_MS, onThreeServers, SHORT_SESSION_MS, TICK_MS, untilConnected } from "./support/three-servers.js";

describe("a lock on an ensemble of three servers", () => {
  let ensemble: Ensemble;
  let path: string;

  onThreeServers((servers, root) => {
    ensemble = servers;
    path = root;
  });

  const client = (hosts = ensemble.hosts, sessionTimeoutMs = LONG_SESSION_MS) => connect(hosts, { sessionTimeoutMs });

  const contenders = async (zk: ZooKeeper): Promise<readonly string[]> => {
    await zk.sync(path);
    return (await zk.children(path)).children;
  };

  const queueLength = (zk: ZooKeeper, length: number) =>
    waitUntil(async () => (await contenders(zk)).length === length, { what: `${length} contend`, timeoutMs: 30_000 });

  /** A holder and a waiter through an outage: neither session is lost, the lock passes on, and nothing is left over. */
  async function survives(outage: (clients: readonly ZooKeeper[]) => Promise<void>): Promise<void> {
    const clients = await Promise.all([client(), client(), client()]);
    const [holder, waiter, observer] = clients as [ZooKeeper, ZooKeeper, ZooKeeper];
    try {
      const sessions: readonly Session[] = clients.map((zk) => zk.session);
      const held = await new Lock(holder, path).acquire();
      const waiting = new Lock(waiter, path).acquire({ timeoutMs: 60_000 });
      await queueLength(observer, 2);
      await outage(clients);
      await untilConnected(clients);
      expect(clients.map((zk) => zk.session.id)).toEqual(sessions.map(({ id }) => id));
      expect(held.isHeld()).toBe(true);
      await held.release();
      const next = await waiting;
      expect(next.isHeld()).toBe(true);
      expect(next.fencingToken).toBeGreaterThan(held.fencingToken);
      await next.release();
      expect(await contenders(observer)).toEqual([]);
    } finally {
      await Promise.all(clients.map((zk) => zk.close()));
    }
  }

  it("passes on within session timeout, tick and a second, when the holder is killed (H29)", async () => {
    await using holder = new Worker("lock-worker.ts", [ensemble.hosts, path, String(SHORT_SESSION_MS)]);
    const { token } = await holder.event("held");
    await using zk = await client();
    const waiting = new Lock(zk, path).acquire({ timeoutMs: 30_000 });
    await queueLength(zk, 2);
    const killedAt = performance.now();
    holder.signal("SIGKILL");
    const next = await waiting;
    expect(performance.now() - killedAt).toBeLessThanOrEqual(SHORT_SESSION_MS + TICK_MS + 1_000);
    expect(next.fencingToken).toBeGreaterThan(BigInt(String(token)));
    await next.release();
  });

  it("is not held on the first line that runs after the event loop was blocked for longer than the session (H13, H14)", async () => {
    await using holder = new Worker("lock-worker.ts", [ensemble.hosts, path, String(SHORT_SESSION_MS)]);
    await holder.event("held");
    holder.tell(`block ${SHORT_SESSION_MS + TICK_MS}`);
    expect(await holder.event("unblocked")).toMatchObject({ held: false });
    expect(await holder.event("lost")).toMatchObject({ held: false });
  });

  it("is lost to a process that was stopped past its session, while another one holds it with a higher token (H13, H15)", async () => {
    await using holder = new Worker("lock-worker.ts", [ensemble.hosts, path, String(SHORT_SESSION_MS)]);
    const { token } = await holder.event("held");
    holder.signal("SIGSTOP");
    await using zk = await client();
    const next = await new Lock(zk, path).acquire({ timeoutMs: 30_000 });
    expect(next.fencingToken).toBeGreaterThan(BigInt(String(token)));
    holder.signal("SIGCONT");
    expect(await holder.event("lost")).toMatchObject({ held: false });
    expect(next.isHeld()).toBe(true);
    await next.release();
  });

  it("survives the death of the leader: no session is lost, the waiter acquires, nothing is left over (H24, H52)", async () => {
    await survives(() => killLeader(ensemble));
  });

  it("survives a follower that freezes: its clients move to other servers with their sessions", async () => {
    await survives(async (clients) => {
      const follower = await followerOf(clients);
      await follower.freeze();
      // Longer than any client takes to give up a silent server.
      const silentSince = performance.now();
      await waitUntil(() => performance.now() - silentSince > LONG_SESSION_MS * 0.75, {
        what: "clients of the frozen server must have moved",
        timeoutMs: LONG_SESSION_MS,
      });
      await follower.thaw();
      await ensemble.waitUntilServing();
    });
  });

  /** A follower that some of the clients are connected to; makes one of them move until there is such a follower. */
  async function followerOf(clients: readonly ZooKeeper[]): Promise<Server> {
    return await waitUntil(
      async () => {
        for (const follower of await ensemble.followers()) {
          const connections = await follower.command("cons");
          if (clients.some(({ session }) => connections.includes(`sid=${session.id},`))) return follower;
        }
        const leader = await ensemble.leader();
        await leader.restart();
        await ensemble.waitUntilServing();
        return undefined;
      },
      { what: "a follower has one of the clients", timeoutMs: 30_000 },
    );
  }

  it("survives a restart of the whole ensemble, one server at a time", async () => {
    await survives(() => restartOneByOne(ensemble));
  });

  it("is held with others as one through both outages, and all of them pass on (H24, H63)", async () => {
    const clients = await Promise.all([client(), client()]);
    const [holder, waiter] = clients as [ZooKeeper, ZooKeeper];
    const both = (zk: ZooKeeper) => new MultiLock([1, 2].map((number) => new Lock(zk, `${path}/${number}`)));
    try {
      const held = await both(holder).acquire();
      const waiting = both(waiter).acquire({ timeoutMs: 120_000 });
      await killLeader(ensemble);
      await restartOneByOne(ensemble);
      await untilConnected(clients);
      expect(held.isHeld()).toBe(true);
      await held.release();
      const next = await waiting;
      expect(next.isHeld()).toBe(true);
      expect(next.fencingTokens.every((token, index) => token > (held.fencingTokens[index] ?? 0n))).toBe(true);
      await next.release();
    } finally {
      await Promise.all(clients.map((zk) => zk.close()));
    }
  }, 180_000);
});
