import { Barrier, DoubleBarrier } from "@zookit/barrier";
import type { ObserveOptions, WaitOptions, ZooKeeper } from "@zookit/core";
import { Counter } from "@zookit/counter";
import { Election } from "@zookit/election";
import { Lock, MultiLock, ReadWriteLock, Semaphore } from "@zookit/lock";
import { Partitioner } from "@zookit/partitioner";
import { Party } from "@zookit/party";

export type Begin = (zk: ZooKeeper, path: string, options: WaitOptions & ObserveOptions) => Promise<unknown>;

/** What each recipe begins with, at a path where there is nothing yet. */
export const BEGINNINGS: Readonly<Record<string, Begin>> = {
  Lock: (zk, path, options) => new Lock(zk, path).acquire(options),
  "Lock.tryAcquire": (zk, path, options) => new Lock(zk, path).tryAcquire(options),
  "ReadWriteLock.read": (zk, path, options) => new ReadWriteLock(zk, path).read.acquire(options),
  "ReadWriteLock.write": (zk, path, options) => new ReadWriteLock(zk, path).write.acquire(options),
  MultiLock: (zk, path, options) => new MultiLock([new Lock(zk, path)]).acquire(options),
  Semaphore: (zk, path, options) => new Semaphore(zk, path, 2).acquire(options),
  "Semaphore.setLimit": (zk, path, options) => new Semaphore(zk, path, 2).setLimit(3, options),
  Election: (zk, path, options) => new Election(zk, path).campaign(options),
  Party: (zk, path, options) => new Party(zk, path).join(options),
  Barrier: (zk, path, options) => new Barrier(zk, path).create(options),
  DoubleBarrier: (zk, path, options) => new DoubleBarrier(zk, path, 1).enter(options),
  "DoubleBarrier, shared": (zk, path, options) => new DoubleBarrier(zk, path, 1, { dialect: "shared" }).enter(options),
  Counter: (zk, path, options) => new Counter(zk, path).add(1, options),
  Partitioner: (zk, path, { signal }) =>
    new Partitioner(zk, path, { partitions: ["a"] }).run(async () => {}, { signal }),
  "Partitioner.setPartitions": (zk, path, options) =>
    new Partitioner(zk, path, { partitions: ["a"] }).setPartitions(["b"], options),
};
