import { hostname } from "node:os";
import { InvalidArgumentError, type WaitOptions, type ZooKeeper } from "@zookit/core";
import { checkInteger, checkOptions, checkWithWaitOptions, clientOf, withDeadline } from "@zookit/core/recipe";
import { enterOrAbandon } from "./attempt.js";
import { checkBarrierPath } from "./barrier.js";
import { Entering } from "./enter.js";
import { BarrierStateError } from "./errors.js";
import { leaveGeneration } from "./leave.js";
import type { Gate } from "./member-znode.js";
import type { BarrierMembership, Membership } from "./membership.js";
import { idOf } from "./naming.js";
import { SharedEntering } from "./shared-enter.js";
import { leaveShared } from "./shared-leave.js";

/** How a double barrier is stored. */
export type BarrierDialect = "own" | "shared";

export interface DoubleBarrierOptions {
  /**
   * Who the participant is. Participants of the same identifier count once: so a process that crashed and was started
   * again is not counted beside what its predecessor has left until its session ends. At most 1,024 characters.
   * @default each object is a participant of its own
   */
  readonly identifier?: string | undefined;
  /**
   * - `own`: with generations, see the class.
   * - `shared`: as kazoo's `DoubleBarrier` and Curator's `DistributedDoubleBarrier`, which can take part. It counts
   *   znodes, whatever their identifiers, and has no generations: whoever was cut off while all the others entered and
   *   left waits for the next run, more than `parties` can enter, and disagreement on `parties` is not found.
   *
   * @default "own"
   */
  readonly dialect?: BarrierDialect | undefined;
}

/** The register names everybody who takes part, and must fit into a packet. */
const MOST_PARTIES = 10_000;

const LONGEST_IDENTIFIER = 1_024;

type State =
  | { readonly kind: "outside" | "entering" | "leaving" }
  | { readonly kind: "inside"; readonly membership: Membership };

const OUTSIDE = { kind: "outside" } as const;

/**
 * A barrier that `parties` participants enter together and leave together, any number of times. One object is one
 * participant.
 *
 * **Protocol.** The barrier's persistent znode is a register, changed by compare-and-set only: the generation, and who
 * was counted in it. A participant makes an ephemeral znode that names the generation. Whoever sees enough of them in
 * one listing writes into the register who they are; that is the moment at which they have entered. The generation is
 * over, and the next one begins, when one who has left sees none of those members there, and has written so.
 *
 * **Cost.** `enter` two round trips, one or two more for whoever completes the generation, and one when it is complete.
 * `leave` two, two for each time that it is woken, and one for whoever sees that the generation ends. Held: two watches
 * while entering, else one.
 *
 * **Failure.** A lost connection, and the loss of the session, are waited out. A participant that was counted and whose
 * session has ended is told: by a {@link BrokenBarrierError} from `enter`, where the others may have gone on without
 * it, else by `lost`. To the others it has left. A participant that dies before the generation is complete does not
 * count.
 *
 * @example
 * const barrier = new DoubleBarrier(zk, "/jobs/nightly", 3);
 * await using membership = await barrier.enter({ timeoutMs: 60_000 });
 * await work({ signal: membership.lost });
 * await barrier.leave({ timeoutMs: 60_000 });
 *
 * @see https://zookeeper.apache.org/doc/current/recipes.html#sc_doubleBarriers
 */
export class DoubleBarrier {
  readonly path: string;
  readonly parties: number;
  readonly dialect: BarrierDialect;
  readonly #gate: Gate;
  #state: State = OUTSIDE;

