import type { ZookitError } from "@zookit/core";
import type { PartitionMessage } from "./diagnostics.js";
import { PartitionLostError } from "./errors.js";
import type { Guard } from "./guard.js";
import { Partition } from "./partition.js";

/** What is run for a partition. */
export type PartitionFunction = (partition: Partition) => Promise<unknown>;

/**
 * One member's time with one partition: from the guard it has taken to the end of the call.
 *
 * It ends when it is revoked, by the plan or the end of the run; when the session ends; or when somebody deletes the guard.
 * Then `lost` aborts, and the call is waited for. A suspended connection does not end it.
 */
export class Tenure {
  readonly name: string;
  readonly #guard: Guard;
  readonly #tell: (change: PartitionMessage["change"]) => void;
  readonly #lost = new AbortController();
  /** Aborts when nothing more is to be watched. */
  readonly #over = new AbortController();
  #failure: PartitionLostError | undefined;

  /** @param tell is told when it is revoked, and when it is lost. */
  constructor(name: string, guard: Guard, tell: (change: PartitionMessage["change"]) => void) {
    this.name = name;
    this.#guard = guard;
    this.#tell = tell;
  }

  get fencingToken(): bigint {
    return this.#guard.fencingToken;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  isHeld(): boolean {
    // The order matters: asking the session can find that its deadline has passed, and end this tenure on the spot.
    return this.#guard.session.isValid() && this.#failure === undefined && !this.#over.signal.aborted;
  }

  /** Whether it has ended otherwise than by being given up. */
  get isLost(): boolean {
    return this.#failure !== undefined;
  }

  notHeld(): PartitionLostError {
    return this.#failure ?? this.#lostError("its call has settled", undefined);
  }

  /**
   * Calls the function, and resolves when the partition can pass on: the call has settled, and the partition is not to be kept.
   *
   * @throws what the call throws, unless it was told to end: whatever it throws then is its way to do so.
   */
  async run(fn: PartitionFunction, revoked: AbortSignal): Promise<void> {
    const { session } = this.#guard;
    const onSessionLost = () => this.#lose("its session has ended", session.lost.reason);
    const onRevoked = () => {
      if (!this.isLost) this.#tell("revoked");
      this.#lost.abort(revoked.reason);
    };
    session.lost.addEventListener("abort", onSessionLost, { once: true });
    revoked.addEventListener("abort", onRevoked, { once: true });
    if (session.lost.aborted) onSessionLost();
    if (revoked.aborted) onRevoked();
    const watching = this.#watchGuard();
    try {
      if (!this.lost.aborted) await this.#call(fn);
      // It has returned although the partition stays: nobody else is to do it.
      await this.#told();
    } finally {
      this.#over.abort();
      session.lost.removeEventListener("abort", onSessionLost);
      revoked.removeEventListener("abort", onRevoked);
      await watching;
    }
  }

  async #call(fn: PartitionFunction): Promise<void> {
    try {
      await fn(new Partition(this));
    } catch (error) {
      // The order matters: asking whether it is held can find that the deadline has passed (H14).
      if (this.isHeld() && !this.lost.aborted) throw error;
    }
  }

  async #told(): Promise<void> {
    if (this.lost.aborted) return;
    await new Promise<void>((resolve) => this.lost.addEventListener("abort", () => resolve(), { once: true }));
  }

  async #watchGuard(): Promise<void> {
    try {
      await this.#guard.deleted(this.#over.signal);
      this.#lose("its guard was deleted by somebody else", undefined);
    } catch {
      // The tenure is over, or its session has ended, which is told by the session; or the guard may not be read.
    }
  }

  #lose(message: string, cause: ZookitError | undefined): void {
    if (!this.isLost) this.#tell("lost");
    this.#failure ??= this.#lostError(message, cause);
    this.#lost.abort(this.#failure);
  }

  #lostError(message: string, cause: ZookitError | undefined): PartitionLostError {
    const details = { path: this.#guard.path, cause, outcome: "unknown" } as const;
    return new PartitionLostError(`the partition ${JSON.stringify(this.name)} is not held: ${message}`, details);
  }
}
