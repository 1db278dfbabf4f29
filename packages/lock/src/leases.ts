import { randomUUID } from "node:crypto";
import { NoNodeError, type Stat } from "@zookit/core";
import {
  createEphemeral,
  type HeldPlace,
  join,
  type LiveSession,
  mustProtect,
  nameOf,
  orAbort,
  protectEphemeral,
  type Removal,
  remove,
  tokenFromListing,
  withinSession,
} from "@zookit/core/recipe";
import { decideLeases, LEASE_NAMING, type LeaseDecision } from "./lease-decision.js";
import type { SemaphoreZnodes } from "./semaphore-znodes.js";

interface Sight {
  readonly children: readonly string[];
  readonly stat: Stat;
  /** The record of the limit. */
  readonly record: Buffer;
}

/**
 * The leases of one acquisition: as many ephemeral sequential znodes as it asks for permits, in one session. They are made
 * at once and go at once. If an answer is lost while they are made, they are not looked for: all go, and others are made.
 */
export class Leases implements HeldPlace {
  readonly session: LiveSession;
  readonly permits: number;
  readonly #znodes: SemaphoreZnodes;
  readonly #prefix = LEASE_NAMING.prefix(randomUUID());
  #creating: readonly Promise<string>[] = [];
  #paths: readonly string[] = [];
  #token: bigint | undefined;
  #removal: Removal | undefined;

  constructor(znodes: SemaphoreZnodes, session: LiveSession, permits: number) {
    this.session = session;
    this.permits = permits;
    this.#znodes = znodes;
  }

  /** The last one: tokens are about that. */
  get path(): string {
    return this.#paths.at(-1) ?? "";
  }

  get otherPaths(): readonly string[] {
    return this.#paths.slice(0, -1);
  }

  get fencingToken(): bigint {
    if (this.#token === undefined) throw new Error("leases have no fencing token before they are granted");
    return this.#token;
  }

  /**
   * Makes the leases, and says what that means for them, and who is queueing. One round trip: the answers come in the order
   * of the requests, so the listings show at least what there was when the leases had been made.
   *
   * @throws {NoNodeError} the semaphore's znodes have to be made first.
   */
  async take(signal: AbortSignal): Promise<{ readonly decision: LeaseDecision; readonly waiters: number }> {
    const { queue } = this.#znodes;
    this.#creating = Array.from({ length: this.permits }, () => this.#create());
    const looking = this.#look(false);
    const queueing = this.session.request("children", { path: queue.parent, watch: false }).catch(noneIfGone);
    queueing.catch(() => {});
    // An abort does not wait for the answers: the removal that follows it does.
    this.#paths = await orAbort(Promise.all(this.#creating), signal);
    if (mustProtect(this.#znodes.client, this.session)) await orAbort(this.#setAcl(), signal);
    const sight = await orAbort(looking, signal);
    const sequence = LEASE_NAMING.sequenceOf(nameOf(this.path));
    if (sequence !== undefined) this.#token = tokenFromListing(sight.stat, sequence);
    const { children } = await orAbort(queueing, signal);
    const waiters = children.filter((name) => queue.naming.sequenceOf(name) !== undefined).length;
    return { decision: this.#decide(sight), waiters };
  }

  /**
   * Waits until the leases are granted, for whoever is first in the queue and has its znode there, `place`. False if they, or
   * the place, are not there any more. It watches the list of leases, the limit, and the place: every wake-up looks again.
   */
  async granted(place: string, signal: AbortSignal): Promise<boolean> {
    const { client, leases, limit } = this.#znodes;
    const { session } = this;
    const look = async () => {
      const own = session.request("get", { path: place, watch: true }).then(() => true, falseIfGone);
      own.catch(() => {});
      const sight = await this.#look(true);
      return (await own) ? this.#decide(sight) : "gone";
    };
    for (;;) {
      const watches = [session.watch("children", leases), session.watch("data", limit), session.watch("data", place)];
      try {
        const decision = await withinSession({ client, session, signal }, look);
        if (decision !== "wait") return decision === "granted";
        await orAbort(Promise.race(watches.map(({ fired }) => fired)), signal);
      } finally {
        for (const watch of watches) watch.cancel();
      }
    }
  }

  /** Asks for the last lease's czxid if nothing has given a token yet. One round trip if so. */
  async settleToken(signal: AbortSignal): Promise<void> {
    if (this.#token !== undefined) return;
    const read = () => this.session.request("exists", { path: this.path, watch: false });
    const { czxid } = await withinSession({ client: this.#znodes.client, session: this.session, signal }, read);
    this.#token = czxid;
  }

  remove(): Removal {
    this.#removal ??= together(this.#creating.map((created) => this.#removeOne(created)));
    return this.#removal;
  }

  #removeOne(created: Promise<string>): Removal {
    const { client, leases: parent } = this.#znodes;
    return remove({ client, session: this.session, parent, prefix: this.#prefix, created, isNameCertain: true });
  }

  #create(): Promise<string> {
    const { client, leases, data } = this.#znodes;
    return createEphemeral(client, this.session, join(leases, this.#prefix), data, "ephemeral-sequential");
  }

  async #setAcl(): Promise<void> {
    const { client } = this.#znodes;
    await Promise.all(this.#paths.map((path) => protectEphemeral(client, this.session, path)));
  }

  /** The record comes last: so the limit was that when the leases already had the places in which they are seen. */
  #look(watch: boolean): Promise<Sight> {
    const listing = this.session.request("children", { path: this.#znodes.leases, watch });
    const reading = this.session.request("get", { path: this.#znodes.limit, watch });
    const looking = Promise.all([listing, reading]).then(([leases, { data }]) => ({ ...leases, record: data }));
    looking.catch(() => {});
    return looking;
  }

  #decide({ children, record }: Sight): LeaseDecision {
    return decideLeases(children, this.#paths.map(nameOf), this.#znodes.limitFor(this.permits, record));
  }
}

/** Several removals as one. */
function together(removals: readonly Removal[]): Removal {
  const gone = Promise.all(removals.map((removal) => removal.gone)).then(() => {});
  return { gone, refused: Promise.race(removals.map(({ refused }) => refused)) };
}

function noneIfGone(error: unknown): { readonly children: readonly string[] } {
  if (error instanceof NoNodeError) return { children: [] };
  throw error;
}

function falseIfGone(error: unknown): false {
  if (error instanceof NoNodeError) return false;
  throw error;
}
