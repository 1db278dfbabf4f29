import type { WaitOptions } from "@zookit/core";
import type { LockKey } from "./nesting.js";

/** What can be a member of a {@link MultiLock}: a lock, either side of a read/write lock. */
export interface Lockable {
  readonly path: string;
  acquire(options: WaitOptions): Promise<MemberHandle>;
  tryAcquire(options: WaitOptions): Promise<MemberHandle | undefined>;
}

/** What a member of a {@link MultiLock} gives when it is acquired. */
export interface MemberHandle {
  readonly fencingToken: bigint;
  readonly lost: AbortSignal;
  isHeld(): boolean;
  assertHeld(): void;
  release(options?: WaitOptions): Promise<void>;
  /** @internal */
  heldLocks?(): readonly LockKey[];
}

/** How a member is taken. `Refusal` is `undefined` where it may refuse. */
export type Take<Refusal> = (member: Lockable, signal: AbortSignal) => Promise<MemberHandle | Refusal>;

/** How long giving back may hold up the failure of an acquisition, in milliseconds; it goes on by itself. */
const GIVE_BACK_LIMIT_MS = 250;

/** Why the waiting for a member ends when one that is held already is lost. */
const LOST_MEANWHILE = new Error("a lock was lost while others were waited for");

/**
 * Takes all members, one after the other in the order given, or none: `undefined` if one refuses. If one is lost while
 * the others are waited for, all are given back and taken anew.
 *
 * @throws what `take` throws, and what aborted the signal.
 */
export async function gather<Refusal extends undefined>(
  members: readonly Lockable[],
  take: Take<Refusal>,
  signal: AbortSignal,
): Promise<readonly MemberHandle[] | Refusal> {
  for (;;) {
    const taken = new Taken(signal);
    try {
      for (const member of members) {
        const handle = await take(member, taken.signal);
        if (handle === undefined) {
          await taken.giveBack();
          return handle;
        }
        taken.add(handle);
      }
      // An abort after this comes too late, one before it wins (H48).
      signal.throwIfAborted();
      if (taken.areHeld()) return taken.handles;
      await taken.giveBack();
    } catch (error) {
      await taken.giveBack();
      if (signal.aborted || taken.signal.reason !== LOST_MEANWHILE) throw error;
    } finally {
      taken.stop();
    }
  }
}

/** What has been taken so far. */
class Taken {
  readonly handles: MemberHandle[] = [];
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();

  constructor(signal: AbortSignal) {
    this.#outer = signal;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborts when the caller gives up, or when what was taken is lost. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  add(handle: MemberHandle): void {
    this.handles.push(handle);
    if (handle.lost.aborted) this.#onLost();
    else handle.lost.addEventListener("abort", this.#onLost, { once: true });
  }

  areHeld(): boolean {
    return this.handles.every((handle) => handle.isHeld());
  }

  async giveBack(): Promise<void> {
    this.stop();
    // Whoever cannot be released in time goes on trying by itself.
    await Promise.allSettled(this.handles.map((handle) => handle.release({ timeoutMs: GIVE_BACK_LIMIT_MS })));
  }

  stop(): void {
    this.#outer.removeEventListener("abort", this.#onAbort);
    for (const { lost } of this.handles) lost.removeEventListener("abort", this.#onLost);
  }

  readonly #onAbort = () => this.#controller.abort(this.#outer.reason);
  readonly #onLost = () => this.#controller.abort(LOST_MEANWHILE);
}
