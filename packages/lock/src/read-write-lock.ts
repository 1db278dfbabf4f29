import type { ZooKeeper } from "@zookit/core";
import type { LockDialect, Place } from "@zookit/core/recipe";
import { type HandleOf, LockHandle } from "./lock-handle.js";
import { type LockOptions, type LockSettings, lockSettings } from "./lock-settings.js";
import { QueuedLock } from "./queued-lock.js";
import { holdersOf, readWriteNaming } from "./read-write-naming.js";
import { WriteLockHandle } from "./write-lock-handle.js";

/** The reading side of a {@link ReadWriteLock}. */
export class ReadLock extends QueuedLock<LockHandle> {
  /** @internal */
  constructor(settings: LockSettings) {
    super(settings, {
      kind: "read",
      name: "the read lock",
      naming: readWriteNaming(settings.dialect, "read"),
      holders: holdersOf,
    });
  }

  protected override handleOf(place: Place, lock: HandleOf): LockHandle {
    return new LockHandle(place, lock);
  }
}

/** The writing side of a {@link ReadWriteLock}. */
export class WriteLock extends QueuedLock<WriteLockHandle> {
  /** @internal */
  constructor(settings: LockSettings) {
    super(settings, {
      kind: "write",
      name: "the write lock",
      naming: readWriteNaming(settings.dialect, "write"),
      holders: holdersOf,
    });
  }

  protected override handleOf(place: Place, lock: HandleOf): WriteLockHandle {
    const asReader = { ...lock, kind: "read" as const, name: `the read lock ${this.path}` };
    return new WriteLockHandle(place, lock, asReader, readWriteNaming(this.dialect, "read"));
  }
}

/**
 * A fair, distributed lock that many can hold for reading, or one for writing. The object is immutable and cheap; both sides
 * are locks with all that a {@link Lock} has, and a writer can become a reader, see {@link WriteLockHandle.downgrade}.
 *
 * Readers and writers queue together, in the order of their arrival at the servers. A reader waits for the writers before it
 * only, a writer for everybody before it: neither readers nor writers starve. A reader that arrives behind a waiting writer
 * waits for that one.
 *
 * **No way from reading to writing.** Two readers that both want to write would wait for each other for ever (H61). Inside a
 * block of either side, asking for any side of the same lock fails at once with {@link NestedAcquireError}: also reading inside
 * a reading block, which would wait for a writer that has come between, and that one for the block. Elsewhere, release first.
 *
 * **Protocol.** As that of {@link Lock}, in one queue of readers' and writers' znodes. A waiting reader watches the nearest
 * writer before it; a waiting writer watches whoever is directly before it. A reader in front of a waiting writer that leaves
 * out of turn wakes nobody but the one directly behind.
 *
 * **Cost.** As {@link Lock}. A writer that leaves wakes all readers up to the next writer, which can all go on.
 *
 * **Tokens.** A writer's is greater than that of all readers and writers before it, and lower than that of all after it. What the
 * lock protects should refuse tokens lower than the highest *writer's* that it has seen: readers that hold together have
 * different ones.
 *
 * @example
 * const config = new ReadWriteLock(zk, "/locks/config");
 * await config.read.withLock(async () => await load());
 * await config.write.withLock(async (handle) => await store(next, { fencingToken: handle.fencingToken }));
 *
 * @see https://zookeeper.apache.org/doc/current/recipes.html#Shared+Locks
 * @see Curator's InterProcessReadWriteLock, kazoo's ReadLock and WriteLock
 */
export class ReadWriteLock {
  readonly path: string;
  readonly identifier: string;
  readonly dialect: LockDialect;
  readonly read: ReadLock;
  readonly write: WriteLock;

  /** @throws {InvalidArgumentError} */
  constructor(zk: ZooKeeper, path: string, options?: LockOptions) {
    const settings = lockSettings(zk, path, options);
    this.path = path;
    this.identifier = settings.identifier;
    this.dialect = settings.dialect;
    this.read = new ReadLock(settings);
    this.write = new WriteLock(settings);
  }
}
