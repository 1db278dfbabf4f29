import type { WaitOptions } from "@zookit/core";
import {
  checkFunction,
  checkWithWaitOptions,
  contend,
  isReleaseRequest,
  type LockDialect,
  type Naming,
  type Place,
  perform,
  type Queue,
  readContenders,
  requestRelease,
  tryContend,
  withDeadline,
} from "@zookit/core/recipe";
import type { HandleOf, LockHandle } from "./lock-handle.js";
import type { LockSettings } from "./lock-settings.js";
import { checkNotNested } from "./nesting.js";
import { tellingPosition } from "./on-waiting.js";
import { whileHeld } from "./while-held.js";

export interface AcquireOptions extends WaitOptions {
  /**
   * Told how many contenders have to go first, when the waiting begins and at each wake-up after which it goes on; never
   * if there is nothing to wait for. What it throws ends the acquisition, which then rejects with it.
   */
  readonly onWaiting?: ((ahead: number) => void) | undefined;
}

/** One contender of a lock, as `contenders()` lists it. */
export interface LockContender {
  /** What it says it is; empty for clients that say nothing, and for a holder that was just asked to release. */
  readonly identifier: string;
  /** Path of its znode. */
  readonly path: string;
  /** Whether it holds the lock. */
  readonly holds: boolean;
}

/** What tells one kind of lock from another. */
export interface LockKind {
  readonly kind: HandleOf["kind"];
  /** For messages: "the lock". */
  readonly name: string;
  readonly naming: Naming;
  /** How many of the contenders in front, whose names are given in the order of the queue, hold. */
  readonly holders: (queue: readonly string[]) => number;
}

/** What all locks with a queue have in common. `Handle` is what an acquisition gives. */
export abstract class QueuedLock<Handle extends LockHandle> {
  readonly path: string;
  /** Who the contender says it is. */
  readonly identifier: string;
  /** Whose naming of znodes is written. */
  readonly dialect: LockDialect;
  readonly #kind: LockKind;
  readonly #queue: Queue;
  readonly #lock: HandleOf;

  /** @internal */
  constructor(settings: LockSettings, kind: LockKind) {
    const { client, path, identifier, data, dialect } = settings;
    this.path = path;
    this.identifier = identifier;
    this.dialect = dialect;
    this.#kind = kind;
    this.#queue = {
      client,
      parent: path,
      // As each peer makes it: kazoo looks for the parent once, and would not find a container that was reaped since.
      parentMode: dialect === "kazoo" ? "persistent" : "container",
      naming: kind.naming,
      data,
    };
    this.#lock = { client, path, kind: kind.kind, name: `${kind.name} ${path}`, identifier, data };
  }

  /** @internal */
  protected abstract handleOf(place: Place, lock: HandleOf): Handle;

  /**
   * Waits until the lock is held. Without `timeoutMs` and `signal` it waits for ever, also for a connection.
   *
   * Inside a {@link withLock} block of the same lock it fails at once, since it would wait for itself. Elsewhere two
   * acquisitions are two contenders, also in the same task: the second waits until the first is released.
   *
   * **Abort and time-out.** Observed at every step. The contender's znode is deleted before the promise rejects; if the
   * servers do not answer within 250 ms, it rejects all the same and the deletion is repeated until the session ends.
   *
   * @throws {TimeoutError} @throws the signal's reason @throws what `onWaiting` throws
   * @throws {NestedAcquireError} @throws {ClosedError} @throws {NoAuthError} @throws {InvalidArgumentError}
   */
  async acquire(options?: AcquireOptions): Promise<Handle> {
    const given = checkWithWaitOptions<AcquireOptions>(options, ["onWaiting"]);
    const { signal, timeoutMs, onWaiting } = given;
    if (onWaiting !== undefined) checkFunction("onWaiting", onWaiting);
    checkNotNested(this.#lock);
    const place = await withDeadline(
      { signal, timeoutMs },
      `acquiring ${this.#lock.name}`,
      { path: this.path },
      (both) => tellingPosition(onWaiting, (tell) => contend(this.#queue, both, tell)),
    );
    return this.handleOf(place, this.#lock);
  }

  /**
   * Takes the lock if that needs no waiting for other contenders, else resolves with `undefined`. It waits for a
   * connection, for `timeoutMs` or else the client's `retry.maxElapsedMs`.
   *
   * **Cost.** As {@link acquire}; one request more to leave if the lock is taken.
   *
   * @throws {TimeoutError} no connection. @throws the signal's reason
   * @throws {ClosedError} @throws {NoAuthError} @throws {InvalidArgumentError}
   */
  async tryAcquire(options?: WaitOptions): Promise<Handle | undefined> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { timeoutMs = this.#queue.client.settings.retry.maxElapsedMs, signal } = given;
    const place = await withDeadline({ signal, timeoutMs }, `trying ${this.#lock.name}`, { path: this.path }, (both) =>
      tryContend(this.#queue, both),
    );
    return place && this.handleOf(place, this.#lock);
  }

  /**
   * Runs `fn` while holding the lock, and releases it afterwards, whatever happens. The options are those of
   * {@link acquire}; they bound the wait for the lock, not `fn`.
   *
   * If the lock was lost while `fn` ran, it rejects with {@link LockLostError} even if `fn` returned normally: others may
   * have been inside at the same time (its `outcome` is `unknown`). What `fn` threw then is the error's cause. `fn` should
   * watch `handle.lost` and pass `handle.fencingToken` on.
   *
   * @throws {LockLostError} @throws what {@link acquire} throws, and what `fn` throws.
   */
  async withLock<T>(fn: (handle: Handle) => Promise<T> | T, options?: AcquireOptions): Promise<T> {
    checkFunction("fn", fn);
    const handle = await this.acquire(options);
    return await whileHeld(handle, { name: this.#lock.name, path: this.path }, fn);
  }

  /**
   * Who holds and who awaits the lock, in the order of the queue, clients of other languages included. A snapshot: one
   * round trip for the listing, and one of a request for each contender.
   *
   * @throws {TimeoutError} @throws {ClosedError} @throws {NoAuthError}
   */
  async contenders(options?: WaitOptions): Promise<readonly LockContender[]> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    return await perform(this.#queue.client, {
      what: `contenders of ${this.path}`,
      path: this.path,
      effect: "read",
      options: given,
      run: async (session) => {
        const nodes = await readContenders(session, this.path, this.#kind.naming);
        const holders = this.#kind.holders(nodes.map(({ name }) => name));
        return nodes.map(({ data, path }, index) => ({
          identifier: isReleaseRequest(data) ? "" : data.toString(),
          path,
          holds: index < holders,
        }));
      },
    });
  }

  /**
   * Asks whoever holds the lock to give way, by its handle's `releaseRequested`; it decides by itself. Anybody may ask, who
   * contends as well as who does not; a reader only asks a writer. False if there is nobody to ask.
   *
   * **Protocol.** Curator's: the holder's znode is overwritten with `__REVOKE__`. A holder here notices when it has held for
   * 200 ms, and puts its identifier back. Curator's locks notice if they were made revocable, kazoo's do not.
   *
   * **Cost.** Two round trips. **Failure.** It is repeated while there is no connection: asking twice is as good as once.
   *
   * @throws {NoAuthError} the ACL of the holder's znode does not let others write.
   * @throws {TimeoutError} @throws {ClosedError}
   */
  async requestRelease(options?: WaitOptions): Promise<boolean> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { naming, holders } = this.#kind;
    return await requestRelease(this.#queue.client, { parent: this.path, naming, holders }, given);
  }
}
