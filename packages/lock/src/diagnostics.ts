import { publisher } from "@zookit/core/recipe";

/** One acquisition, and what has become of it. */
interface Acquisition {
  /** The path of the lock or semaphore, as it was given: without the chroot. */
  readonly path: string;
  /** Who the holder says it is. */
  readonly identifier: string;
  readonly fencingToken: bigint;
  /** `released` when the holder gives it up, which it does not hold from then on. */
  readonly change: "acquired" | "released" | "lost";
}

/** `zookit:lock`: when a lock, or one side of a read/write lock, is acquired, and when it is released or lost. */
export interface LockMessage extends Acquisition {
  /** A writer that becomes a reader is released as a writer, and acquired as a reader with the same token. */
  readonly kind: "exclusive" | "read" | "write";
}

/** `zookit:permits`: when permits of a semaphore are acquired, and when they are released or lost. */
export interface PermitsMessage extends Acquisition {
  readonly permits: number;
}

export const publishLock = publisher<LockMessage>("lock");
export const publishPermits = publisher<PermitsMessage>("permits");
