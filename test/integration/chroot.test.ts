/** Every recipe below a chroot, one that exists and one that does not yet: all that it makes is there, and its paths are the client's own. */
import { Barrier, DoubleBarrier } from "@zookit/barrier";
import { connect, type ZooKeeper } from "@zookit/core";
import { Counter } from "@zookit/counter";
import { Election } from "@zookit/election";
import { Lock, ReadWriteLock, Semaphore } from "@zookit/lock";
import { type Partition, Partitioner } from "@zookit/partitioner";
import { Party } from "@zookit/party";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

const IN_TIME = { timeoutMs: 10_000 };

/** The basics of each recipe at a path, with two clients of the same chroot. */
const BASICS: Readonly<Record<string, (one: ZooKeeper, other: ZooKeeper, path: string) => Promise<void>>> = {
  Lock: async (one, other, path) => {
    const handle = await new Lock(one, path).acquire(IN_TIME);
    expect(handle.path.startsWith(`${path}/`)).toBe(true);
    expect((await other.exists(handle.path))?.czxid).toBe(handle.fencingToken);
    const next = new Lock(other, path).acquire(IN_TIME);
    await handle.release();
    await (await next).release();
  },
  ReadWriteLock: async (one, other, path) => {
    const readers = await Promise.all([one, other].map((zk) => new ReadWriteLock(zk, path).read.acquire(IN_TIME)));
    const writing = new ReadWriteLock(one, path).write.acquire(IN_TIME);
    await Promise.all(readers.map((reader) => reader.release()));
    const reader = await (await writing).downgrade(IN_TIME);
    expect(await other.exists(reader.path)).toBeDefined();
    await reader.release();
  },
  Semaphore: async (one, other, path) => {
    const handle = await new Semaphore(one, path, 1).acquire(IN_TIME);
    expect(await new Semaphore(other, path, 1).tryAcquire(IN_TIME)).toBeUndefined();
    const next = new Semaphore(other, path, 1).acquire(IN_TIME);
    await handle.release();
    const nextHandle = await next;
    expect(await new Semaphore(one, path, 1).holders(IN_TIME)).toHaveLength(1);
    await nextHandle.release();
    await new Semaphore(one, path, 1).setLimit(2, IN_TIME);
    expect(await new Semaphore(other, path, 1).limit(IN_TIME)).toBe(2);
  },
  Election: async (one, other, path) => {
    const leadership = await new Election(one, path, { identifier: "a" }).campaign(IN_TIME);
    await leadership.proclaim("here", IN_TIME);
    const leader = await new Election(other, path).leader(IN_TIME);
    expect(leader).toMatchObject({ identifier: "a", data: Buffer.from("here") });
    expect(leader?.fencingToken).toBe(leadership.fencingToken);
    expect(await one.exists(leader?.path as string)).toBeDefined();
    await leadership.resign(IN_TIME);
  },
  Party: async (one, other, path) => {
    const waiting = new Party(other, path).waitFor(2, IN_TIME);
    const memberships = await Promise.all(
      [one, other].map((zk, index) => new Party(zk, path).join({ identifier: `member ${index}`, ...IN_TIME })),
    );
    expect((await waiting).map(({ identifier }) => identifier).sort()).toEqual(["member 0", "member 1"]);
    await Promise.all(memberships.map((membership) => membership.leave(IN_TIME)));
    expect(await new Party(one, path).members(IN_TIME)).toEqual([]);
  },
  Barrier: async (one, other, path) => {
    await new Barrier(one, path).create(IN_TIME);
    const waiting = new Barrier(other, path).wait(IN_TIME);
    await new Barrier(one, path).remove(IN_TIME);
    await waiting;
  },
  DoubleBarrier: async (one, other, path) => {
    const barriers = [one, other].map((zk) => new DoubleBarrier(zk, path, 2));
    await Promise.all(barriers.map((barrier) => barrier.enter(IN_TIME)));
    await Promise.all(barriers.map((barrier) => barrier.leave(IN_TIME)));
  },
  Counter: async (one, other, path) => {
    await new Counter(one, path).add(2, IN_TIME);
    expect(await new Counter(other, path).add(3, IN_TIME)).toEqual({ before: 2, after: 5 });
    expect(await new Counter(one, path).get(IN_TIME)).toBe(5);
  },
  Partitioner: async (one, other, path) => {
    const stop = new AbortController();
    const calls: Partition[] = [];
    const runs = [one, other].map((zk, index) => {
      const options = { partitions: ["a", "b"], identifier: `member ${index}`, settleMs: 50 };
      const untilLost = async (partition: Partition) => {
        calls.push(partition);
        await new Promise((resolve) => partition.lost.addEventListener("abort", resolve, { once: true }));
      };
      return new Partitioner(zk, path, options).run(untilLost, { signal: stop.signal });
    });
    const settled = Promise.allSettled(runs);
    const held = () => calls.filter((partition) => partition.isHeld() && !partition.lost.aborted);
    const watched = new Partitioner(one, path, { partitions: ["a", "b"] }).watch({
      signal: AbortSignal.timeout(10_000),
    });
    for await (const { members } of watched) {
      if (members.length === 2 && members.every(({ partitions }) => partitions.length === 1)) break;
    }
    await waitUntil(() => held().length === 2, { what: "each partition is with its owner" });
    for (const { name, fencingToken } of held()) {
      expect((await other.exists(`${path}/owners/${name}`))?.czxid).toBe(fencingToken);
    }
    const enough = new Error("enough");
    stop.abort(enough);
    expect(await settled).toEqual(runs.map(() => ({ status: "rejected", reason: enough })));
    expect((await one.children(`${path}/owners`)).children).toEqual([]);
  },
};

describe.each(["there is one", "there is none yet"])("below a chroot where %s (H85)", (kind) => {
  const root = uniqueRoot();
  let outside: ZooKeeper;

  beforeAll(async () => {
    outside = await connect(sharedHosts());
  });
  afterAll(async () => {
    await outside.delete(root, { recursive: true });
    await outside.close();
  });

  it.each(Object.entries(BASICS))("%s works, and nothing is made outside (H85)", async (name, basics) => {
    const chroot = `${root}/${name}/chroot`;
    await (kind === "there is one" ? outside.ensurePath(chroot) : outside.ensurePath(root));
    await using one = await connect(`${sharedHosts()}${chroot}`);
    await using other = await connect(`${sharedHosts()}${chroot}`);
    // One that is not made by anybody else: the recipe makes the chroot too.
    await basics(one, other, "/below/here");
    expect((await outside.children(chroot)).children).toEqual(["below"]);
    expect((await outside.children(`${root}/${name}`)).children).toEqual(["chroot"]);
    expect(await outside.exists("/below")).toBeUndefined();
  });
});
