/** A server that stops answering without closing anything: sessions run out, and writes under way are ambiguous. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect, type OperationMessage, type StateMessage } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ensemble, type Server, startEnsemble, uniqueRoot, waitUntil } from "../harness/index.js";

const TICK_MS = 500;
const SESSION_MS = 10 * TICK_MS;

/** Resolves in a turn of the event loop in which the requests made before have been handed to the connection. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a frozen server", () => {
  let ensemble: Ensemble;
  let server: Server;
  let path: string;

  beforeAll(async () => {
    ensemble = await startEnsemble({ tickTimeMs: TICK_MS });
    [server] = ensemble.servers as [Server];
  });
  afterAll(() => ensemble?.stop());
  beforeEach(async (context) => {
    context.skip(!ensemble.canControlProcesses, "needs control over the server's process");
    await server.thaw();
    await ensemble.waitUntilServing();
    path = uniqueRoot();
  });

  const client = (sessionTimeoutMs = SESSION_MS) => connect(ensemble.hosts, { sessionTimeoutMs });

  it("makes a write unknown that is under way when its client is closed: it may be applied later, and is (H9)", async () => {
    const zk = await client(20 * TICK_MS);
    await zk.create(path, "before");
    await server.freeze();
    const write = zk.set(path, "after").catch((error: unknown) => error);
    await nextTurn();
    await zk.close();
    expect(await write).toMatchObject({ code: "closed", outcome: "unknown", path });
    await server.thaw();
    await using observer = await client();
    expect(String((await observer.get(path)).data)).toBe("after");
    await observer.delete(path);
  });

  it("tells holders and makes waiters queue anew when it freezes for longer than the session (H13, H21, H35)", async () => {
    await using holder = await client();
    await using waiter = await client();
    const sessions = [holder.session, waiter.session];
    const held = await new Lock(holder, path).acquire();
    const waiting = new Lock(waiter, path).acquire({ timeoutMs: 30_000 });
    // The waiter watches the holder's znode, and the holder its own: nothing is under way any more.
    await waitUntil(async () => (await server.watchCount()) === 2, { what: "both wait for events alone" });
    await server.freeze();
    await waitUntil(() => sessions.every(({ lost }) => lost.aborted), { what: "both sessions are lost" });
    expect(held.isHeld()).toBe(false);
    expect(held.lost.reason).toMatchObject({ code: "lock-lost", cause: { code: "session-lost" } });
    await server.thaw();
    const next = await waiting;
    expect(next.isHeld()).toBe(true);
    expect((await waiter.exists(next.path))?.ephemeralOwner).toBe(waiter.session.id);
    expect(waiter.session.id).not.toBe(sessions[1]?.id);
    expect(next.fencingToken).toBeGreaterThan(held.fencingToken);
    // What the old sessions left has gone with them, and the one that was lost has not come back to life.
    await waitUntil(async () => (await waiter.children(path)).children.length === 1, { what: "the old ones are gone" });
    expect(held.isHeld()).toBe(false);
    await next.release();
  });

  it("is sent a write first when a client comes back: nothing else is answered before it counts as connected (H2, H18)", async () => {
    await using zk = await client(20 * TICK_MS);
    await zk.create(path, "data");
    const { id } = zk.session;
    const seen: string[] = [];
    const onOperation = (message: unknown) => {
      const { operation, sessionId } = message as OperationMessage;
      if (sessionId === id) seen.push(operation);
    };
    const onState = (message: unknown) => seen.push((message as StateMessage).state);
    subscribe("zookit:operation", onOperation);
    subscribe("zookit:state", onState);
    try {
      await server.restart();
      // Waits for the connection, as a recipe's look-up would.
      expect(String((await zk.get(path)).data)).toBe("data");
    } finally {
      unsubscribe("zookit:operation", onOperation);
      unsubscribe("zookit:state", onState);
    }
    expect(zk.session.id).toBe(id);
    const back = seen.slice(seen.indexOf("suspended"));
    expect(back.slice(0, 3)).toEqual(["suspended", "delete", "connected"]);
    await zk.delete(path);
  });
});
