import { NodeExistsError, NoNodeError, type WaitOptions, type ZooKeeper } from "@zookit/core";
import {
  type Client,
  ensurePath,
  isLossError,
  join,
  LOCK_NAMINGS,
  MAX_TIMER_MS,
  orAbort,
  type Queue,
} from "@zookit/core/recipe";
import { LimitMismatchError, TooManyPermitsError } from "./errors.js";
import { agrees, decodeLimit, encodeLimit } from "./limit-record.js";
import type { LockSettings } from "./lock-settings.js";

/** The znodes of a semaphore: a queue, the leases, and the record of the limit. */
export class SemaphoreZnodes {
  readonly client: Client;
  /** Stored in the leases, and in the queue. */
  readonly data: Buffer;
  /** Who waits; only the first makes leases. As Curator's mutex. */
  readonly queue: Queue;
  /** One child for each permit that is held. */
  readonly leases: string;
  readonly limit: string;
  readonly #zk: ZooKeeper;
  readonly #path: string;
  /** How many permits there are, as this member was told. */
  readonly #permits: number;
  /**
   * The limit in the record that was read last. Known as soon as what this member was told was in agreement with a record:
   * from then on it follows the record.
   */
  #latestLimit: number | undefined;

  constructor(zk: ZooKeeper, { client, path, data }: Pick<LockSettings, "client" | "path" | "data">, permits: number) {
    this.client = client;
    this.data = data;
    this.leases = join(path, "leases");
    this.limit = join(path, "limit");
    this.queue = { client, parent: join(path, "locks"), parentMode: "container", naming: LOCK_NAMINGS.curator, data };
    this.#zk = zk;
    this.#path = path;
    this.#permits = permits;
  }

  /**
   * Whether there were so many permits when the record was read last: then there may be now, and leases can be made without
   * {@link check}. Whoever asks for more permits than there are must not make a znode for each of them first.
   */
  hadPermits(permits: number): boolean {
    return this.#latestLimit !== undefined && permits <= this.#latestLimit;
  }

  /**
   * The limit in a record.
   *
   * @throws {LimitMismatchError} this member was told something else.
   */
  read(data: Buffer): number {
    const record = decodeLimit(data);
    const path = this.#path;
    if (record === undefined) throw new LimitMismatchError(`${this.limit} holds no number of permits`, { path });
    if (this.#latestLimit === undefined && !agrees(record, this.#permits)) {
      throw new LimitMismatchError(
        `the semaphore ${path} has ${record.limit} permits, and this member was told that it has ${this.#permits}`,
        { path },
      );
    }
    this.#latestLimit = record.limit;
    return record.limit;
  }

  /** The same for somebody who asks for permits. @throws {TooManyPermitsError} there are not so many. */
  limitFor(permits: number, data: Buffer): number {
    const limit = this.read(data);
    const path = this.#path;
    if (permits <= limit) return limit;
    throw new TooManyPermitsError(`${permits} permits of ${path} were asked for, and there are ${limit}`, { path });
  }

  /** Refuses what can be refused before anything is done for it. One round trip. */
  async check(permits: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const session = await this.client.ready(signal);
      try {
        const { data } = await orAbort(session.request("get", { path: this.limit, watch: false }), signal);
        this.limitFor(permits, data);
        return;
      } catch (error) {
        if (!(error instanceof NoNodeError)) throw error;
        await this.prepare(signal);
      }
    }
  }

  /** Makes what is missing. Who is first records the limit. */
  async prepare(signal: AbortSignal): Promise<void> {
    const { acl } = this.client.settings;
    const step = { signal, timeoutMs: MAX_TIMER_MS };
    const data = encodeLimit({ limit: this.#permits, declared: this.#permits });
    while (!(await this.#isRecorded(data, step)));
    await ensurePath(this.client, this.leases, "persistent", acl, { ...step, isStep: true });
  }

  /** Records the limit if nobody has. False if the answer was lost: doing it twice is as good as once. */
  async #isRecorded(data: Buffer, step: WaitOptions): Promise<boolean> {
    try {
      await this.#zk.create(this.limit, data, { parents: true, ...step });
    } catch (error) {
      if (step.signal?.aborted || !(isLossError(error) || error instanceof NodeExistsError)) throw error;
      return error instanceof NodeExistsError;
    }
    return true;
  }
}
