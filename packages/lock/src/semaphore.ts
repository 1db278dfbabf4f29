import { NoNodeError, type WaitOptions, type ZooKeeper } from "@zookit/core";
import {
  bounded,
  type Client,
  checkFunction,
  checkInteger,
  checkOptions,
  checkPacketSize,
  checkWithWaitOptions,
  perform,
  update,
  withDeadline,
} from "@zookit/core/recipe";
import { encodeLimit } from "./limit-record.js";
import { lockSettings } from "./lock-settings.js";
import { tellingPosition } from "./on-waiting.js";
import type { AcquireOptions } from "./queued-lock.js";
import { type PermitsOf, SemaphoreHandle } from "./semaphore-handle.js";
import { readHolders, type SemaphoreHolder } from "./semaphore-holders.js";
import { SemaphoreZnodes } from "./semaphore-znodes.js";
import { type Experience, type PermitRequest, takePermits, tryPermits } from "./take-permits.js";
import { whileHeld } from "./while-held.js";

export interface SemaphoreOptions {
  /**
   * Who the holder says it is, for humans and for {@link Semaphore.holders}: stored in its znodes as UTF-8. It need not be
   * unique. @default "<host name>-<process id>"
   */
  readonly identifier?: string | undefined;
}

export interface PermitsOptions extends WaitOptions {
  /** How many permits, all at once or none. An integer from 1 to the semaphore's limit. @default 1 */
  readonly permits?: number | undefined;
}

/** `onWaiting` is also told of 0, when the first in the queue waits for permits only. */
export interface AcquirePermitsOptions extends PermitsOptions, AcquireOptions {}

const MOST_PERMITS = 2 ** 31 - 1;

/**
 * A fair, distributed semaphore: at most as many permits are held as its limit says. The limit is recorded in ZooKeeper, a
 * member that was told another one is refused, and it can be changed at run time.
 *
 * **Protocol.** Each held permit is an ephemeral sequential znode in `<path>/leases`; those among the first `limit` are
 * granted, whatever comes later. Who asks makes its leases and lists them and the queue, in one round trip. If they are not
 * granted, or somebody is queueing, they go again, and it queues in `<path>/locks` as for a lock. Only the first in that
 * queue has leases that wait; it looks again whenever the leases or the limit change. The znodes are those of Curator's
 * `InterProcessSemaphoreV2`; the limit stands in `<path>/limit`, where its `SharedCount` can follow it.
 *
 * **Fairness.** Nobody gets a permit before somebody who was queueing already. Who wants many permits is not overtaken by who
 * wants few: permits stay unused while the first in the queue waits for enough of them.
 *
 * **Cost.** Uncontended: acquire one round trip, of three requests and one for each permit; release one round trip, of one
 * request for each permit. A new object looks at the limit first, one round trip more, and so does each acquisition while
 * others had to be waited for, or of more permits than there were when it last looked. Waiting: one watch on the
 * predecessor, three for the first in the queue; a release wakes that one, which needs one round trip of three requests,
 * however many wait.
 *
 * **Failure.** A lost connection is waited for, while waiting as well as while holding. If the session ends while waiting, it
 * queues anew; while holding, the handle is lost.
 *
 * @example
 * const semaphore = new Semaphore(zk, "/semaphores/mail", 10);
 * await semaphore.withPermits(async (handle) => await sendMail({ signal: handle.lost }), { timeoutMs: 5_000 });
 *
 * @see Curator's InterProcessSemaphoreV2, kazoo's Semaphore
 */
export class Semaphore {
  readonly path: string;
  /** How many permits there are, as this member was told; see {@link limit} for how many there are. */
  readonly permits: number;
  readonly identifier: string;
  readonly #client: Client;
  readonly #znodes: SemaphoreZnodes;
  readonly #experience: Experience = { isCrowded: false };

