import type { PartitionLostError } from "./errors.js";

/** What a {@link Partition} shows. */
interface Tenure {
  readonly name: string;
  readonly fencingToken: bigint;
  readonly lost: AbortSignal;
  isHeld(): boolean;
  notHeld(): PartitionLostError;
}

/** A partition while it is this member's own: from the making of its guard until it passes on or is lost. */
export class Partition {
  readonly #tenure: Tenure;

  /** @internal Made by {@link Partitioner.run}. */
  constructor(tenure: Tenure) {
    this.#tenure = tenure;
  }

  get name(): string {
    return this.#tenure.name;
  }

  /** Greater than the token of every earlier owner of this partition, and lower than that of every later one. A zxid. */
  get fencingToken(): bigint {
    return this.#tenure.fencingToken;
  }

  /**
   * Aborts when the call should come to an end. The reason says why:
   *
   * - {@link PartitionRevokedError}: it is to pass on, or the run is ending. It is held until the call has settled.
   * - {@link PartitionLostError}: it is not held any more; its next owner may have begun.
   */
  get lost(): AbortSignal {
    return this.#tenure.lost;
  }

  /**
   * Whether it is this member's at this very moment: nobody else can own it. Still true after it was revoked, so that the call
   * can put down what it has done. False before the servers can give it to somebody else, if clocks run at nearly the same
   * rate. No round trip.
   */
  isHeld(): boolean {
    return this.#tenure.isHeld();
  }

  /** @throws {PartitionLostError} it is not held at this very moment. No round trip. */
  assertHeld(): void {
    if (!this.isHeld()) throw this.#tenure.notHeld();
  }
}
