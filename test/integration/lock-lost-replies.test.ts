import { connect, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";
import { OpCode, Relay } from "../harness/relay.js";

const LOSSES = ["request", "reply"] as const;

describe("a lock whose requests or replies are lost", () => {
  let observer: ZooKeeper;
  let relay: Relay;
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
    relay = await Relay.start(sharedHosts());
    zk = await connect(relay.address, { sessionTimeoutMs: 4_000 });
  });
  afterEach(async () => {
    // In this order: closing blocks the event loop until the server answers, and the relay runs on the same one.
    await relay[Symbol.asyncDispose]();
    await waitUntil(() => zk.state !== "connected", { what: "the connection is gone" });
    await zk.close();
    await waitUntil(async () => (await contenders()).length === 0, { what: "sessions have ended" });
    await observer.delete(path);
  });

  const contenders = async () => (await observer.children(path)).children;
  const isEmpty = () => waitUntil(async () => (await contenders()).length === 0, { what: "no contender is left" });

  it.each(LOSSES)("is acquired once, by one znode, when the %s of the create is lost (H1)", async (lose) => {
    const lost = relay.lose(lose, OpCode.create);
    const handle = await new Lock(zk, path).acquire({ timeoutMs: 10_000 });
    await lost;
    expect(await contenders()).toHaveLength(1);
    expect(handle.isHeld()).toBe(true);
    const stat = await observer.exists(handle.path);
    expect(stat?.ephemeralOwner).toBe(zk.session.id);
    expect(handle.fencingToken).toBeGreaterThanOrEqual(stat?.czxid ?? 0n);
    await handle.release();
    expect(await contenders()).toHaveLength(0);
  });

  it.each(LOSSES)("is acquired when the %s of the listing is lost", async (lose) => {
    void relay.lose(lose, OpCode.getChildren2);
    const handle = await new Lock(zk, path).acquire({ timeoutMs: 10_000 });
    expect(await contenders()).toHaveLength(1);
    await handle.release();
  });

  it.each(LOSSES)("is handed over when the %s of the waiter's watch is lost, or of its listing", async (lose) => {
    for (const type of [OpCode.getData, OpCode.getChildren2]) {
      const held = await new Lock(observer, path).acquire();
      void relay.lose(lose, OpCode.getData);
      const waiting = new Lock(zk, path).acquire({ timeoutMs: 10_000 });
      await waitUntil(async () => (await contenders()).length === 2, { what: "it waits" });
      if (type === OpCode.getChildren2) void relay.lose(lose, type);
      await held.release();
      await (await waiting).release();
      await isEmpty();
    }
  });

  it.each(LOSSES)("is released for sure when the %s of the delete is lost (H5, H6)", async (lose) => {
    const handle = await new Lock(zk, path).acquire();
    void relay.lose(lose, OpCode.delete);
    const releasing = handle.release();
    expect(handle.isHeld()).toBe(false);
    await releasing;
    expect(await contenders()).toHaveLength(0);
    expect(handle.lost.aborted).toBe(false);
    expect(zk.session.epoch).toBe(1);
  });

  it.each(LOSSES)(
    "leaves no znode when it is aborted while the %s of its create is being lost (H4, H47)",
    async (lose) => {
      const controller = new AbortController();
      const lost = relay.lose(lose, OpCode.create).then(() => controller.abort(new Error("given up")));
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
    relay.refuse();
    await timedOut;
    expect(await contenders()).toHaveLength(2);
    relay.open();
    await waitUntil(async () => (await contenders()).length === 1, { what: "the janitor has done its work" });
    expect(zk.session.epoch).toBe(1);
    await held.release();
  });

  it("is waited for through the loss of the session, and acquired in the new one", async () => {
    const held = await new Lock(observer, path).acquire();
    const waiting = new Lock(zk, path).acquire({ timeoutMs: 30_000 });
    await waitUntil(async () => (await contenders()).length === 2, { what: "it waits" });
    const { session } = zk;
    relay.refuse();
    await waitUntil(() => session.lost.aborted, { what: "the session is lost" });
    relay.open();
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