  /**
   * @param permits how many may be held at a time: the same number for all members, 1 to 2³¹ − 1. Who uses a semaphore
   * first records it. It is compared with the record when this object first uses the semaphore, not again.
   * @throws {InvalidArgumentError} @throws {DataTooLargeError} the identifier.
   */
  constructor(zk: ZooKeeper, path: string, permits: number, options?: SemaphoreOptions) {
    const { identifier } = checkOptions<SemaphoreOptions>(options, ["identifier"]);
    const settings = lockSettings(zk, path, { identifier });
    checkInteger("permits", permits, 1, MOST_PERMITS);
    this.path = path;
    this.permits = permits;
    this.identifier = settings.identifier;
    this.#client = settings.client;
    this.#znodes = new SemaphoreZnodes(zk, settings, permits);
    const { data } = settings;
    // Before anything is made for it.
    checkPacketSize("create", { path: this.#znodes.limit, data, mode: "ephemeral-sequential" }, path);
  }

  /**
   * Waits until the permits are held, all of them. Without `timeoutMs` and `signal` it waits for ever, also for a connection.
   *
   * **Abort and time-out.** Observed at every step. What was made is deleted before the promise rejects; if the servers do
   * not answer within 250 ms, it rejects all the same and the deletion is repeated until the session ends.
   *
   * @throws {LimitMismatchError} this member was told another number of permits than was recorded when it first looked.
   * @throws {TooManyPermitsError} there are fewer permits; also if the limit is lowered while it is first in the queue.
   * @throws {TimeoutError} @throws the signal's reason @throws what `onWaiting` throws
   * @throws {ClosedError} @throws {NoAuthError} @throws {InvalidArgumentError}
   */
  async acquire(options?: AcquirePermitsOptions): Promise<SemaphoreHandle> {
    const given = checkWithWaitOptions<AcquirePermitsOptions>(options, ["permits", "onWaiting"]);
    const { permits = 1, signal, timeoutMs, onWaiting } = given;
    checkInteger("permits", permits, 1, MOST_PERMITS);
    if (onWaiting !== undefined) checkFunction("onWaiting", onWaiting);
    const what = `acquiring ${permits} of the semaphore ${this.path}`;
    const leases = await withDeadline({ signal, timeoutMs }, what, { path: this.path }, (both) =>
      tellingPosition(onWaiting, (tell) => takePermits(this.#request(permits, both), tell)),
    );
    return new SemaphoreHandle(leases, this.#of);
  }

  /**
   * Takes the permits if they are free and nobody is waiting for any, else resolves with `undefined`. It waits for a
   * connection, for `timeoutMs` or else the client's `retry.maxElapsedMs`, but never for others. Two who ask for several
   * permits at the same moment may both be refused.
   *
   * **Cost.** As {@link acquire}; one round trip more to leave if they are not free.
   *
   * @throws {LimitMismatchError} @throws {TooManyPermitsError} @throws {TimeoutError} no connection.
   * @throws the signal's reason @throws {ClosedError} @throws {NoAuthError} @throws {InvalidArgumentError}
   */
  async tryAcquire(options?: PermitsOptions): Promise<SemaphoreHandle | undefined> {
    const given = checkWithWaitOptions<PermitsOptions>(options, ["permits"]);
    const { permits = 1, timeoutMs = this.#client.settings.retry.maxElapsedMs, signal } = given;
    checkInteger("permits", permits, 1, MOST_PERMITS);
    const what = `trying ${permits} of the semaphore ${this.path}`;
    const leases = await withDeadline({ signal, timeoutMs }, what, { path: this.path }, (both) =>
      tryPermits(this.#request(permits, both)),
    );
    return leases && new SemaphoreHandle(leases, this.#of);
  }

  /**
   * Runs `fn` while holding permits, and releases them afterwards, whatever happens. The options are those of
   * {@link acquire}; they bound the wait, not `fn`. Who acquires inside of it takes further permits.
   *
   * If the permits were lost while `fn` ran, it rejects with {@link LockLostError} even if `fn` returned normally. What `fn`
   * threw then is the error's cause. `fn` should watch `handle.lost`.
   *
   * @throws {LockLostError} @throws what {@link acquire} throws, and what `fn` throws.
   */
  async withPermits<T>(fn: (handle: SemaphoreHandle) => Promise<T> | T, options?: AcquirePermitsOptions): Promise<T> {
    checkFunction("fn", fn);
    const handle = await this.acquire(options);
    return await whileHeld(handle, { name: `what was held of the semaphore ${this.path}`, path: this.path }, fn);
  }

  /**
   * Changes how many permits there are. Waiters follow at once. Nothing is taken from holders: after the limit was lowered,
   * nobody is granted a permit until enough have been released.
   *
   * Members that are there follow. From then on new ones are accepted that were told the new number, or what this one was:
   * so a service can be restarted with the new number bit by bit.
   *
   * @throws {LimitMismatchError} this member is not accepted itself; nothing was changed.
   * @throws {TimeoutError} its `outcome` says whether it may have been changed. @throws the signal's reason
   * @throws {UnknownOutcomeError} the answer was lost, and others have changed it since.
   * @throws {ClosedError} @throws {NoAuthError} @throws {InvalidArgumentError}
   */
  async setLimit(limit: number, options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    checkInteger("limit", limit, 1, MOST_PERMITS);
    const path = this.#znodes.limit;
    const record = encodeLimit({ limit, declared: this.permits });
    const change = (data: Buffer) => (this.#znodes.read(data) === limit ? undefined : record);
    // It is as was asked for, whoever made it so; otherwise it cannot be told whether it was so in between.
    const contains = (data: Buffer) => data.equals(record) || undefined;
    await bounded(this.#client, { what: `set the limit of ${this.path}`, path, options: given }, async (step) => {
      const options = { ...step, contains };
      await update(this.#client, path, change, options).catch(async (error) => {
        if (!(error instanceof NoNodeError)) throw error;
        await this.#znodes.prepare(step.signal);
        await update(this.#client, path, change, options);
      });
    });
  }

  /**
   * How many permits there are at present; before anybody has used the semaphore, what this member was told. One round trip.
   *
   * @throws {LimitMismatchError} @throws {TimeoutError} @throws {ClosedError} @throws {NoAuthError}
   */
  async limit(options?: WaitOptions): Promise<number> {
    return await this.#read("limit", options, this.permits, async (session) => {
      const { data } = await session.request("get", { path: this.#znodes.limit, watch: false });
      return this.#znodes.read(data);
    });
  }

  /**
   * Who holds permits, Curator's clients included. A snapshot: one round trip for the listings, and one of a request for each
   * permit that is held and each waiter. Who has just asked in vain can be in it.
   *
   * @throws {LimitMismatchError} @throws {TimeoutError} @throws {ClosedError} @throws {NoAuthError}
   */
  async holders(options?: WaitOptions): Promise<readonly SemaphoreHolder[]> {
    return await this.#read("holders", options, [], (session) => readHolders(session, this.#znodes));
  }

  /** @param none what there is where nobody has used the semaphore. */
  async #read<T>(
    what: string,
    options: WaitOptions | undefined,
    none: T,
    run: (session: Parameters<typeof readHolders>[0]) => Promise<T>,
  ): Promise<T> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    try {
      return await perform(this.#client, {
        what: `${what} of ${this.path}`,
        path: this.path,
        effect: "read",
        options: given,
        run,
      });
    } catch (error) {
      if (error instanceof NoNodeError) return none;
      throw error;
    }
  }

  #request(permits: number, signal: AbortSignal): PermitRequest {
    return { znodes: this.#znodes, experience: this.#experience, permits, signal };
  }

  get #of(): PermitsOf {
    return { client: this.#client, path: this.path, identifier: this.identifier };
  }
}
