import {
  type Data,
  InvalidArgumentError,
  NoNodeError,
  type ObserveOptions,
  type WaitOptions,
  type ZooKeeper,
} from "@zookit/core";
import {
  type Children,
  type Client,
  checkIdentifier,
  checkInteger,
  checkObserveOptions,
  checkPath,
  checkWithWaitOptions,
  clientOf,
  encodeIdentity,
  enterSeat,
  followChildren,
  join,
  patienceOf,
  perform,
  readChildren,
  toBuffer,
  uniqueIdentifier,
  withDeadline,
} from "@zookit/core/recipe";
import { Content } from "./content.js";
import { Membership } from "./membership.js";
import { isMember, nameOfMember } from "./naming.js";
import { difference, type Member, membersOf } from "./roll.js";

export interface JoinOptions extends WaitOptions {
  /** Who the member is; unique in the party. @default host name, process id and a number */
  readonly identifier?: string | undefined;
  /** What the others are to know of it, an address say. @default empty */
  readonly data?: Data | undefined;
}

/** The members, and what has changed since the ones before. */
export interface PartyChange {
  readonly members: readonly Member[];
  readonly joined: readonly Member[];
  readonly left: readonly Member[];
}

/**
 * A group of processes that know of each other.
 *
 * **Protocol.** Each member is an ephemeral znode under the party's, in kazoo's form: kazoo's `Party` and this one see each
 * other. Its name follows from the identifier, so that two members cannot have the same one.
 *
 * **Cost.** `join` one round trip, and one to watch the own znode; `leave` two. `members` two: the listing, and all members at
 * once. `watch` holds one watch, and one for each member; a change costs one listing and one read.
 *
 * **Failure.** A member whose session has ended joins again by itself in the next one. A member that crashed is listed until
 * its session ends.
 *
 * @example
 * await using membership = await new Party(zk, "/workers").join({ identifier: "worker-7", data: "10.0.0.7:8080" });
 *
 * @see Curator's GroupMember, kazoo's recipe/party.py
 */
export class Party {
  readonly path: string;
  readonly #client: Client;

  /** @throws {InvalidArgumentError} */
  constructor(zk: ZooKeeper, path: string) {
    this.#client = clientOf(zk);
    this.path = checkPath(path);
    if (path === "/") throw new InvalidArgumentError("the root cannot be a party", { path });
  }

  /**
   * Joins, and stays a member until it is told to leave. If a znode of the same identifier is there, its session is given
   * one and a half of our session timeouts to end: it may be a crashed predecessor's.
   *
   * @throws {DuplicateMemberError} another live member has the identifier.
   * @throws {InvalidArgumentError} @throws {DataTooLargeError} @throws {TimeoutError} @throws {NoAuthError}
   */
  async join(options?: JoinOptions): Promise<Membership> {
    const given = checkWithWaitOptions<JoinOptions>(options, ["identifier", "data"]);
    const { identifier = uniqueIdentifier() } = given;
    checkIdentifier(identifier, this.path);
    const client = this.#client;
    const path = join(this.path, nameOfMember(identifier));
    const content = new Content(toBuffer(given.data, path));
    return await withDeadline(given, `joining ${this.path}`, { path: this.path }, async (signal) => {
      const patienceMs = patienceOf(await client.ready(signal));
      const stored = () => encodeIdentity({ identifier, data: content.data });
      const seat = { client, path, identifier, patienceMs, data: stored };
      return new Membership(seat, content, await enterSeat(seat, signal));
    });
  }

  /** All members, in no particular order. @throws {TimeoutError} @throws {NoAuthError} @throws {ClosedError} */
  async members(options?: WaitOptions): Promise<readonly Member[]> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { path } = this;
    return await perform(this.#client, {
      what: `members of ${path}`,
      path,
      effect: "read",
      options: given,
      run: async (session) => {
        const listing = session.request("children", { path, watch: false }).catch((error) => {
          if (error instanceof NoNodeError) return { children: [] };
          throw error;
        });
        const names = (await listing).children.filter(isMember);
        return membersOf(await readChildren(session, path, names, false));
      },
    });
  }

  /**
   * The members now, all of them as `joined`, and the latest after each change, of their data too: then nobody has joined or
   * left. For ever; states that were overtaken before they were asked for are skipped.
   *
   * @throws {NoAuthError} @throws {ClosedError} from the iterator.
   */
  watch(options?: ObserveOptions): AsyncIterable<PartyChange> {
    const signal = checkObserveOptions(options);
    const rolls = followChildren(this.#client, this.path, isMember, signal);
    return (async function* () {
      let before: Children = new Map();
      for await (const roll of rolls) {
        const { joined, left } = difference(before, roll);
        before = roll;
        yield { members: membersOf(roll), joined, left };
      }
    })();
  }

  /**
   * Waits until there are at least so many members, and resolves with them.
   *
   * @throws {TimeoutError} @throws the signal's reason @throws {NoAuthError} @throws {ClosedError}
   */
  async waitFor(count: number, options?: WaitOptions): Promise<readonly Member[]> {
    checkInteger("count", count, 0, 2 ** 31 - 1);
    const given = checkWithWaitOptions<WaitOptions>(options);
    const what = `waiting for ${count} members of ${this.path}`;
    return await withDeadline(given, what, { path: this.path }, async (signal) => {
      for await (const roll of followChildren(this.#client, this.path, isMember, signal)) {
        if (roll.size >= count) return membersOf(roll);
      }
      throw signal.reason;
    });
  }
}