  /** @param parties how many take part, 1 to 10,000. @throws {InvalidArgumentError} */
  constructor(zk: ZooKeeper, path: string, parties: number, options?: DoubleBarrierOptions) {
    const { identifier, dialect = "own" } = checkOptions<DoubleBarrierOptions>(options, ["identifier", "dialect"]);
    const client = clientOf(zk);
    this.path = checkBarrierPath(path);
    this.parties = checkInteger("parties", parties, 1, MOST_PARTIES);
    if (identifier !== undefined) checkIdentifier(identifier, path);
    if (dialect !== "own" && dialect !== "shared") {
      throw new InvalidArgumentError("dialect must be own or shared", { path });
    }
    this.dialect = dialect;
    const data = Buffer.from(identifier ?? `${hostname()}-${process.pid}`, "utf8");
    this.#gate = { client, path, id: idOf(identifier), parties, data };
  }

  /**
   * Waits until `parties` participants are here, and enters together with them.
   *
   * An abort or a time-out takes the participant's znode back before it rejects, unless that comes too late: if the
   * participant was counted by then, it has entered, and this resolves. Who gives up at the very moment at which it is
   * counted is, to the others, a member that left at once.
   *
   * @throws {BarrierStateError} this object has entered, or is about to; nothing was changed.
   * @throws {BarrierMismatchError} others who are here use another number of `parties`.
   * @throws {BrokenBarrierError} the session has ended in between, and the others may have gone on without it.
   * @throws {UnreadableBarrierError} @throws {TimeoutError} @throws the signal's reason @throws {NoAuthError}
   * @throws {ClosedError}
   */
  async enter(options?: WaitOptions): Promise<BarrierMembership> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { path } = this;
    const isInside = this.#state.kind === "inside" && this.#state.membership.isInside;
    if (isInside || this.#state.kind === "entering" || this.#state.kind === "leaving") throw this.#stateError("enter");
    this.#state = { kind: "entering" };
    let entered: Membership | undefined;
    try {
      const attempt = this.dialect === "own" ? new Entering(this.#gate) : new SharedEntering(this.#gate);
      const details = { path, outcome: "unknown" } as const;
      entered = await withDeadline(given, `entering ${path}`, details, (signal) => enterOrAbandon(attempt, signal));
      return entered;
    } finally {
      this.#state = entered === undefined ? OUTSIDE : { kind: "inside", membership: entered };
    }
  }

  /**
   * Leaves, and waits until everybody else who entered has left, or has died. From the call on this participant does
   * not count any more, and when it has settled, however it has, this object can enter again.
   *
   * @throws {BarrierStateError} this object has not entered, or has left; nothing was changed.
   * @throws {BrokenBarrierError} the membership was lost before the call: the others may have left without it.
   * @throws {TimeoutError} it has left, the others have not. @throws the signal's reason: likewise
   * @throws {NoAuthError} @throws {ClosedError}
   */
  async leave(options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { path } = this;
    if (this.#state.kind !== "inside" || this.#state.membership.hasLeft) throw this.#stateError("leave");
    const { membership } = this.#state;
    given.signal?.throwIfAborted();
    this.#state = { kind: "leaving" };
    try {
      const { lost, generation } = membership;
      const removal = membership.leave();
      lost.throwIfAborted();
      await withDeadline(given, `leaving ${path}`, { path, outcome: "unknown" }, (signal) =>
        generation === undefined
          ? leaveShared(this.#gate, removal, signal)
          : leaveGeneration(this.#gate, generation, removal, signal),
      );
    } finally {
      this.#state = OUTSIDE;
    }
  }

  #stateError(what: string): BarrierStateError {
    const message = `cannot ${what} ${this.path}: this participant is ${this.#state.kind}`;
    return new BarrierStateError(message, { path: this.path });
  }
}

function checkIdentifier(identifier: unknown, path: string): void {
  if (typeof identifier === "string" && identifier.isWellFormed()) {
    if (identifier.length >= 1 && identifier.length <= LONGEST_IDENTIFIER) return;
  }
  const form = `a string of 1 to ${LONGEST_IDENTIFIER} characters without lone surrogates`;
  throw new InvalidArgumentError(`identifier must be ${form}`, { path });
}
