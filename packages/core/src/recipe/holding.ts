import { setMaxListeners } from "node:events";
import type { Client } from "../client.js";
import { orDeadline, type WaitOptions } from "../deadline.js";
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

/** What a recipe makes of a holding. */
export interface HoldingTerms {
  /** Makes the recipe's typed error for a holding that was lost; `cause` is why. */
  readonly lostError: (message: string, cause: unknown) => ZookitError;
  /** What the znode says of the holder: with it, requests to give way are noticed. */
  readonly identity?: Buffer | undefined;
  /** Told, once, when it is not held any more: by the call of `release`, or as soon as it is found to be lost. */
  readonly ended?: ((how: "released" | "lost") => void) | undefined;
}

/** A place in a queue that was granted, whoever was given it and how; or several znodes that were granted together. */
export interface HeldPlace {
  readonly session: LiveSession;
  /** Path of its znode. */
  readonly path: string;
  /** Paths of znodes that are held together with it: whoever loses one of them has lost all. */
  readonly otherPaths?: readonly string[];
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
  readonly #terms: HoldingTerms;
  readonly #lost = new AbortController();
  /** Why it is lost. Most holdings never are, and nobody asks for their signal, which would be costly to make. */
  #loss: ZookitError | undefined;
  /** Made when it is needed, which is seldom. */
  #releaseRequested: AbortController | undefined;
  /** Aborts when it is not held any more, for whatever reason. */
  readonly #stopped = new AbortController();
  #isWatching = false;
  readonly #ownWatchTimer: NodeJS.Timeout;
  #releasing: Promise<void> | undefined;

  constructor(client: Client, place: HeldPlace, terms: HoldingTerms) {
    this.fencingToken = place.fencingToken;
    this.path = place.path;
    this.#client = client;
    this.#place = place;
    this.#terms = terms;
    const { lost } = place.session;
    if (lost.aborted) this.#onSessionLost();
    else lost.addEventListener("abort", this.#onSessionLost, { once: true });
    this.#ownWatchTimer = setTimeout(() => void this.#watchOwn(), OWN_WATCH_DELAY_MS);
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
    return this.#place.session.isValid() && this.#releasing === undefined && this.#loss === undefined;
  }

  /** @throws the typed error if it is not held at this very moment. */
  assertHeld(): void {
    if (this.isHeld()) return;
    throw this.#loss ?? this.#terms.lostError("it was released", undefined);
  }

  /**
   * Gives it up, once. From the call on it is not held. Resolves when the znode is proven to be gone, or its session has
   * ended; until then the deletion is repeated. One round trip.
   *
   * @throws {NoAuthError} the server refuses the deletion; it is repeated until the session ends all the same.
   */
  async release(options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    if (this.#releasing === undefined) {
      // Asking can find that it was lost without anybody having noticed.
      if (this.isHeld()) this.#terms.ended?.("released");
      this.#releasing = this.#release();
    }
    const releasing = this.#releasing;
    // A caller who does not wait for it to the end has not asked to hear of its failure.
    releasing.catch(() => {});
    await orDeadline(releasing, given, `release ${this.path}`, () => ({ path: this.path, outcome: "unknown" }));
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
    if (this.#releasing !== undefined || this.#loss !== undefined) return;
    this.#stop();
    // There is nothing left to delete, but whoever waits for this place in this process is to hear of it.
    this.#place.remove();
    this.#loss = this.#terms.lostError(message, cause);
    this.#terms.ended?.("lost");
    this.#lost.abort(this.#loss);
  }

  #stop(): void {
    clearTimeout(this.#ownWatchTimer);
    if (this.#isWatching) this.#stopped.abort();
    this.#place.session.lost.removeEventListener("abort", this.#onSessionLost);
  }

  /** Watches the own znode for as long as it is held. */
  async #watchOwn(): Promise<void> {
    const { session, otherPaths = [] } = this.#place;
    this.#isWatching = true;
    const step = { client: this.#client, session, signal: this.#stopped.signal };
    // One for each znode that is held: no leak, however many.
    if (otherPaths.length > 0) setMaxListeners(0, step.signal);
    try {
      const own = waitForDeletion(step, this.path, (node) => this.#seen(node));
      await Promise.race([own, ...otherPaths.map((path) => waitForDeletion(step, path))]);
      this.foundDeleted();
    } catch {
      // It was released, or its session has ended, which is told by the session; or the znode may not be read, and
      // a deletion shows only in the next holder's token.
    }
  }

  #seen({ data, stat }: { readonly data: Buffer; readonly stat: Stat }): void {
    const { identity } = this.#terms;
    if (identity === undefined || this.#stopped.signal.aborted || !isReleaseRequest(data)) return;
    // If it fails, the next request or reconnect tries again: nothing but a name depends on it.
    const request = { path: this.path, data: identity, version: stat.version };
    this.#place.session.request("set", request).catch(() => {});
    this.#releaseRequested ??= new AbortController();
    this.#releaseRequested.abort();
  }
}
