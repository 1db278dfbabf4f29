import type { ZooKeeper } from "@zookit/core";
import { LOCK_NAMINGS, type Place } from "@zookit/core/recipe";
import { type HandleOf, LockHandle } from "./lock-handle.js";
import { type LockOptions, lockSettings } from "./lock-settings.js";
import { QueuedLock } from "./queued-lock.js";

/**
 * A fair, distributed mutual exclusion lock. The object is immutable and cheap; every acquisition gives a
 * {@link LockHandle} that owns all state. Acquisitions queue in the order of their arrival at the servers, those of one
 * object among each other too: the lock is not re-entrant.
 *
 * **Protocol.** The children of `path` contend: each an ephemeral sequential znode with the contender's identifier. The
 * one with the lowest sequence number holds the lock; every other watches the one directly before it. See
 * `docs/guarantees.md` for what that promises.
 *
 * **Cost.** Uncontended: acquire one round trip of two requests, release one of one. Contended: one request to arm the
 * watch, one listing when the predecessor has gone; no listing and no round trip if that was one of the same client. One watch held while waiting, and one while holding for longer than
 * 200 ms.
 *
 * **Failure.** A lost connection is waited for, while waiting as well as while holding. If the session ends while
 * waiting, the contender queues anew; while holding, the handle is lost.
 *
 * @example
 * const lock = new Lock(zk, "/locks/report");
 * await lock.withLock(async (handle) => {
 *   await store.write(report, { fencingToken: handle.fencingToken, signal: handle.lost });
 * });
 *
 * @see https://zookeeper.apache.org/doc/current/recipes.html#sc_recipes_Locks
 * @see Curator's LockInternals, kazoo's recipe/lock.py, etcd's concurrency.Mutex
 */
export class Lock extends QueuedLock<LockHandle> {
  /** @throws {InvalidArgumentError} */
  constructor(zk: ZooKeeper, path: string, options?: LockOptions) {
    const settings = lockSettings(zk, path, options);
    super(settings, { kind: "exclusive", name: "the lock", naming: LOCK_NAMINGS[settings.dialect], holders: () => 1 });
  }

  protected override handleOf(place: Place, lock: HandleOf): LockHandle {
    return new LockHandle(place, lock);
  }
}
