import { hostname } from "node:os";
import { InvalidArgumentError, type WaitOptions, type ZooKeeper } from "@zookit/core";
import {
  type Client,
  checkFunction,
  checkOptions,
  checkPath,
  checkWithWaitOptions,
  clientOf,
  contend,
  Holding,
  LOCK_DIALECTS,
  LOCK_NAMINGS,
  type LockDialect,
  type Place,
  perform,
  type Queue,
  readContenders,
  toBuffer,
  tryContend,
  withDeadline,
} from "@zookit/core/recipe";
import { LockLostError } from "./errors.js";
import { LockHandle } from "./lock-handle.js";
import { checkNotNested } from "./nesting.js";
import { whileHeld } from "./while-held.js";

export interface LockOptions {
  /**
   * Who the contender says it is, for humans and for {@link Lock.contenders}: stored in its znode as UTF-8. It need not be
   * unique. @default "<host name>-<process id>"
   */
  readonly identifier?: string | undefined;
  /** Whose naming of znodes is written. @default "curator" */
  readonly dialect?: LockDialect | undefined;
}

/** One contender of a lock, as {@link Lock.contenders} lists it. */
export interface LockContender {
  /** What it says it is; empty for clients that say nothing. */
  readonly identifier: string;
  /** Path of its znode. */
  readonly path: string;
  /** Whether it holds the lock: true for the first. */
  readonly holds: boolean;
}

/**
 * A fair, distributed mutual exclusion lock. The object is immutable and cheap; every acquisition gives a
 * {@link LockHandle} that owns all state. Acquisitions queue in the order of their arrival at the servers, those of one
 * object among each other too: the lock is not re-entrant.
 *
 * **Protocol.** The children of `path` contend: each an ephemeral sequential znode with the contender's identifier. The
 * one with the lowest sequence number holds the lock; every other watches the one directly before it. See
 * `docs/guarantees.md` for what that promises.
 *
 * **Cost.** Uncontended: acquire one round trip of two requests, release one of one. Contended: one request to arm the
 * watch, one listing when the predecessor has gone; no listing and no round trip if that was one of the same client. One watch held while waiting, and one while holding for longer than
 * 200 ms.
 *
 * **Failure.** A lost connection is waited for, while waiting as well as while holding. If the session ends while
 * waiting, the contender queues anew; while holding, the handle is lost.
 *
 * @example
 * const lock = new Lock(zk, "/locks/report");
 * await lock.withLock(async (handle) => {
 *   await store.write(report, { fencingToken: handle.fencingToken, signal: handle.lost });
 * });
 *
 * @see https://zookeeper.apache.org/doc/current/recipes.html#sc_recipes_Locks
 * @see Curator's LockInternals, kazoo's recipe/lock.py, etcd's concurrency.Mutex
 */
export class Lock {
  readonly path: string;
  readonly identifier: string;
  readonly dialect: LockDialect;
  readonly #client: Client;
  readonly #queue: Queue;

