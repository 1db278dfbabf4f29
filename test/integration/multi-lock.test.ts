import { connect, type ZooKeeper } from "@zookit/core";
import { Lock, MultiLock, ReadWriteLock } from "@zookit/lock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/index.js";

describe("several locks as one", () => {
  let zk: ZooKeeper;
  let other: ZooKeeper;
  let root: string;

  beforeAll(async () => {
    [zk, other] = await Promise.all([connect(sharedHosts()), connect(sharedHosts())]);
    root = await zk.create(uniqueRoot());
  });
  afterAll(async () => {
    await zk.delete(root, { recursive: true });
    await Promise.all([zk.close(), other.close()]);
  });

  const childCounts = (paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => (await zk.children(path)).children.length));

  it("are taken all or none, by many tasks that name them in every order, without a deadlock (H63)", async () => {
    const names = ["a", "b", "c"].map((name) => `${root}/many-${name}`);
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2],
      [2, 0],
      [0, 1],
    ];
    const inside = new Set<number>();
    let visits = 0;
    const task = async (client: ZooKeeper, order: readonly number[]) => {
      const multi = new MultiLock(order.map((index) => new Lock(client, names[index] as string)));
      for (let round = 0; round < 3; round++) {
        await multi.withLock(
          async (handle) => {
            expect(order.filter((index) => inside.has(index))).toEqual([]);
            for (const index of order) inside.add(index);
            await client.exists(root);
            handle.assertHeld();
            for (const index of order) inside.delete(index);
            visits++;
          },
          { timeoutMs: 30_000 },
        );
      }
    };
    await Promise.all(orders.flatMap((order) => [task(zk, order), task(other, order)]));
    expect(visits).toBe(30);
    expect(await childCounts(names)).toEqual([0, 0, 0]);
  });

  it("are refused, and given back, when one is taken", async () => {
    const [a, b] = [`${root}/try-a`, `${root}/try-b`];
    const held = await new ReadWriteLock(other, b).read.acquire();
    const writing = new MultiLock([new Lock(zk, a), new ReadWriteLock(zk, b).write]);
    expect(await writing.tryAcquire()).toBeUndefined();
    await expect(writing.acquire({ timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout" });
    expect(await childCounts([a, b])).toEqual([0, 1]);
    await using reading = await new MultiLock([new ReadWriteLock(zk, b).read, new Lock(zk, a)]).tryAcquire();
    expect(reading?.isHeld()).toBe(true);
    expect(reading?.fencingTokens).toHaveLength(2);
    await held.release();
  });

  it("are lost with the first of them, whose error tells which (H46)", async () => {
    const [a, b] = [`${root}/lost-a`, `${root}/lost-b`];
    await using handle = await new MultiLock([new Lock(zk, a), new Lock(other, b)]).acquire();
    const lost = new Promise((resolve) => handle.lost.addEventListener("abort", resolve));
    const [child = ""] = (await zk.children(b)).children;
    await zk.delete(`${b}/${child}`);
    await lost;
    expect(handle.isHeld()).toBe(false);
    expect(handle.lost.reason).toMatchObject({ code: "lock-lost", path: b });
  });
});
