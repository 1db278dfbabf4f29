import { type Data, NoNodeError, type WaitOptions } from "@zookit/core";
import {
  bounded,
  type Client,
  checkWithWaitOptions,
  encodeIdentity,
  Holding,
  orAbort,
  type Place,
  parentOf,
  perform,
  type StepOptions,
  toBuffer,
} from "@zookit/core/recipe";
import { type LeadershipMessage, publishLeadership } from "./diagnostics.js";
import { LeadershipLostError } from "./errors.js";

/**
 * One term of leadership, from the election to its resignation or its loss. It owns all state: the next term is another
 * object with a greater {@link fencingToken}.
 *
 * A stopped process can wake up when another one leads already. `isHeld()` is then false on the first line that runs, but
 * work that was under way goes on: pass the token to what the leader writes to, and let that refuse lower ones (H65).
 */
export class Leadership implements AsyncDisposable {
  /** Who the leader says it is. */
  readonly identifier: string;
  readonly #client: Client;
  readonly #place: Place;
  readonly #holding: Holding;
  /** Settles when no earlier proclamation is under way any more. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @internal Use {@link Election.campaign}. */
  constructor(client: Client, place: Place, identifier: string) {
    this.identifier = identifier;
    this.#client = client;
    this.#place = place;
    this.#publish("elected");
    this.#holding = new Holding(client, place, {
      lostError: (message, cause) => this.#lostError(message, cause),
      ended: (how) => this.#publish(how === "lost" ? "lost" : "resigned"),
    });
  }

  /**
   * The term: greater than the token of every earlier leader of this election, and lower than that of every later one. It is
   * the zxid of the leader's own znode, so that others find the same number in {@link Leader.fencingToken}.
   */
  get fencingToken(): bigint {
    return this.#holding.fencingToken;
  }

  /** Path of the leader's own znode. */
  get path(): string {
    return this.#holding.path;
  }

  /** Aborts when the leadership is lost, with a {@link LeadershipLostError} as reason; never after it was resigned. */
  get lost(): AbortSignal {
    return this.#holding.lost;
  }

  /**
   * Until when nobody else can be elected, unless the leader's znode is deleted by hand; on the clock of `performance.now()`,
   * 0 when the leadership has ended. It moves on with every heartbeat.
   */
  get validUntil(): number {
    return this.isHeld() ? this.#place.session.validUntil : 0;
  }

  /**
   * Whether it leads at this very moment: not resigned, not lost, and the session's deadline lies ahead. It turns false
   * before the servers can elect somebody else, if clocks run at nearly the same rate. No round trip.
   */
  isHeld(): boolean {
    return this.#holding.isHeld();
  }

  /** @throws {LeadershipLostError} it does not lead at this very moment. No round trip. */
  assertHeld(): void {
    this.#holding.assertHeld();
  }

  /**
   * Publishes data of this term, which {@link Election.leader} and {@link Election.observe} show; an empty value takes it
   * back. One round trip. Data proclaimed later replace those proclaimed earlier, whatever happens to connections.
   *
   * Only the znode of this very term is written to, under its own session: it never lands in a later term, nor in another's.
   *
   * **Failure.** After a lost connection it is written again. On time-out and abort the `outcome` is `unknown` if it may have
   * been written; the same if the leadership was lost meanwhile.
   *
   * @throws {LeadershipLostError} the leadership has ended. @throws {DataTooLargeError} @throws {InvalidArgumentError}
   * @throws {TimeoutError} @throws {NoAuthError} @throws {ClosedError} @throws the signal's reason
   */
  async proclaim(data: Data, options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const stored = encodeIdentity({ identifier: this.identifier, data: toBuffer(data, this.path) });
    this.assertHeld();
    const previous = this.#turn;
    const operation = { what: `proclaim at ${this.path}`, path: this.path, options: given };
    const proclaiming = bounded(this.#client, operation, async (step) => {
      await orAbort(previous, step.signal);
      // What waits for a connection need not wait for one that is of no use any more.
      await orAbort(this.#write(stored, step), this.lost);
    });
    this.#turn = Promise.allSettled([previous, proclaiming]);
    await proclaiming;
  }

  /**
   * Gives the leadership up. From the call on it does not lead; when the promise resolves, the next contender can. Calling it
   * again joins the first call. One round trip.
   *
   * **Failure.** Without a connection the deletion is repeated until it succeeds or the session has ended, and the promise
   * waits for that. `signal` and `timeoutMs` end the waiting, not the repeating.
   *
   * @throws {NoAuthError} the server refuses the deletion; it is repeated until the session ends all the same.
   * @throws {TimeoutError} @throws the signal's reason
   */
  async resign(options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    await this.#holding.release(given);
  }

  /** Resigns, so that `await using` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.resign();
  }

  async #write(data: Buffer, options: StepOptions): Promise<void> {
    await perform(this.#client, {
      what: `proclaim at ${this.path}`,
      path: this.path,
      effect: "idempotent",
      options,
      run: async () => {
        this.assertHeld();
        try {
          // Not the present session of the client, which may be a later one (H22).
          await this.#place.session.request("set", { path: this.path, data, version: -1 });
        } catch (error) {
          if (!(error instanceof NoNodeError)) throw error;
          this.#holding.foundDeleted();
          this.assertHeld();
        }
      },
    });
  }

  #lostError(message: string, cause: unknown): LeadershipLostError {
    return new LeadershipLostError(`${this.identifier} does not lead ${parentOf(this.#place.path)}: ${message}`, {
      path: this.#place.path,
      cause,
      outcome: "unknown",
    });
  }

  #publish(change: LeadershipMessage["change"]): void {
    const { identifier } = this;
    const { path, fencingToken } = this.#place;
    publishLeadership(() => ({ path: parentOf(path), identifier, fencingToken, change }));
  }
}
