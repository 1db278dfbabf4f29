import { NoNodeError, type WaitOptions } from "@zookit/core";
import {
  checkWithWaitOptions,
  goneWithin,
  type HeldPlace,
  isExhausted,
  isLossError,
  type Naming,
  nameOf,
  withDeadline,
} from "@zookit/core/recipe";
import { DowngradeError } from "./errors.js";
import { type HandleOf, LockHandle } from "./lock-handle.js";
import type { LockKey } from "./nesting.js";
import { ReadPlace } from "./read-place.js";

/** How long a downgrade that fails may wait for the proof that it has left nothing, in milliseconds. */
const ABANDON_LIMIT_MS = 250;

/** A {@link LockHandle} of a writer, which can become a reader. */
export class WriteLockHandle extends LockHandle {
  readonly #place: HeldPlace;
  readonly #asWriter: HandleOf;
  readonly #asReader: HandleOf;
  readonly #naming: Naming;
  #reading: LockHandle | undefined;

  /**
   * @internal Use `acquire` of {@link ReadWriteLock.write}.
   *
   * @param asReader the lock as it is once this has become a reader.
   * @param naming that of readers.
   */
  constructor(place: HeldPlace, asWriter: HandleOf, asReader: HandleOf, naming: Naming) {
    super(place, asWriter);
    this.#place = place;
    this.#asWriter = asWriter;
    this.#asReader = asReader;
    this.#naming = naming;
  }

  /**
   * Becomes a reader: gives a new handle that holds for reading, in the same place of the queue and with the same fencing
   * token, and releases this one. Nobody else writes in between (H60). Readers that wait directly behind can read when the
   * promise resolves. The new handle is the caller's to release, also inside a `withLock` block.
   *
   * **Protocol.** Curator's since CURATOR-621: 1. create an ephemeral znode named as a reader's, with the writer's sequence number, which a
   * waiting writer waits for as it does for this one; 2. delete the writer's znode.
   *
   * **Cost.** Two round trips, of three requests.
   *
   * **Failure.** Until the reader's znode is there, this handle goes on holding, and abort and time-out leave it as it was;
   * after that they only end the waiting for the deletion, which is repeated. A lost connection is waited for.
   *
   * @throws {LockLostError} this handle is not held, or was lost meanwhile.
   * @throws {DowngradeError} the sequence numbers of the lock are used up, after 2³¹ − 1 acquisitions, and tell no places.
   * @throws {TimeoutError} @throws the signal's reason @throws {NoAuthError} @throws {ClosedError}
   */
  async downgrade(options?: WaitOptions): Promise<LockHandle> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    this.assertHeld();
    const { name, path } = this.#asWriter;
    const place = this.#readPlace();
    return await withDeadline(given, `downgrading ${name}`, { path }, async (signal) => {
      try {
        await place.enter(signal);
        // The single point of decision: an abort after it comes too late (H48). Others may have released it meanwhile.
        signal.throwIfAborted();
        this.assertHeld();
      } catch (error) {
        await goneWithin(place.remove(), ABANDON_LIMIT_MS);
        throw this.#reasonOf(error, signal);
      }
      const reading = new LockHandle(place, this.#asReader);
      this.#reading = reading;
      // Whoever waits for the writer must look again: there is a reader in its place.
      this.#place.remove("gave-up");
      try {
        await this.release({ signal });
      } catch (error) {
        if (signal.aborted) return reading;
        await reading.release().catch(() => {});
        throw error;
      }
      return reading;
    });
  }

  /** @internal */
  override heldLocks(): readonly LockKey[] {
    return this.isHeld() ? super.heldLocks() : (this.#reading?.heldLocks() ?? []);
  }

  #readPlace(): ReadPlace {
    const { client, path, data } = this.#asReader;
    const naming = this.#naming;
    const sequence = naming.sequenceOf(nameOf(this.path));
    if (sequence === undefined || isExhausted(sequence)) {
      throw new DowngradeError(`${path}: its sequence numbers are used up, and do not tell who comes after`, { path });
    }
    return new ReadPlace({
      client,
      writer: this.#place,
      sequence: String(sequence).padStart(10, "0"),
      naming,
      data,
    });
  }

  #reasonOf(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof NoNodeError) this.holding.foundDeleted();
    if (this.lost.aborted && (error instanceof NoNodeError || isLossError(error))) return this.lost.reason;
    return error;
  }
}
