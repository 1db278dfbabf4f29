import type { ZooKeeper } from "@zookit/core";
import { checkOptions } from "@zookit/core/recipe";
import { Lock } from "./lock.js";
import type { LockHandle } from "./lock-handle.js";
import type { LockOptions } from "./lock-settings.js";
import type { AcquireOptions } from "./queued-lock.js";

/**
 * Runs `fn` while holding the lock at `path`: {@link Lock.withLock} without a `Lock` object.
 *
 * @example
 * await withLock(zk, "/locks/report", async (handle) => writeReport({ signal: handle.lost }), { timeoutMs: 5_000 });
 *
 * @throws as {@link Lock.withLock} does.
 */
export async function withLock<T>(
  zk: ZooKeeper,
  path: string,
  fn: (handle: LockHandle) => Promise<T> | T,
  options?: LockOptions & AcquireOptions,
): Promise<T> {
  const { identifier, dialect, ...acquire } = checkOptions<LockOptions & AcquireOptions>(options, [
    "identifier",
    "dialect",
    "signal",
    "timeoutMs",
    "onWaiting",
  ]);
  return await new Lock(zk, path, { identifier, dialect }).withLock(fn, acquire);
}
