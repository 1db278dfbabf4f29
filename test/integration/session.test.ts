import { ConnectionLossError, connect, SessionLostError, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import type { FaultOperation, FaultProxy, InjectedFault } from "@zookit/testing";
import { describe, expect, it } from "vitest";
import { injectMany, startFaultProxy } from "../harness/fault-proxy.js";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

const SESSION_TIMEOUT_MS = 2_000;

const through = (proxy: FaultProxy): Promise<ZooKeeper> =>
  connect(proxy.hosts, { sessionTimeoutMs: SESSION_TIMEOUT_MS });

const lose = (proxy: FaultProxy, at: "request" | "reply", operation: FaultOperation): Promise<InjectedFault> =>
  proxy.inject({ at, operation, action: "lose" });

/** Loses the reply to the next operation, and everything with which the client then tries to connect again. */
async function loseReplyForLong(proxy: FaultProxy, operation: FaultOperation) {
  const handshakes = await injectMany(proxy, 200, { operation: "connect", at: "request", action: "lose" });
  const { happened } = await lose(proxy, "reply", operation);
  const end = () => Promise.all(handshakes.map((handshake) => handshake.cancel()));
  return { happened, end };
}

describe("a session", () => {
  it("survives a cut connection: suspended, then connected with the same id, and what was held is still held", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await through(proxy);
    const states: string[] = [];
    void (async () => {
      for await (const state of zk.states()) states.push(state);
    })();
    const { id } = zk.session;
    const handle = await new Lock(zk, uniqueRoot()).acquire();
    await proxy.cut();
    await waitUntil(() => states.join() === "connected,suspended,connected", { what: "it is connected again" });
    expect(zk.session.id).toBe(id);
    expect(zk.session.epoch).toBe(1);
    expect(handle.isHeld()).toBe(true);
    expect(handle.lost.aborted).toBe(false);
    await handle.release();
  });

  it("is lost by its own deadline in a partition, before the servers give its lock to another (H12)", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await through(proxy);
    await using other = await connect(sharedHosts());
    const path = uniqueRoot();
    const handle = await new Lock(zk, path).acquire();
    const lost = new Promise((resolve) => handle.lost.addEventListener("abort", resolve));
    await proxy.partition();
    const order: string[] = [];
    const next = new Lock(other, path).acquire({ timeoutMs: 20_000 }).then((acquired) => {
      order.push("acquired");
      return acquired;
    });
    await lost;
    order.push("lost");
    expect(handle.isHeld()).toBe(false);
    expect(handle.lost.reason).toMatchObject({ code: "lock-lost", cause: { code: "session-lost" } });
    const acquired = await next;
    expect(order).toEqual(["lost", "acquired"]);
    expect(acquired.fencingToken).toBeGreaterThan(handle.fencingToken);
    await acquired.release();
  });

  it("is followed by a new one by itself, with the next epoch, and what it held stays lost", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await through(proxy);
    const handle = await new Lock(zk, uniqueRoot()).acquire();
    const first = zk.session;
    await proxy.refuse();
    await waitUntil(() => first.lost.aborted, { what: "the deadline passes" });
    expect(first.lost.reason).toBeInstanceOf(SessionLostError);
    expect(first.validUntil).toBe(0);
    await proxy.accept();
    await waitUntil(() => zk.state === "connected", { what: "a new session is there" });
    expect(zk.session.epoch).toBe(2);
    expect(zk.session.id).not.toBe(first.id);
    expect(handle.isHeld()).toBe(false);
  });

  it("stays valid without any traffic of the user's: its heartbeat moves the deadline", async () => {
    await using zk = await connect(sharedHosts(), { sessionTimeoutMs: 1_000 });
    const { validUntil, id } = zk.session;
    await waitUntil(() => performance.now() > validUntil + 1_000, { what: "the first deadline is long past" });
    expect(zk.session.id).toBe(id);
    expect(zk.session.validUntil).toBeGreaterThan(performance.now());
  });

  it("is kept valid by what the leader has answered only: a follower that is cut off answers reads by itself", async () => {
    await using zk = await connect(sharedHosts(), { sessionTimeoutMs: 4_000 });
    const { validUntil } = zk.session;
    await zk.get("/");
    await zk.exists("/");
    await zk.children("/");
    expect(zk.session.validUntil).toBe(validUntil);
    await zk.sync("/");
    expect(zk.session.validUntil).toBeGreaterThan(validUntil);
  });

  it("is tried to be kept with back-off at a server that takes connections only to cut them", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await through(proxy);
    const { session } = zk;
    const { connections: before } = await proxy.counts();
    await injectMany(proxy, 1_000, { operation: "delete", at: "request", action: "lose" });
    await proxy.cut();
    await waitUntil(() => session.lost.aborted, { what: "the deadline passes" });
    // Without back-off there would be a thousand; each wait is at least half of 20 ms, and soon of a tenth of a second.
    expect((await proxy.counts()).connections - before).toBeLessThan(100);
    await proxy.refuse();
  });

  it("is not used before a write was answered on a new connection, so that reads after it are current (H2, H18)", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await through(proxy);
    const states: string[] = [];
    void (async () => {
      for await (const state of zk.states()) states.push(state);
    })();
    const lost = await lose(proxy, "reply", "delete");
    await proxy.cut();
    await lost.happened;
    // That connection was given up with its write, and nobody has seen it; the next one has its own.
    await waitUntil(() => zk.state === "connected", { what: "it is connected" });
    expect(states).toEqual(["connected", "suspended", "connected"]);
    expect(zk.session.epoch).toBe(1);
  });
});

