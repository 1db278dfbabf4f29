import { connect, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import type { FaultOperation, FaultProxy, InjectedFault } from "@zookit/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFaultProxy } from "../harness/fault-proxy.js";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

const LOSSES = ["request", "reply"] as const;

describe("a lock whose requests or replies are lost", () => {
  let observer: ZooKeeper;
  let proxy: FaultProxy;
  let zk: ZooKeeper;
  let path: string;

  beforeAll(async () => {
    observer = await connect(sharedHosts());
  });
  afterAll(() => observer?.close());
  beforeEach(async () => {
    path = uniqueRoot();
    // Not a container, which may be reaped while it is looked at.
    await observer.create(path);
    proxy = await startFaultProxy();
    zk = await connect(proxy.hosts, { sessionTimeoutMs: 4_000 });
  });
  afterEach(async () => {
    await zk.close();
    await proxy.stop();
    await waitUntil(async () => (await contenders()).length === 0, { what: "sessions have ended" });
    await observer.delete(path);
  });

  const lose = (at: "request" | "reply", operation: FaultOperation): Promise<InjectedFault> =>
    proxy.inject({ at, operation, action: "lose" });
  const contenders = async () => (await observer.children(path)).children;
  const isEmpty = () => waitUntil(async () => (await contenders()).length === 0, { what: "no contender is left" });

  it.each(LOSSES)("is acquired once, by one znode, when the %s of the create is lost (H1)", async (at) => {
    const fault = await lose(at, "create");
    const handle = await new Lock(zk, path).acquire({ timeoutMs: 10_000 });
    await fault.happened;
    expect(await contenders()).toHaveLength(1);
    expect(handle.isHeld()).toBe(true);
    const stat = await observer.exists(handle.path);
    expect(stat?.ephemeralOwner).toBe(zk.session.id);
    expect(handle.fencingToken).toBeGreaterThanOrEqual(stat?.czxid ?? 0n);
    await handle.release();
    expect(await contenders()).toHaveLength(0);
  });

  it.each(LOSSES)("is acquired when the %s of the listing is lost", async (at) => {
    const fault = await lose(at, "getChildren2");
    const handle = await new Lock(zk, path).acquire({ timeoutMs: 10_000 });
    await fault.happened;
    expect(await contenders()).toHaveLength(1);
    await handle.release();
  });

  it.each(LOSSES)("is handed over when the %s of the waiter's watch is lost, or of its listing", async (at) => {
    for (const operation of ["getData", "getChildren2"] as const) {
      const held = await new Lock(observer, path).acquire();
      const watchLost = await lose(at, "getData");
      const waiting = new Lock(zk, path).acquire({ timeoutMs: 10_000 });
      await waitUntil(async () => (await contenders()).length === 2, { what: "it waits" });
      await watchLost.happened;
      if (operation === "getChildren2") await lose(at, operation);
      await held.release();
      await (await waiting).release();
      await isEmpty();
    }
  });

  it.each(LOSSES)("is released for sure when the %s of the delete is lost (H5, H6)", async (at) => {
    const handle = await new Lock(zk, path).acquire();
    const fault = await lose(at, "delete");
    const releasing = handle.release();
    expect(handle.isHeld()).toBe(false);
    await releasing;
    await fault.happened;
    expect(await contenders()).toHaveLength(0);
    expect(handle.lost.aborted).toBe(false);
    expect(zk.session.epoch).toBe(1);
  });

  it.each(LOSSES)(
    "leaves no znode when it is aborted while the %s of its create is being lost (H4, H47)",
    async (at) => {
      const controller = new AbortController();
      const fault = await lose(at, "create");
      // The client shall be without a connection when it is told, and able to get one afterwards.
      const reconnect = await proxy.inject({ operation: "connect", at: "request", action: "hold" });
      const lost = fault.happened.then(async () => {
        controller.abort(new Error("given up"));
        await reconnect.release();
      });
      await expect(new Lock(zk, path).acquire({ signal: controller.signal })).rejects.toThrow("given up");
      await lost;
      await isEmpty();
      expect(zk.session.epoch).toBe(1);
    },
  );

  it("leaves no znode when it times out while the connection is gone, in time and for sure (H4)", async () => {
    const held = await new Lock(observer, path).acquire();
    const waiting = new Lock(zk, path).acquire({ timeoutMs: 300 });
    const timedOut = expect(waiting).rejects.toMatchObject({ code: "timeout" });
    await waitUntil(async () => (await contenders()).length === 2, { what: "it waits" });
    await proxy.refuse();
    await timedOut;
    expect(await contenders()).toHaveLength(2);
    await proxy.accept();
    await waitUntil(async () => (await contenders()).length === 1, { what: "the janitor has done its work" });
    expect(zk.session.epoch).toBe(1);
    await held.release();
  });

  it("is waited for through the loss of the session, and acquired in the new one", async () => {
    const held = await new Lock(observer, path).acquire();
    const waiting = new Lock(zk, path).acquire({ timeoutMs: 30_000 });
    await waitUntil(async () => (await contenders()).length === 2, { what: "it waits" });
    const { session } = zk;
    await proxy.refuse();
    await waitUntil(() => session.lost.aborted, { what: "the session is lost" });
    await proxy.accept();
    await waitUntil(() => zk.session.epoch === 2 && zk.state === "connected", { what: "there is a new session" });
    await held.release();
    const handle = await waiting;
    expect(handle.isHeld()).toBe(true);
    expect((await observer.exists(handle.path))?.ephemeralOwner).toBe(zk.session.id);
    await handle.release();
    await isEmpty();
  });

  it("is queued for anew when somebody deletes the waiter's znode (H45)", async () => {
    const held = await new Lock(observer, path).acquire();
    const waiting = new Lock(zk, path).acquire({ timeoutMs: 10_000 });
    const [first] = await waitUntil(
      async () => {
        const others = (await contenders()).filter((name) => !held.path.endsWith(name));
        return others.length === 1 && others;
      },
      { what: "it waits" },
    );
    await observer.delete(`${path}/${first}`);
    await held.release();
    const handle = await waiting;
    expect(handle.path.endsWith(first ?? "")).toBe(false);
    await handle.release();
  });
});
