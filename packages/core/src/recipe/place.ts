import { randomUUID } from "node:crypto";
import type { Client } from "../client.js";
import { orAbort } from "../deadline.js";
import { isLossError, NoNodeError } from "../errors.js";
import type { LiveSession } from "../live-session.js";
import { ensurePath } from "../nodes.js";
import { join, nameOf } from "../path.js";
import type { CreateMode } from "../znode.js";
import { createEphemeral, mustProtect, protectEphemeral } from "./ephemeral.js";
import { tokenFromListing } from "./fencing-token.js";
import { type Departure, departureOf, enroll, withdraw } from "./neighbours.js";
import { type Czxids, type Decision, decide, type Naming, needsCzxids } from "./queue.js";
import { listByPrefix, type Removal, remove } from "./removal.js";
import { type Listing, listTogether } from "./shared-listing.js";
import { waitForDeletion } from "./wait-for-deletion.js";
import { reconnected, type Step, withinSession } from "./within-session.js";

/** A queue of contenders: the children of one znode, ordered by their sequence numbers. */
export interface Queue {
  readonly client: Client;
  /** The znode whose children contend. It is created when it is missing. */
  readonly parent: string;
  readonly parentMode: Extract<CreateMode, "persistent" | "container">;
  readonly naming: Naming;
  /** Stored in the contender's znode. */
  readonly data: Buffer;
  /**
   * Whether the fencing token is to be the czxid of the own znode, which others can read. Uncontended it takes one round trip
   * more. @default false
   */
  readonly isTokenCzxid?: boolean;
}

/**
 * One contender's place in a queue: one ephemeral sequential znode of one session.
 *
 * **Protocol.** The create and a listing are sent back to back; ZooKeeper answers one client in order, so the listing
 * shows the new znode and everything before it. The name carries a random id. If the answer to the create is lost, the
 * znode is looked for by that id after the reconnect, and adopted only if it belongs to this session (H1–H3). The id is
 * never used in another session: what an older one left ends with it.
 */
export class Place {
  readonly session: LiveSession;
  readonly #queue: Queue;
  readonly #prefix: string;
  #creating: Promise<string> | undefined;
  /** An answer was lost since the place was asked for: there may be a znode that we do not know the name of. */
  #isUncertain = false;
  #path = "";
  #token: bigint | undefined;
  #removal: Removal | undefined;
  /** Nobody it would have to wait for was before it when it last looked, so nobody ever will be. */
  #isFirst = false;
  readonly #departure: Promise<Departure>;
  #departed: (departure: Departure) => void = () => {};