describe("a write whose connection is lost", () => {
  it("is unknown when its reply was lost, and not applied when it was never sent", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await connect(proxy.hosts, {
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      retry: { maxElapsedMs: 500 },
    });
    const path = uniqueRoot();
    await zk.create(path);
    for (const at of ["request", "reply"] as const) {
      const fault = await lose(proxy, at, "setData");
      const error = await zk.set(path, at).catch((reason: unknown) => reason);
      await fault.happened;
      expect(error).toBeInstanceOf(ConnectionLossError);
      expect(error).toMatchObject({ outcome: "unknown", path });
      expect((await zk.get(path)).data.toString()).toBe(at === "reply" ? "reply" : "");
    }
    await proxy.refuse();
    await waitUntil(() => zk.state === "suspended", { what: "it is suspended" });
    await expect(zk.set(path, "never sent")).rejects.toMatchObject({ code: "timeout", outcome: "not-applied" });
    await proxy.accept();
    await waitUntil(() => zk.state === "connected", { what: "it is connected again" });
    await zk.delete(path);
  });

  it("is repeated by update until it is known to be applied exactly once (H7)", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await through(proxy);
    const path = uniqueRoot();
    await zk.create(path, "0");
    const increment = (data: Buffer) => String(Number(data.toString()) + 1);
    // Never arrived: the same compare-and-set is simply sent again.
    await lose(proxy, "request", "setData");
    expect((await zk.update(path, increment)).data.toString()).toBe("1");
    // Applied, but the reply was lost: the repetition is refused, and what is stored cannot tell whose write it was.
    await lose(proxy, "reply", "setData");
    await expect(zk.update(path, increment)).rejects.toMatchObject({ code: "unknown-outcome", outcome: "unknown" });
    expect((await zk.get(path)).data.toString()).toBe("2");
    // With data that records who wrote it, it can tell.
    await lose(proxy, "reply", "setData");
    const applied = await zk.update(path, () => "3 by me", { contains: (data) => data.toString() === "3 by me" });
    expect(applied.data.toString()).toBe("3 by me");
    expect(applied.stat.version).toBe(3);
    await zk.delete(path);
  });

  it("is unknown to update when the deadline passes while it is under way, and not applied before it was sent", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await through(proxy);
    const path = uniqueRoot();
    await zk.create(path, "before");
    const outage = await loseReplyForLong(proxy, "setData");
    const update = zk.update(path, () => "after", { timeoutMs: 500 });
    await expect(update).rejects.toMatchObject({ code: "timeout", outcome: "unknown", path });
    await outage.happened;
    const unsent = zk.update(path, () => "never", { timeoutMs: 100 });
    await expect(unsent).rejects.toMatchObject({ code: "timeout", outcome: "not-applied", path });
    await outage.end();
    await waitUntil(() => zk.state === "connected", { what: "it is connected again" });
    expect((await zk.get(path)).data.toString()).toBe("after");
    await zk.delete(path);
  });

  it("is unknown to ensurePath when an answer was lost and the deadline passes before the next", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await through(proxy);
    const path = uniqueRoot();
    const outage = await loseReplyForLong(proxy, "create");
    const ensuring = zk.ensurePath(path, { timeoutMs: 500 });
    await expect(ensuring).rejects.toMatchObject({ code: "timeout", outcome: "unknown", path });
    await outage.happened;
    await outage.end();
    await waitUntil(() => zk.state === "connected", { what: "it is connected again" });
    await zk.delete(path);
  });

  it("is given up in time by update although its function never ends", async () => {
    await using zk = await connect(sharedHosts());
    const path = await zk.create(uniqueRoot());
    const never = new Promise<string>(() => {});
    await expect(zk.update(path, () => never, { timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout", path });
    await zk.delete(path);
  });

  it("has as much time as it was given, however little its client's retry policy gives", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await connect(proxy.hosts, { sessionTimeoutMs: 4_000, retry: { maxElapsedMs: 1 } });
    const path = uniqueRoot();
    await zk.create(path, "before", { timeoutMs: 5_000 });
    await lose(proxy, "request", "setData");
    expect((await zk.update(path, () => "after", { timeoutMs: 5_000 })).data.toString()).toBe("after");
    await zk.delete(path, { timeoutMs: 5_000 });
  });

  it("of several steps has one deadline for all of them, and tells the outcome of the last", async () => {
    await using proxy = await startFaultProxy();
    await using zk = await connect(proxy.hosts, { sessionTimeoutMs: 4_000 });
    const { session } = zk;
    const path = `${uniqueRoot()}/a/b`;
    await proxy.partition();
    const creating = zk.create(path, "", { parents: true, timeoutMs: 300 });
    await expect(creating).rejects.toMatchObject({ code: "timeout", outcome: "unknown", path });
    await expect(zk.ensurePath(path, { timeoutMs: 300 })).rejects.toMatchObject({ code: "timeout", path });
    // Both have ended long before the connection was given up.
    expect(session.lost.aborted).toBe(false);
    expect(zk.state).toBe("connected");
    await proxy.heal();
  });
});
