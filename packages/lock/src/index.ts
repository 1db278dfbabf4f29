/** Fair, distributed locks on ZooKeeper with fencing tokens, and an AbortSignal for their loss. */
export type { LockDialect } from "@zookit/core/recipe";
export { DowngradeError, LockLostError, NestedAcquireError } from "./errors.js";
export type { Lockable, MemberHandle } from "./gather.js";
export { Lock } from "./lock.js";
export { LockHandle } from "./lock-handle.js";
export type { LockOptions } from "./lock-settings.js";
export { MultiLock } from "./multi-lock.js";
export { MultiLockHandle } from "./multi-lock-handle.js";
export type { AcquireOptions, LockContender } from "./queued-lock.js";
export { type ReadLock, ReadWriteLock, type WriteLock } from "./read-write-lock.js";
export { withLock } from "./with-lock.js";
export { WriteLockHandle } from "./write-lock-handle.js";