  constructor(queue: Queue, session: LiveSession) {
    this.session = session;
    this.#queue = queue;
    this.#prefix = queue.naming.prefix(randomUUID());
    this.#departure = new Promise((resolve) => {
      this.#departed = resolve;
    });
  }

  /** Path of the znode. */
  get path(): string {
    return this.#path;
  }

  /** See {@link tokenFromListing}; known once the place is granted. */
  get fencingToken(): bigint {
    if (this.#token === undefined) throw new Error("a place has no fencing token before it is granted");
    return this.#token;
  }

  /**
   * Takes the place and says what that means for it. One round trip.
   *
   * @throws {SessionLostError} the session has ended; so has the znode, if there was one.
   */
  async enter(signal: AbortSignal): Promise<Decision> {
    for (;;) {
      try {
        if (this.#isUncertain && (await orAbort(this.#recover(), signal))) {
          if (this.#mustSetAcl) await orAbort(this.#setAcl(), signal);
          return await this.review(signal);
        }
        const creating = this.#create();
        const listing = this.#listBehindCreate();
        // The abort does not wait for the answers: the removal that follows it does.
        this.#settle(await orAbort(creating, signal));
        if (this.#mustSetAcl) await orAbort(this.#setAcl(), signal);
        return await this.#decide(await orAbort(listing, signal), signal, true);
      } catch (error) {
        if (signal.aborted) throw error;
        if (error instanceof NoNodeError) {
          await this.#ensureParent(signal);
        } else if (isLossError(error)) {
          this.#isUncertain = true;
          await reconnected(this.#step(signal));
        } else {
          throw error;
        }
      }
    }
  }

  /** Lists again and decides again. One round trip. */
  async review(signal: AbortSignal): Promise<Decision> {
    return await this.#decide(await withinSession(this.#step(signal), () => this.#list()), signal, false);
  }

  /** Waits until the znode that goes before this one has left, and says what that means. */
  next(predecessor: string, signal: AbortSignal): Promise<Decision> {
    const path = join(this.#queue.parent, predecessor);
    const departure = departureOf(this.session, path, this.#queue.naming);
    return departure === undefined ? this.#afterDeletion(path, signal) : this.#afterDeparture(departure, signal);
  }

  async #afterDeletion(path: string, signal: AbortSignal): Promise<Decision> {
    // If it fails, it is asked for again when the place is granted.
    this.#resolveToken().then(
      (token) => {
        this.#token = token;
      },
      () => {},
    );
    await waitForDeletion(this.#step(signal), path);
    return await this.review(signal);
  }

  /**
   * The same for a predecessor of this process and session. This place is first then without asking, if the predecessor was:
   * nobody is between the two, and the own znode has been watched all the time. No round trip at the hand-over, and no event
   * waited for.
   */
  async #afterDeparture(departure: Promise<Departure>, signal: AbortSignal): Promise<Decision> {
    const watch = this.session.watch("data", this.#path);
    try {
      const arm = () => this.session.request("exists", { path: this.#path, watch: true });
      const { czxid } = await withinSession(this.#step(signal), arm);
      this.#token ??= czxid;
      const wake = await orAbort(Promise.race([departure, watch.fired]), signal);
      if (wake === "first" && this.#queue.client.state === "connected") {
        this.#isFirst = true;
        return { kind: "granted" };
      }
    } finally {
      watch.cancel();
    }
    return await this.review(signal);
  }

  /** Asks for the own znode's czxid if nothing has given a token yet. One round trip if so. */
  async settleToken(signal: AbortSignal): Promise<void> {
    this.#token = await withinSession(this.#step(signal), () => this.#resolveToken());
  }

  /** Gives the place up: from now on the janitor sees to it that the znode goes. How it departs is decided by the first call. */
  remove(departure: Departure = this.#isFirst ? "first" : "gave-up"): Removal {
    this.#removal ??= this.#remove(departure);
    return this.#removal;
  }

  #remove(departure: Departure): Removal {
    const { client, parent } = this.#queue;
    const removal = remove({
      client,
      session: this.session,
      parent,
      prefix: this.#prefix,
      created: this.#creating ?? Promise.resolve(""),
      isNameCertain: !this.#isUncertain,
    });
    if (departure === "first") this.#depart(departure);
    // Whoever comes next lists then: earlier it would find the znode still there, and have to wait once more.
    else void removal.gone.then(() => this.#depart(departure));
    return removal;
  }

  #depart(departure: Departure): void {
    withdraw(this.session, this.#path);
    this.#departed(departure);
  }

  get #mustSetAcl(): boolean {
    return mustProtect(this.#queue.client, this.session);
  }

  #create(): Promise<string> {
    const { client, parent, data } = this.#queue;
    this.#creating = createEphemeral(client, this.session, join(parent, this.#prefix), data, "ephemeral-sequential");
    return this.#creating;
  }

  #settle(path: string): void {
    this.#path = path;
    enroll(this.session, path, { naming: this.#queue.naming, departure: this.#departure });
  }

  /** Whoever waits for all that are before it can wait for those of its own session, and shares their listing. */
  #listBehindCreate(): Promise<Listing> {
    if (this.#queue.naming.isAwaited !== undefined) return this.#list();
    const listing = listTogether(this.session, this.#queue.parent);
    listing.catch(() => {});
    return listing;
  }

  #list(): Promise<Listing> {
    const listing = this.session.request("children", { path: this.#queue.parent, watch: false });
    listing.catch(() => {});
    return listing;
  }

  #setAcl(): Promise<void> {
    return protectEphemeral(this.#queue.client, this.session, this.#path);
  }

  /** The parent is not there yet, or was a container that has been reaped (H58). */
  async #ensureParent(signal: AbortSignal): Promise<void> {
    const { client, parent, parentMode } = this.#queue;
    await ensurePath(client, parent, parentMode, client.settings.acl, {
      signal,
      isStep: true,
    });
  }

  async #decide({ children, stat }: Listing, signal: AbortSignal, isFirst: boolean): Promise<Decision> {
    const { naming } = this.#queue;
    const own = nameOf(this.#path);
    const sequence = naming.sequenceOf(own);
    const isTold = isFirst && sequence !== undefined && this.#queue.isTokenCzxid !== true;
    if (isTold) this.#token = tokenFromListing(stat, sequence);
    // A second znode of ours would make us wait for ourselves (H1); it is not counted, and goes.
    const strays = children.filter((name) => name.startsWith(this.#prefix) && name !== own);
    for (const name of strays) this.#removeStray(name);
    const names = strays.length === 0 ? children : children.filter((name) => !strays.includes(name));
    const czxids = needsCzxids(names, naming) ? await this.#czxids(names, signal) : undefined;
    const decision = decide(names, own, naming, czxids);
    this.#isFirst = decision.kind === "granted";
    return decision;
  }

  /** One round trip, of one request for each contender. */
  async #czxids(names: readonly string[], signal: AbortSignal): Promise<Czxids> {
    const contenders = names.filter((name) => this.#queue.naming.sequenceOf(name) !== undefined);
    const czxidOf = async (name: string): Promise<[string, bigint][]> => {
      const path = join(this.#queue.parent, name);
      const stat = await this.session.request("exists", { path, watch: false }).catch(undefinedIfNoNode);
      return stat === undefined ? [] : [[name, stat.czxid]];
    };
    const found = await withinSession(this.#step(signal), () => Promise.all(contenders.map(czxidOf)));
    return new Map(found.flat());
  }

  #removeStray(name: string): void {
    const { client, parent } = this.#queue;
    const created = Promise.resolve(join(parent, name));
    remove({ client, session: this.session, parent, prefix: name, created, isNameCertain: true });
  }

  /** Looks for the znode of a create whose answer was lost; true if there is one and it is ours. */
  async #recover(): Promise<boolean> {
    const { parent } = this.#queue;
    for (const name of await listByPrefix(this.session, parent, this.#prefix)) {
      const path = join(parent, name);
      const stat = await this.session.request("exists", { path, watch: false });
      if (stat.ephemeralOwner === this.session.id) {
        this.#settle(path);
        this.#token = stat.czxid;
        this.#creating = Promise.resolve(path);
        return true;
      }
      this.#removeStray(name);
    }
    return false;
  }

  async #resolveToken(): Promise<bigint> {
    return this.#token ?? (await this.session.request("exists", { path: this.#path, watch: false })).czxid;
  }

  #step(signal: AbortSignal): Step {
    return { client: this.#queue.client, session: this.session, signal };
  }
}

function undefinedIfNoNode(error: unknown): undefined {
  if (!(error instanceof NoNodeError)) throw error;
}
