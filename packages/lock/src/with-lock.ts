import type { WaitOptions, ZooKeeper } from "@zookit/core";
import { checkOptions } from "@zookit/core/recipe";
import { Lock, type LockOptions } from "./lock.js";
import type { LockHandle } from "./lock-handle.js";

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
  options?: LockOptions & WaitOptions,
): Promise<T> {
  const given = checkOptions<LockOptions & WaitOptions>(options, ["identifier", "dialect", "signal", "timeoutMs"]);
  const { identifier, dialect, signal, timeoutMs } = given;
  return await new Lock(zk, path, { identifier, dialect }).withLock(fn, { signal, timeoutMs });
}
