import type { Client } from "../client.js";
import { orAbort, type WaitOptions, withDeadline } from "../deadline.js";
import type { ZookitError } from "../errors.js";
import type { LiveSession } from "../live-session.js";
import { checkWithWaitOptions } from "../perform.js";
import type { Stat } from "../znode.js";
import { isReleaseRequest } from "./release-request.js";
import type { Removal } from "./removal.js";
import { waitForDeletion } from "./wait-for-deletion.js";

/**
 * After this time of holding, in milliseconds, the holder begins to watch its own znode. Short critical sections are over
 * by then and never pay for it.
 */
const OWN_WATCH_DELAY_MS = 200;

/** Makes a recipe's typed error for a holding that was lost; `cause` is why. */
export type LostError = (message: string, cause: unknown) => ZookitError;

/** A place in a queue that was granted, whoever was given it and how. */
export interface HeldPlace {
  readonly session: LiveSession;
  /** Path of its znode. */
  readonly path: string;
  readonly fencingToken: bigint;
  /** Gives the place up, see {@link remove}. `gave-up` if somebody has it from now on, so that the next one is not first. */
  remove(departure?: "gave-up"): Removal;
}

/**
 * A granted place in a queue, from the grant to its release or its loss.
 *
 * It is held until it is released, the session's deadline passes, the session ends, or somebody else deletes its znode
 * (H46). A suspended connection alone does not end it.
 *
 * Who wants the holder to give way overwrites what the znode says of it, see {@link requestRelease}. With `identity`, which is
 * what it said, such requests are noticed, and what it said is put back, so that it can still be told who holds.
 */
export class Holding {
  readonly fencingToken: bigint;
  readonly path: string;
  readonly #client: Client;
  readonly #place: HeldPlace;
  readonly #lostError: LostError;
  readonly #identity: Buffer | undefined;
  readonly #lost = new AbortController();
  /** Made when it is needed, which is seldom. */
  #releaseRequested: AbortController | undefined;
  /** Ends the watch on the own znode, once that has begun. */
  #unwatch: AbortController | undefined;
  readonly #ownWatchTimer: NodeJS.Timeout;
  #releasing: Promise<void> | undefined;

  constructor(client: Client, place: HeldPlace, lostError: LostError, identity?: Buffer) {
    this.fencingToken = place.fencingToken;
    this.path = place.path;
    this.#client = client;
    this.#place = place;
    this.#lostError = lostError;
    this.#identity = identity;
    this.#ownWatchTimer = setTimeout(() => void this.#watchOwn(), OWN_WATCH_DELAY_MS);
    const { lost } = place.session;
    if (lost.aborted) this.#onSessionLost();
    else lost.addEventListener("abort", this.#onSessionLost, { once: true });
  }

  /** Aborts when the holding is lost, with the typed error as reason; never after a release. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Aborts, once, when somebody asks the holder to give way. It is held all the same. */
  get releaseRequested(): AbortSignal {
    this.#releaseRequested ??= new AbortController();
    return this.#releaseRequested.signal;
  }

  /** Whether it is held at this very moment. */
  isHeld(): boolean {
    // The order matters: asking the session can find that its deadline has passed, and end this holding on the spot.
    return this.#place.session.isValid() && this.#releasing === undefined && !this.lost.aborted;
  }

  /** @throws the typed error if it is not held at this very moment. */
  assertHeld(): void {
    if (this.isHeld()) return;
    throw this.lost.aborted ? this.lost.reason : this.#lostError("it was released", undefined);
  }

  /**
   * Gives it up, once. From the call on it is not held. Resolves when the znode is proven to be gone, or its session has
   * ended; until then the deletion is repeated. One round trip.
   *
   * @throws {NoAuthError} the server refuses the deletion; it is repeated until the session ends all the same.
   */
  async release(options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    this.#releasing ??= this.#release();
    const releasing = this.#releasing;
    // A caller who does not wait for it to the end has not asked to hear of its failure.
    releasing.catch(() => {});
    const details = { path: this.path, outcome: "unknown" } as const;
    await withDeadline(given, `release ${this.path}`, details, (signal) => orAbort(releasing, signal));
  }

  async #release(): Promise<void> {
    this.#stop();
    const { gone, refused } = this.#place.remove();
    const refusal = await Promise.race([gone, refused]);
    if (refusal !== undefined) throw refusal;
  }

  /** Ends the holding, as if its own watch had told that somebody else has deleted its znode. */
  foundDeleted(): void {
    this.#lose("its znode was deleted by somebody else", undefined);
  }

  readonly #onSessionLost = () => this.#lose("its session has ended", this.#place.session.lost.reason);

  #lose(message: string, cause: unknown): void {
    if (this.#releasing !== undefined || this.lost.aborted) return;
    this.#stop();
    // There is nothing left to delete, but whoever waits for this place in this process is to hear of it.
    this.#place.remove();
    this.#lost.abort(this.#lostError(message, cause));
  }

  #stop(): void {
    clearTimeout(this.#ownWatchTimer);
    this.#unwatch?.abort();
    this.#place.session.lost.removeEventListener("abort", this.#onSessionLost);
  }

  /** Watches the own znode for as long as it is held. */
  async #watchOwn(): Promise<void> {
    const { session } = this.#place;
    this.#unwatch = new AbortController();
    const step = { client: this.#client, session, signal: this.#unwatch.signal };
    try {
      await waitForDeletion(step, this.path, (node) => this.#seen(node));
      this.foundDeleted();
    } catch {
      // It was released, or its session has ended, which is told by the session; or the znode may not be read, and
      // a deletion shows only in the next holder's token.
    }
  }

  #seen({ data, stat }: { readonly data: Buffer; readonly stat: Stat }): void {
    if (this.#identity === undefined || this.#stopped.signal.aborted || !isReleaseRequest(data)) return;
    // If it fails, the next request or reconnect tries again: nothing but a name depends on it.
    const request = { path: this.path, data: this.#identity, version: stat.version };
    this.#place.session.request("set", request).catch(() => {});
    this.#releaseRequested ??= new AbortController();
    this.#releaseRequested.abort();
  }
}
