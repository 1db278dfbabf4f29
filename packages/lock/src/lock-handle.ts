import type { WaitOptions } from "@zookit/core";
import { type HeldPlace, Holding } from "@zookit/core/recipe";
import { type LockMessage, publishLock } from "./diagnostics.js";
import { LockLostError } from "./errors.js";
import type { LockKey } from "./nesting.js";
import type { HeldHandle } from "./while-held.js";

/** The lock that a handle is of. */
export interface HandleOf extends LockKey {
  readonly identifier: string;
  /** The identifier, as it is stored. */
  readonly data: Buffer;
  readonly kind: LockMessage["kind"];
}

/**
 * One acquisition of a lock. It owns all state: when it is lost or released, a new acquisition gets a new handle.
 *
 * A stopped process can wake up when others hold the lock already. `isHeld()` is then false on the first line that runs,
 * but work that was under way goes on: pass {@link fencingToken} to what the lock protects, and let that refuse tokens
 * lower than the highest it has seen.
 */
export class LockHandle implements HeldHandle, AsyncDisposable {
  /** @internal */
  protected readonly holding: Holding;
  readonly #lock: HandleOf;

  /** @internal Use `acquire` of the lock. */
  constructor(place: HeldPlace, lock: HandleOf) {
    const lostError = (message: string, cause: unknown) =>
      new LockLostError(`${lock.name} is not held: ${message}`, { path: lock.path, cause, outcome: "unknown" });
    const { path, identifier, kind } = lock;
    const { fencingToken } = place;
    const publish = (change: LockMessage["change"]) =>
      publishLock(() => ({ path, identifier, kind, fencingToken, change }));
    publish("acquired");
    this.holding = new Holding(lock.client, place, { lostError, identity: lock.data, ended: publish });
    this.#lock = lock;
  }

  /** Who the holder says it is, as stored in the znode. */
  get identifier(): string {
    return this.#lock.identifier;
  }

  /**
   * Greater than the token of every earlier holder of this lock, and lower than that of every later one, also when the
   * lock's znode was deleted and made again in between. A zxid.
   */
  get fencingToken(): bigint {
    return this.holding.fencingToken;
  }

  /** Path of the holder's own znode. */
  get path(): string {
    return this.holding.path;
  }

  /** Aborts when the lock is lost, with a {@link LockLostError} as reason; never after a release. */
  get lost(): AbortSignal {
    return this.holding.lost;
  }

  /**
   * Aborts, once, when somebody asks the holder to give way, see {@link QueuedLock.requestRelease}. The lock is held all the
   * same, and whether to release it is for the holder to decide. Requests are noticed after 200 ms of holding.
   */
  get releaseRequested(): AbortSignal {
    return this.holding.releaseRequested;
  }

  /**
   * Whether the lock is held at this very moment: not released, not lost, and the session's deadline lies ahead. It turns
   * false before the servers can give the lock to somebody else, if clocks run at nearly the same rate. No round trip.
   */
  isHeld(): boolean {
    return this.holding.isHeld();
  }

  /** @internal What an acquisition inside its block would wait for in vain. */
  heldLocks(): readonly LockKey[] {
    return this.isHeld() ? [this.#lock] : [];
  }

  /** @throws {LockLostError} the lock is not held at this very moment. No round trip. */
  assertHeld(): void {
    this.holding.assertHeld();
  }

  /**
   * Gives the lock up. From the call on it is not held here; when the promise resolves, the next contender can have it.
   * Calling it again joins the first call. One round trip.
   *
   * **Failure.** Without a connection the deletion is repeated until it succeeds or the session has ended, and the
   * promise waits for that. `signal` and `timeoutMs` end the waiting, not the repeating.
   *
   * @throws {NoAuthError} the server refuses the deletion; it is repeated until the session ends all the same.
   * @throws {TimeoutError}
   */
  async release(options?: WaitOptions): Promise<void> {
    await this.holding.release(options);
  }

  /** Releases the lock, so that `await using` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
