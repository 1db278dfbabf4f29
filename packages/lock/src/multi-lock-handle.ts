import type { WaitOptions } from "@zookit/core";
import type { MemberHandle } from "./gather.js";
import type { LockKey } from "./nesting.js";
import type { HeldHandle } from "./while-held.js";

/** One acquisition of all members of a {@link MultiLock}. It owns all state. */
export class MultiLockHandle implements HeldHandle, AsyncDisposable {
  /** The members' own handles, in the order in which the members were given. */
  readonly handles: readonly MemberHandle[];
  readonly #lost = new AbortController();

  /** @internal Use {@link MultiLock.acquire}. */
  constructor(handles: readonly MemberHandle[]) {
    this.handles = handles;
    for (const { lost } of handles) {
      if (lost.aborted) this.#lost.abort(lost.reason);
      else lost.addEventListener("abort", this.#onLost, { once: true });
    }
  }

  /**
   * The members' fencing tokens, in the order in which the members were given. Each is to be compared with those of its own
   * member only: what a member protects gets that member's token.
   */
  get fencingTokens(): readonly bigint[] {
    return this.handles.map(({ fencingToken }) => fencingToken);
  }

  /**
   * Aborts when the first of the members is lost, with that member's {@link LockLostError} as reason; never after a release.
   * The others are held on until they are released.
   */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether all members are held at this very moment. No round trip. */
  isHeld(): boolean {
    return this.handles.every((handle) => handle.isHeld());
  }

  /** @throws {LockLostError} some member is not held at this very moment. No round trip. */
  assertHeld(): void {
    for (const handle of this.handles) handle.assertHeld();
  }

  /**
   * Releases all members, also if one of them fails, and those that are left when one was lost. Calling it again joins the
   * first call. One round trip.
   *
   * @throws what the first member that failed has thrown.
   */
  async release(options?: WaitOptions): Promise<void> {
    for (const { lost } of this.handles) lost.removeEventListener("abort", this.#onLost);
    const settled = await Promise.allSettled(this.handles.map((handle) => handle.release(options)));
    for (const result of settled) if (result.status === "rejected") throw result.reason;
  }

  /** Releases all members, so that `await using` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** @internal */
  heldLocks(): readonly LockKey[] {
    return this.handles.flatMap((handle) => handle.heldLocks?.() ?? []);
  }

  readonly #onLost = (event: Event) => {
    if (event.target instanceof AbortSignal) this.#lost.abort(event.target.reason);
  };
}
