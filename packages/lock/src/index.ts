/** Fair, distributed locks and semaphores on ZooKeeper with fencing tokens, and an AbortSignal for their loss. */
export type { LockDialect } from "@zookit/core/recipe";
export type { LockMessage, PermitsMessage } from "./diagnostics.js";
export {
  DowngradeError,
  LimitMismatchError,
  LockLostError,
  NestedAcquireError,
  TooManyPermitsError,
} from "./errors.js";
export type { Lockable, MemberHandle } from "./gather.js";
export { Lock } from "./lock.js";
export { LockHandle } from "./lock-handle.js";
export type { LockOptions } from "./lock-settings.js";
export { MultiLock } from "./multi-lock.js";
export { MultiLockHandle } from "./multi-lock-handle.js";
export type { AcquireOptions, LockContender } from "./queued-lock.js";
export { type ReadLock, ReadWriteLock, type WriteLock } from "./read-write-lock.js";
export { type AcquirePermitsOptions, type PermitsOptions, Semaphore, type SemaphoreOptions } from "./semaphore.js";
export { SemaphoreHandle } from "./semaphore-handle.js";
export type { SemaphoreHolder } from "./semaphore-holders.js";
export { withLock } from "./with-lock.js";
export { WriteLockHandle } from "./write-lock-handle.js";
