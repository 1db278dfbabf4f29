import { ZookitError } from "@zookit/core";

/**
 * The lock is not held any more: its session ended, its znode was deleted by somebody else, or it was released. `cause` is
 * why.
 */
export class LockLostError extends ZookitError {
  readonly code = "lock-lost";
}

/** The lock was asked for inside a `withLock` block of the same lock, which would wait for itself for ever. */
export class NestedAcquireError extends ZookitError {
  readonly code = "nested-acquire";
}
