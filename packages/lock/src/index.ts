/** A fair, distributed lock on ZooKeeper with fencing tokens, and an AbortSignal for its loss. */
export type { LockDialect } from "@zookit/core/recipe";
export { LockLostError, NestedAcquireError } from "./errors.js";
export { Lock, type LockContender, type LockOptions } from "./lock.js";
export { LockHandle } from "./lock-handle.js";
export { withLock } from "./with-lock.js";
