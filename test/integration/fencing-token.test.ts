import { connect, type ZooKeeper } from "@zookit/core";
import { Lock, type LockHandle } from "@zookit/lock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

describe("the fencing token, on a real server", () => {
  let zk: ZooKeeper;
  let other: ZooKeeper;

  beforeAll(async () => {
    [zk, other] = await Promise.all([connect(sharedHosts()), connect(sharedHosts())]);
  });
  afterAll(() => Promise.all([zk?.close(), other?.close()]));

  async function czxidOf(handle: LockHandle): Promise<bigint> {
    const stat = await zk.exists(handle.path);
    if (stat === undefined) throw new Error(`${handle.path} is gone`);
    return stat.czxid;
  }

  it("lies between the czxid of the holder's znode and that of every later contender", async () => {
    const path = uniqueRoot();
    // Contenders come and go in bursts from two clients, so that some listings see later creates and some do not.
    const held: { token: bigint; czxid: bigint }[] = [];
    const contend = async (lock: Lock) => {
      const handle = await lock.acquire();
      held.push({ token: handle.fencingToken, czxid: await czxidOf(handle) });
      await handle.release();
    };
    for (let burst = 0; burst < 20; burst++) {
      const locks = Array.from({ length: 1 + (burst % 7) }, (_, index) => new Lock(index % 2 ? zk : other, path));
      await Promise.all(locks.map(contend));
    }
    for (const [index, { token, czxid }] of held.entries()) {
      expect(token).toBeGreaterThanOrEqual(czxid);
      const next = held[index + 1];
      if (next !== undefined) expect(token).toBeLessThan(next.czxid);
    }
    await zk.delete(path, { recursive: true });
  });

  it("equals the czxid after an undisturbed acquisition, without a request for it", async () => {
    const path = uniqueRoot();
    await using handle = await new Lock(zk, path).acquire();
    expect(handle.fencingToken).toBe(await czxidOf(handle));
  });

  it("goes on increasing after the lock's znode was deleted and made again, where sequence numbers begin anew (H57)", async () => {
    const path = uniqueRoot();
    const lock = new Lock(zk, path);
    const tokens: bigint[] = [];
    for (let round = 0; round < 5; round++) {
      for (let cycle = 0; cycle < 3; cycle++) {
        const handle = await lock.acquire();
        tokens.push(handle.fencingToken);
        expect(handle.path.endsWith(`${cycle}`)).toBe(true);
        await handle.release();
      }
      await zk.delete(path);
    }
    expect(tokens).toEqual([...tokens].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it("is right after the container of an idle lock was reaped between two acquisitions (H58)", async () => {
    const path = uniqueRoot();
    const lock = new Lock(zk, path);
    const first = await lock.acquire();
    await first.release();
    await waitUntil(async () => (await zk.exists(path)) === undefined, {
      what: "the container is reaped",
      timeoutMs: 30_000,
    });
    await using second = await lock.acquire();
    expect(second.fencingToken).toBeGreaterThan(first.fencingToken);
    expect(second.isHeld()).toBe(true);
  });
});
