import { ClosedError, type ObserveOptions, type WaitOptions, ZookitError } from "@zookit/core";
import {
  checkObserveOptions,
  checkPacketSize,
  checkWithWaitOptions,
  keepSeat,
  Latest,
  type LiveSession,
  leaveSeat,
  orDeadline,
  parentOf,
  perform,
  rewriteSeat,
  type Seat,
  toBuffer,
} from "@zookit/core/recipe";
import type { Content } from "./content.js";
import { type MembershipMessage, publishMembership } from "./diagnostics.js";

/**
 * - `joined`: the others see the member.
 * - `absent`: they do not, or not for long: its session has ended, and it is joining again.
 * - `left`: it has left, or was lost for good.
 */
export type MembershipState = "joined" | "absent" | "left";

/** One membership of a party, until it is left. It joins again by itself after its session has ended, and says so. */
export class Membership implements AsyncDisposable {
  readonly identifier: string;
  readonly #seat: Seat;
  readonly #content: Content;
  readonly #state = new Latest<MembershipState>("joined");
  readonly #lost = new AbortController();
  readonly #leaving = new AbortController();
  #session: LiveSession;
  #left: Promise<void> | undefined;
  readonly #keeping: Promise<void>;

  /** @internal Use {@link Party.join}. */
  constructor(seat: Seat, content: Content, session: LiveSession) {
    this.identifier = seat.identifier;
    this.#content = content;
    this.#seat = seat;
    this.#session = session;
    this.#publish("joined");
    this.#keeping = this.#keep();
  }

  get state(): MembershipState {
    return this.#state.value === "joined" && !this.#session.isValid() ? "absent" : this.#state.value;
  }

  /**
   * Aborts when the membership has ended other than by {@link leave}, for good: another live member has its identifier by
   * now, the client was closed, or the servers refuse it. The reason is the typed error.
   */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** The state now, and the latest after each change. Ends with `left`. */
  states(options?: ObserveOptions): AsyncIterable<MembershipState> {
    const signal = checkObserveOptions(options);
    return this.#state.observe(signal);
  }

  /**
   * Replaces the member's data. One round trip, or two while it is absent: then the new data are those that it joins again
   * with. They never land in the znode of another member that has taken its identifier meanwhile. Data
   * that were not applied are not applied later either; after an `outcome` that is unknown, or an abort, they may be.
   *
   * @throws {ClosedError} it has left. @throws {DataTooLargeError} @throws {NoAuthError} @throws {TimeoutError}
   */
  async update(data: string | Uint8Array, options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { client, path } = this.#seat;
    if (this.#state.value === "left") throw new ClosedError(`the member ${this.identifier} has left`, { path });
    const wanted = toBuffer(data, path);
    this.#content.add(wanted);
    try {
      this.#checkSize();
      await perform(client, {
        what: `update the member ${this.identifier}`,
        path,
        effect: "idempotent",
        options: given,
        // While it is absent nothing is to be written: it joins again with the latest data.
        run: (session) => rewriteSeat(this.#seat, session, this.#state.value === "joined" && session === this.#session),
      });
    } catch (error) {
      if (error instanceof ZookitError && error.outcome === "not-applied") this.#content.withdraw(wanted);
      throw error;
    } finally {
      this.#content.settle(wanted);
    }
  }

  /** The data must fit into the create that joins again, which takes more than a set does. @throws {DataTooLargeError} */
  #checkSize(): void {
    const { client, path, data } = this.#seat;
    const { acl, chroot } = client.settings;
    const request = { path: chroot.toServer(path), data: data(), mode: "ephemeral", ...(acl && { acl }) } as const;
    checkPacketSize("create", request, path);
  }

  /**
   * Leaves. When it resolves, the others do not see the member any more, or its session has ended. Calling it again joins
   * the first call. Two round trips.
   *
   * @throws {TimeoutError} @throws the signal's reason; the leaving goes on all the same.
   */
  async leave(options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    this.#left ??= this.#leave();
    const { path } = this.#seat;
    await orDeadline(this.#left, given, `leaving ${parentOf(path)}`, () => ({ path, outcome: "unknown" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  async #leave(): Promise<void> {
    if (this.#state.value !== "left") this.#publish("left");
    this.#leaving.abort();
    this.#end();
    // It may be joining again just now; that cleans up after itself.
    await this.#keeping;
    await leaveSeat(this.#seat, this.#session);
  }

  #end(): void {
    this.#state.set("left");
    this.#state.end();
  }

  /** Joins again whenever the znode is gone, until it leaves. */
  async #keep(): Promise<void> {
    try {
      await keepSeat(this.#seat, this.#session, this.#leaving.signal, (session) => {
        if (session !== undefined) this.#session = session;
        const change = session === undefined ? "absent" : "joined";
        this.#state.set(change);
        // It may have been told to leave just now.
        if (!this.#leaving.signal.aborted) this.#publish(change);
      });
    } catch (error) {
      this.#end();
      this.#publish("lost");
      this.#lost.abort(error);
    }
  }

  #publish(change: MembershipMessage["change"]): void {
    const { identifier, path } = this.#seat;
    publishMembership(() => ({ path: parentOf(path), identifier, change }));
  }
}
