import type { WaitOptions } from "@zookit/core";
import { type Client, Holding } from "@zookit/core/recipe";
import { type PermitsMessage, publishPermits } from "./diagnostics.js";
import { LockLostError } from "./errors.js";
import type { Leases } from "./leases.js";
import type { LockKey } from "./nesting.js";
import type { HeldHandle } from "./while-held.js";

/** The semaphore that a handle is of. */
export interface PermitsOf {
  readonly client: Client;
  readonly path: string;
  readonly identifier: string;
}

/** One acquisition of permits of a semaphore. They are held together, lost together and released together. */
export class SemaphoreHandle implements HeldHandle, AsyncDisposable {
  readonly #holding: Holding;
  /** How many there are. */
  readonly permits: number;
  /** Who the holder says it is, as stored in the znodes. */
  readonly identifier: string;

  /** @internal Use {@link Semaphore.acquire}. */
  constructor(leases: Leases, { client, path, identifier }: PermitsOf) {
    const lostError = (message: string, cause: unknown) =>
      new LockLostError(`the permits of ${path} are not held: ${message}`, { path, cause, outcome: "unknown" });
    const { permits, fencingToken } = leases;
    const publish = (change: PermitsMessage["change"]) =>
      publishPermits(() => ({ path, identifier, permits, fencingToken, change }));
    publish("acquired");
    this.#holding = new Holding(client, leases, { lostError, ended: publish });
    this.permits = permits;
    this.identifier = identifier;
  }

  /**
   * Names the acquisition: of two of one semaphore, that with the greater token was granted later by the servers. A zxid.
   *
   * Holders overlap, so what they use must not refuse lower tokens than the highest it has seen, as it should behind a lock.
   */
  get fencingToken(): bigint {
    return this.#holding.fencingToken;
  }

  /** Path of the last of the holder's own znodes. */
  get path(): string {
    return this.#holding.path;
  }

  /** Aborts when the permits are lost, with a {@link LockLostError} as reason; never after a release. */
  get lost(): AbortSignal {
    return this.#holding.lost;
  }

  /**
   * Whether the permits are held at this very moment: not released, not lost, and the session's deadline lies ahead. It turns
   * false before the servers can give them to somebody else, if clocks run at nearly the same rate. No round trip.
   */
  isHeld(): boolean {
    return this.#holding.isHeld();
  }

  /** @internal Nothing that would be waited for in vain for sure: there may be further permits. */
  heldLocks(): readonly LockKey[] {
    return [];
  }

  /** @throws {LockLostError} they are not held at this very moment. No round trip. */
  assertHeld(): void {
    this.#holding.assertHeld();
  }

  /**
   * Gives the permits back, all of them. From the call on they are not held here; when the promise resolves, others can have
   * them. Calling it again joins the first call. One round trip.
   *
   * **Failure.** Without a connection the deletions are repeated until they succeed or the session has ended, and the
   * promise waits for that. `signal` and `timeoutMs` end the waiting, not the repeating.
   *
   * @throws {NoAuthError} the server refuses a deletion; it is repeated until the session ends all the same.
   * @throws {TimeoutError}
   */
  async release(options?: WaitOptions): Promise<void> {
    await this.#holding.release(options);
  }

  /** Releases the permits, so that `await using` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
