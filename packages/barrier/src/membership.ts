import { goneWithin, type Removal, waitForDeletion } from "@zookit/core/recipe";
import { type DoubleBarrierMessage, publishDoubleBarrier } from "./diagnostics.js";
import { BrokenBarrierError } from "./errors.js";
import { ABANDON_LIMIT_MS, type Gate, type MemberZnode } from "./member-znode.js";

/** One participant in one generation of a double barrier, from entering it to leaving it. */
export interface BarrierMembership extends AsyncDisposable {
  /**
   * The generation: the same for all who entered together, and higher each time, also when the barrier's znode was
   * deleted and made again. `undefined` in the shared dialect, which has none.
   */
  readonly generation: number | undefined;
  /**
   * Aborts when this participant is not counted any more although it has not left: its session has ended, or somebody
   * has deleted its znode. The reason is a {@link BrokenBarrierError}.
   */
  readonly lost: AbortSignal;
  /** Takes the participant out if it has not left, without waiting for the others: for the way out by an error. */
  [Symbol.asyncDispose](): Promise<void>;
}

export class Membership implements BarrierMembership {
  readonly generation: number | undefined;
  readonly #gate: Gate;
  readonly #own: MemberZnode;
  readonly #lost = new AbortController();
  /** Aborts when it has left or was lost. */
  readonly #over = new AbortController();
  #hasLeft = false;

  constructor(gate: Gate, own: MemberZnode, generation: number | undefined) {
    this.generation = generation;
    this.#gate = gate;
    this.#own = own;
    this.#publish("entered");
    const { lost } = own.session;
    if (lost.aborted) this.#onSessionLost();
    else lost.addEventListener("abort", this.#onSessionLost, { once: true });
    void this.#watchOwn();
  }

  get lost(): AbortSignal {
    // Asking the session can find that its deadline has passed, and end it on the spot (H14).
    if (!this.#over.signal.aborted) this.#own.session.isValid();
    return this.#lost.signal;
  }

  /** Whether it is counted, as far as can be known: it has neither left nor been lost. */
  get isInside(): boolean {
    return !this.lost.aborted && !this.#over.signal.aborted;
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** It counts no more, by its own will. */
  leave(): Removal {
    if (!this.#over.signal.aborted) this.#publish("left");
    this.#hasLeft = true;
    this.#end();
    return this.#own.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await goneWithin(this.leave(), ABANDON_LIMIT_MS);
  }

  readonly #onSessionLost = () => this.#lose("its session has ended", this.#own.session.lost.reason);

  #lose(message: string, cause: unknown): void {
    if (this.#over.signal.aborted) return;
    this.#end();
    this.#publish("lost");
    const details = { path: this.#own.path, cause };
    this.#lost.abort(new BrokenBarrierError(`not counted any more, without having left: ${message}`, details));
  }

  #end(): void {
    this.#over.abort();
    this.#own.session.lost.removeEventListener("abort", this.#onSessionLost);
  }

  #publish(change: DoubleBarrierMessage["change"]): void {
    const { generation } = this;
    const { path, data, parties } = this.#gate;
    publishDoubleBarrier(() => ({ path, identifier: data.toString(), parties, generation, change }));
  }

  async #watchOwn(): Promise<void> {
    const { client } = this.#gate;
    const { session, path } = this.#own;
    try {
      await waitForDeletion({ client, session, signal: this.#over.signal }, path);
      this.#lose("somebody has deleted its znode", undefined);
    } catch {
      // It has left, or its session has ended, which is told by the session; or it may not be read.
    }
  }
}
