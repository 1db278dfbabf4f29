import { Lock } from "@zookit/lock";
import { type SimulatedEnsemble, simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, waitFor } from "./support/clients.js";

const PATH = "/lock";

/** Notes the requests about the lock from here on. */
function noteRequests(ensemble: SimulatedEnsemble): string[] {
  const noted: string[] = [];
  ensemble.planFaults(({ operation, path }) => {
    if (path.startsWith(PATH)) noted.push(operation);
    return undefined;
  });
  return noted;
}

test("a task hands over to the next one of its process without a round trip, and tokens increase", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const lock = new Lock(zk, PATH);
    const first = await lock.acquire();
    const acquiring = [1, 2].map(() => lock.acquire());
    await waitFor(time, "three contenders", () => childrenOf(ensemble, PATH).length === 3);
    await time.pass(50);
    const requests = noteRequests(ensemble);
    const begun = time.elapsedMs;
    void first.release();
    const second = await acquiring[0];
    void second?.release();
    const third = await acquiring[1];
    // The deletions are on their way; nothing else was asked for, and no message has arrived anywhere since.
    expect(time.elapsedMs).toBe(begun);
    expect(requests).toEqual(["delete", "delete"]);
    expect(second !== undefined && second.fencingToken > first.fencingToken).toBe(true);
    expect(third !== undefined && second !== undefined && third.fencingToken > second.fencingToken).toBe(true);
    await third?.release();
    await zk.close();
  });
});

test("tasks of one process that queue at the same time list twice, however many they are", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const lock = new Lock(zk, PATH);
    await (await lock.acquire()).release();
    const requests = noteRequests(ensemble);
    const acquiring = Array.from({ length: 20 }, () => lock.acquire());
    await waitFor(time, "twenty contenders", () => childrenOf(ensemble, PATH).length === 20);
    await time.pass(50);
    const count = (operation: string) => requests.filter((each) => each === operation).length;
    // A look at the own znode for each but the first, and nothing else.
    expect([count("create"), count("children"), count("exists"), requests.length]).toEqual([20, 2, 19, 41]);
    const tokens = [];
    for (const each of acquiring) {
      const handle = await each;
      tokens.push(handle.fencingToken);
      await handle.release();
    }
    expect(tokens).toEqual([...tokens].sort((a, b) => Number(a - b)));
    expect(new Set(tokens).size).toBe(20);
    await zk.close();
  });
});

test("tasks of one process do not pass over another process that came between them", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const order: string[] = [];
    const note = async (name: string, acquiring: ReturnType<Lock["acquire"]>) => {
      const handle = await acquiring;
      order.push(name);
      await time.pass(5);
      await handle.release();
    };
    const held = await new Lock(zk, PATH).acquire();
    const all = [];
    for (const [name, client] of [
      ["a", zk],
      ["b", other],
      ["c", zk],
      ["d", zk],
    ] as const) {
      const before = childrenOf(ensemble, PATH).length;
      all.push(note(name, new Lock(client, PATH).acquire()));
      await waitFor(time, "its znode", () => childrenOf(ensemble, PATH).length === before + 1);
    }
    await held.release();
    await Promise.all(all);
    expect(order).toEqual(["a", "b", "c", "d"]);
    await Promise.all([zk.close(), other.close()]);
  });
});

test("a task whose predecessor of the same process gives up looks at the queue again (H44)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const held = await new Lock(other, PATH).acquire();
    const giveUp = new AbortController();
    const middle = new Lock(zk, PATH).acquire({ signal: giveUp.signal });
    middle.catch(() => {});
    await waitFor(time, "the one in the middle", () => childrenOf(ensemble, PATH).length === 2);
    let isGranted = false;
    const last = new Lock(zk, PATH).acquire().then((handle) => {
      isGranted = true;
      return handle;
    });
    await waitFor(time, "the last", () => childrenOf(ensemble, PATH).length === 3);
    await time.pass(50);
    giveUp.abort(new Error("enough"));
    await expect(middle).rejects.toThrow("enough");
    await time.pass(100);
    expect(isGranted).toBe(false);
    await held.release();
    await (await last).release();
    await Promise.all([zk.close(), other.close()]);
  });
});

test("a task whose znode was deleted while it waited for one of its process queues anew (H45)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const lock = new Lock(zk, PATH);
    const held = await lock.acquire();
    const acquiring = lock.acquire();
    await waitFor(time, "its znode", () => childrenOf(ensemble, PATH).length === 2);
    await time.pass(50);
    const [waiting] = childrenOf(ensemble, PATH).filter((name) => !held.path.endsWith(name));
    await zk.delete(`${PATH}/${waiting}`);
    void held.release();
    const handle = await acquiring;
    expect(handle.path).not.toBe(`${PATH}/${waiting}`);
    expect(childrenOf(ensemble, PATH)).toEqual([handle.path.slice(PATH.length + 1)]);
    await handle.release();
    await zk.close();
  });
});

test("a task gets the lock when the holder of its process has lost it to an operator's hand (H46)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const lock = new Lock(zk, PATH);
    const held = await lock.acquire();
    const acquiring = lock.acquire();
    // Long enough for the holder to watch its own znode.
    await time.pass(500);
    await zk.delete(held.path);
    const handle = await acquiring;
    expect(held.lost.aborted).toBe(true);
    expect(handle.fencingToken > held.fencingToken).toBe(true);
    await handle.release();
    await zk.close();
  });
});

test("a task that waits for one of its process gets the lock in the next session, when theirs has ended", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const lock = new Lock(zk, PATH);
    const held = await lock.acquire();
    const acquiring = lock.acquire();
    await waitFor(time, "both", () => childrenOf(ensemble, PATH).length === 2);
    ensemble.expireSession(zk.session.id);
    const handle = await acquiring;
    expect(held.isHeld()).toBe(false);
    expect(handle.isHeld()).toBe(true);
    await handle.release();
    await zk.close();
  });
});
