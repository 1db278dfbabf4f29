import { digestAcl, type WaitOptions, type ZooKeeper } from "@zookit/core";
import { Election } from "@zookit/election";
import { Lock, MultiLock, ReadWriteLock, withLock } from "@zookit/lock";

export type Operation = (zk: ZooKeeper, path: string, options?: WaitOptions) => Promise<unknown>;

/** Something for an update, or a block under a lock, that must not run. */
export function mustNotRun(): never {
  throw new Error("the callback ran");
}

/** What reads, by name. */
export const READS: Readonly<Record<string, Operation>> = {
  get: (zk, path, options) => zk.get(path, options),
  exists: (zk, path, options) => zk.exists(path, options),
  children: (zk, path, options) => zk.children(path, options),
  sync: (zk, path, options) => zk.sync(path, options),
  "Lock.contenders": (zk, path, options) => new Lock(zk, path).contenders(options),
  "ReadWriteLock.read.contenders": (zk, path, options) => new ReadWriteLock(zk, path).read.contenders(options),
  "Election.leader": (zk, path, options) => new Election(zk, path).leader(options),
  "Election.contenders": (zk, path, options) => new Election(zk, path).contenders(options),
};

/** What would write, by name. */
export const WRITES: Readonly<Record<string, Operation>> = {
  create: (zk, path, options) => zk.create(`${path}/new`, "x", options),
  "create with parents": (zk, path, options) => zk.create(`${path}/new/below`, "x", { ...options, parents: true }),
  "create with an ACL": (zk, path, options) =>
    zk.create(`${path}/new`, "x", { ...options, acl: [digestAcl("nobody", "nothing")] }),
  set: (zk, path, options) => zk.set(path, "x", options),
  setAcl: (zk, path, options) => zk.setAcl(path, [digestAcl("nobody", "nothing")], options),
  delete: (zk, path, options) => zk.delete(`${path}/child`, options),
  "recursive delete": (zk, path, options) => zk.delete(path, { ...options, recursive: true }),
  ensurePath: (zk, path, options) => zk.ensurePath(`${path}/new/below`, options),
  update: (zk, path, options) => zk.update(path, () => "x", options),
};

/** What takes a lock or an office, by name. */
export const LOCKS: Readonly<Record<string, Operation>> = {
  "Lock.acquire": (zk, path, options) => new Lock(zk, path).acquire(options),
  "Lock.tryAcquire": (zk, path, options) => new Lock(zk, path).tryAcquire(options),
  "Lock.withLock": (zk, path, options) => new Lock(zk, path).withLock(mustNotRun, options),
  "withLock()": (zk, path, options) => withLock(zk, path, mustNotRun, options),
  "ReadWriteLock.read.acquire": (zk, path, options) => new ReadWriteLock(zk, path).read.acquire(options),
  "ReadWriteLock.write.withLock": (zk, path, options) =>
    new ReadWriteLock(zk, path).write.withLock(mustNotRun, options),
  "MultiLock.acquire": (zk, path, options) => new MultiLock([new Lock(zk, path)]).acquire(options),
  "Election.campaign": (zk, path, options) => new Election(zk, path).campaign(options),
};

export const OPERATIONS: Readonly<Record<string, Operation>> = { ...READS, ...WRITES, ...LOCKS };