  /** @throws {InvalidArgumentError} */
  constructor(zk: ZooKeeper, path: string, options?: LockOptions) {
    const given = checkOptions<LockOptions>(options, ["identifier", "dialect"]);
    const { identifier = `${hostname()}-${process.pid}`, dialect = "curator" } = given;
    this.#client = clientOf(zk);
    this.path = checkPath(path);
    if (path === "/") throw new InvalidArgumentError("the root cannot be a lock", { path });
    if (typeof identifier !== "string") throw new InvalidArgumentError("identifier must be a string", { path });
    if (!LOCK_DIALECTS.includes(dialect)) {
      throw new InvalidArgumentError(`dialect must be one of ${LOCK_DIALECTS.join(", ")}`, { path });
    }
    this.identifier = identifier;
    this.dialect = dialect;
    this.#queue = {
      client: this.#client,
      parent: path,
      // As each peer makes it: kazoo looks for the parent once, and would not find a container that was reaped since.
      parentMode: dialect === "kazoo" ? "persistent" : "container",
      naming: LOCK_NAMINGS[dialect],
      data: toBuffer(identifier, path),
    };
  }

  /**
   * Waits until the lock is held. Without `timeoutMs` and `signal` it waits for ever, also for a connection.
   *
   * Inside a {@link withLock} block of the same lock it fails at once, since it would wait for itself. Elsewhere two
   * acquisitions are two contenders, also in the same task: the second waits until the first is released.
   *
   * **Abort and time-out.** Observed at every step. The contender's znode is deleted before the promise rejects; if the
   * servers do not answer within 250 ms, it rejects all the same and the deletion is repeated until the session ends.
   *
   * @throws {TimeoutError} @throws the signal's reason
   * @throws {NestedAcquireError} @throws {ClosedError} @throws {NoAuthError} @throws {InvalidArgumentError}
   */
  async acquire(options?: WaitOptions): Promise<LockHandle> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    checkNotNested({ client: this.#client, path: this.path });
    return this.#handle(
      await withDeadline(given, `acquiring the lock ${this.path}`, { path: this.path }, (signal) =>
        contend(this.#queue, signal),
      ),
    );
  }

  /**
   * Takes the lock if nobody holds or awaits it, else resolves with `undefined`. It waits for a connection, for
   * `timeoutMs` or else the client's `retry.maxElapsedMs`, but never for another contender.
   *
   * **Cost.** As {@link acquire}; one request more to leave if the lock is taken.
   *
   * @throws {TimeoutError} no connection. @throws the signal's reason
   * @throws {ClosedError} @throws {NoAuthError} @throws {InvalidArgumentError}
   */
  async tryAcquire(options?: WaitOptions): Promise<LockHandle | undefined> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { timeoutMs = this.#client.settings.retry.maxElapsedMs, signal } = given;
    const what = `trying the lock ${this.path}`;
    const place = await withDeadline({ signal, timeoutMs }, what, { path: this.path }, (both) =>
      tryContend(this.#queue, both),
    );
    return place && this.#handle(place);
  }

  /**
   * Runs `fn` while holding the lock, and releases it afterwards, whatever happens. `signal` and `timeoutMs` bound the
   * wait for the lock, not `fn`.
   *
   * If the lock was lost while `fn` ran, it rejects with {@link LockLostError} even if `fn` returned normally: others may
   * have been inside at the same time (its `outcome` is `unknown`). What `fn` threw then is the error's cause. `fn` should watch `handle.lost` and pass
   * `handle.fencingToken` on.
   *
   * @throws {LockLostError} @throws what {@link acquire} throws, and what `fn` throws.
   */
  async withLock<T>(fn: (handle: LockHandle) => Promise<T> | T, options?: WaitOptions): Promise<T> {
    checkFunction("fn", fn);
    const handle = await this.acquire(options);
    return await whileHeld(handle, { name: `the lock ${this.path}`, path: this.path }, fn);
  }

  /**
   * Who holds and who awaits the lock, in the order of the queue, clients of other languages included. A snapshot: one
   * round trip for the listing, and one of a request for each contender.
   *
   * @throws {TimeoutError} @throws {ClosedError} @throws {NoAuthError}
   */
  async contenders(options?: WaitOptions): Promise<readonly LockContender[]> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    return await perform(this.#client, {
      what: `contenders of ${this.path}`,
      path: this.path,
      effect: "read",
      options: given,
      run: async (session) => {
        const nodes = await readContenders(session, this.path, this.#queue.naming);
        return nodes.map(({ data, path }, index) => ({ identifier: data.toString(), path, holds: index === 0 }));
      },
    });
  }

  #handle(place: Place): LockHandle {
    const lostError = (message: string, cause: unknown) =>
      new LockLostError(`the lock ${this.path} is not held: ${message}`, {
        path: this.path,
        cause,
        outcome: "unknown",
      });
    const holding = new Holding(this.#client, place, lostError);
    return new LockHandle(holding, this.identifier, { client: this.#client, path: this.path });
  }
}
