import { Lock } from "@zookit/lock";
import { type SimulatedEnsemble, simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, waitFor } from "./support/clients.js";

const PATH = "/lock";
/** Longer than any session. */
const LONG_MS = 10_000;

/** How many contenders there are, also where nothing has been created yet. */
function contendersOf(ensemble: SimulatedEnsemble): number {
  return childrenOf(ensemble, PATH).length;
}

test("never adopts what an earlier session left, while the servers keep that alive (H3)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    await zk.ensurePath(PATH);
    const left = zk.session;
    // The create is served, but nothing arrives any more, for longer than the client trusts its session.
    ensemble.planFaults(({ operation, session }) =>
      operation === "create" && session === left.id ? { point: "silence", consequence: "reconnect" } : undefined,
    );
    const acquiring = new Lock(zk, PATH).acquire();
    await waitFor(time, "the first znode", () => contendersOf(ensemble) === 1);
    ensemble.partition(left.id, LONG_MS);
    await waitFor(time, "a second znode", () => contendersOf(ensemble) === 2);
    expect(left.lost.aborted).toBe(true);
    expect(ensemble.sessions).toContain(left.id);
    const handle = await acquiring;
    expect((await zk.get(handle.path)).stat.ephemeralOwner).toBe(zk.session.id);
    expect(childrenOf(ensemble, PATH)).toEqual([handle.path.slice(PATH.length + 1)]);
    await handle.release();
    await zk.close();
  });
});

test("a waiter with a new session queues anew, although the servers still show its old znode (H22, H23)", async () => {
  await simulate(async (ensemble, time) => {
    const [holder, waiter] = [await openClient(ensemble), await openClient(ensemble)];
    const held = await new Lock(holder, PATH).acquire();
    const acquiring = new Lock(waiter, PATH).acquire();
    await waitFor(time, "the waiter's znode", () => contendersOf(ensemble) === 2);
    const left = waiter.session.id;
    ensemble.partition(left, LONG_MS);
    await waitFor(time, "its next session", () => waiter.session.epoch === 2 && waiter.state === "connected");
    expect(ensemble.sessions).toContain(left);
    await held.release();
    const handle = await acquiring;
    expect((await waiter.get(handle.path)).stat.ephemeralOwner).toBe(waiter.session.id);
    expect(handle.isHeld()).toBe(true);
    await handle.release();
    await Promise.all([holder.close(), waiter.close()]);
  });
});

test("a waiter goes on waiting when the one before it dies while the holder lives (H44)", async () => {
  await simulate(async (ensemble, time) => {
    const clients = [await openClient(ensemble), await openClient(ensemble), await openClient(ensemble)] as const;
    const [holder, middle, last] = clients;
    const held = await new Lock(holder, PATH).acquire();
    const between = new Lock(middle, PATH).acquire();
    await waitFor(time, "the second contender", () => contendersOf(ensemble) === 2);
    let isGranted = false;
    const waiting = new Lock(last, PATH).acquire().then((handle) => {
      isGranted = true;
      return handle;
    });
    await waitFor(time, "the third contender", () => contendersOf(ensemble) === 3);
    // It queues anew, behind the third.
    ensemble.expireSession(middle.session.id);
    await waitFor(time, "its next session", () => middle.session.epoch === 2 && contendersOf(ensemble) === 3);
    await time.pass(100);
    expect(isGranted).toBe(false);
    expect(held.isHeld()).toBe(true);
    await held.release();
    await (await waiting).release();
    await (await between).release();
    await Promise.all(clients.map((zk) => zk.close()));
  });
});

test("what is granted is held, also if the session ended while the last listing was under way (H45)", async () => {
  await simulate(async (ensemble, time) => {
    const [holder, waiter] = [await openClient(ensemble), await openClient(ensemble)];
    const held = await new Lock(holder, PATH).acquire();
    const acquiring = new Lock(waiter, PATH).acquire();
    await waitFor(time, "the waiter's znode", () => contendersOf(ensemble) === 2);
    await time.pass(100);
    const { id, validUntil } = waiter.session;
    ensemble.planFaults(({ operation, session }) => {
      if (operation === "children" && session === id) time.stall(validUntil - time.elapsedMs + 1);
      return undefined;
    });
    await held.release();
    const handle = await acquiring;
    expect(handle.isHeld()).toBe(true);
    expect(waiter.session.epoch).toBe(2);
    await handle.release();
    await Promise.all([holder.close(), waiter.close()]);
  });
});

test("a waiter leaves no watch behind on what went while it was away (H36)", async () => {
  await simulate(async (ensemble, time) => {
    const [holder, waiter] = [await openClient(ensemble), await openClient(ensemble)];
    const held = await new Lock(holder, PATH).acquire();
    const acquiring = new Lock(waiter, PATH).acquire();
    await waitFor(time, "the waiter's watch", () => watchesOf(ensemble) === 1);
    ensemble.dropConnection(waiter.session.id);
    await held.release();
    const handle = await acquiring;
    expect(watchesOf(ensemble)).toBe(0);
    await handle.release();
    await Promise.all([holder.close(), waiter.close()]);
  });
});

function watchesOf({ servers }: SimulatedEnsemble): number {
  return servers.reduce((sum, { watchCount }) => sum + watchCount, 0);
}
