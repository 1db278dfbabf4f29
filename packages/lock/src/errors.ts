import { ZookitError } from "@zookit/core";

/**
 * The lock, or what was held of a semaphore, is not held any more: its session ended, its znode was deleted by somebody else,
 * or it was released. `cause` is why.
 */
export class LockLostError extends ZookitError {
  readonly code = "lock-lost";
}

/**
 * The lock was asked for inside a `withLock` block of the same lock, which would wait for itself for ever. So would a read lock
 * that is to become a write lock; the other way round there is {@link WriteLockHandle.downgrade}.
 */
export class NestedAcquireError extends ZookitError {
  readonly code = "nested-acquire";
}

/** A write lock cannot become a read lock: it is still held for writing. */
export class DowngradeError extends ZookitError {
  readonly code = "downgrade";
}

/** Somebody else has said that the semaphore has another number of permits, or what is recorded is no number. */
export class LimitMismatchError extends ZookitError {
  readonly code = "limit-mismatch";
}

/** More permits were asked for than there are, so that waiting for them could last for ever. */
export class TooManyPermitsError extends ZookitError {
  readonly code = "too-many-permits";
}
