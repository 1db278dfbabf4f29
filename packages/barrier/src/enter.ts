import { BadVersionError, NoNodeError } from "@zookit/core";
import { ensurePath, isLossError, join, type LiveSession, orAbort, type Removal } from "@zookit/core/recipe";
import type { Attempt } from "./attempt.js";
import { decideEnter, type EnterDecision, type View } from "./decide.js";
import { BarrierMismatchError, BrokenBarrierError } from "./errors.js";
import { type Gate, MemberZnode, removed } from "./member-znode.js";
import { Membership } from "./membership.js";
import { nameOfMember, parseMember } from "./naming.js";
import { type Register, readRegister, writeRegister } from "./register.js";

/** What was seen, and the watches that tell when it is so no more. */
interface Sight {
  readonly view: View;
  readonly version: number;
  /** Whatever it says, look again: events are not relied on (H32, H33). */
  readonly changed: Promise<unknown>;
}

/**
 * One attempt to enter a double barrier of our own format: look, decide, do, and again, until it is decided. A step
 * that is lost with its connection needs no recovery of its own: the next look shows what has become of it.
 */
export class Entering implements Attempt {
  readonly #gate: Gate;
  #own: MemberZnode | undefined;
  #mustCreate = false;
  #wasSeen = false;
  #generation: number | undefined;
  #isBroken = false;
  #hasListed = false;
  readonly #watches: (() => void)[] = [];

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  async run(signal: AbortSignal): Promise<Membership> {
    const { client, path } = this.#gate;
    let mustList = false;
    for (;;) {
      const session = await client.ready(signal);
      this.#beginIn(session);
      try {
        const sight = await orAbort(this.#look(session, mustList), signal);
        const decision = this.#decide(sight);
        mustList = decision.kind === "list" || decision.kind === "join" || decision.kind === "wait-for";
        const entered = await this.#act(session, sight, decision, signal);
        if (entered !== undefined) return entered;
      } catch (error) {
        if (signal.aborted) throw error;
        if (error instanceof NoNodeError) {
          const step = { signal, isStep: true } as const;
          await ensurePath(client, path, "persistent", client.settings.acl, step);
        } else if (!isLossError(error)) {
          throw error;
        }
      } finally {
        for (const cancel of this.#watches.splice(0)) cancel();
      }
    }
  }

  async lookOnce(signal: AbortSignal): Promise<Membership | undefined> {
    // A connection that has just been lost may be back in time.
    const session = await this.#gate.client.ready(signal);
    if (this.#own?.session !== session) return undefined;
    this.#mustCreate = false;
    try {
      return this.#entered(this.#decide(await orAbort(this.#look(session, false), signal)));
    } finally {
      for (const cancel of this.#watches.splice(0)) cancel();
    }
  }

  abandon(): Removal | undefined {
    return this.#own?.remove();
  }

  /** The own znode of another session has gone, or goes, with that. */
  #beginIn(session: LiveSession): void {
    if (this.#own !== undefined && this.#own.session !== session) this.#vanished(this.#own.mayExist);
  }

  #vanished(mayHaveBeenCounted: boolean): void {
    this.#isBroken ||= mayHaveBeenCounted;
    this.#own = undefined;
    this.#mustCreate = false;
  }

  /** One round trip: everything is sent at once, and answered in this order. */
  async #look(session: LiveSession, mustList: boolean): Promise<Sight> {
    const { path } = this.#gate;
    const own = this.#own;
    const changes = [this.#watch(session, path)];
    if (own !== undefined) changes.push(this.#watch(session, own.path));
    const [register, czxid, listing] = await Promise.all([
      session.request("get", { path, watch: true }),
      own && this.#createAndFind(own),
      mustList ? session.request("children", { path, watch: false }) : undefined,
    ]);
    this.#mustCreate = false;
    if (czxid !== undefined) this.#wasSeen = true;
    // Nobody ever creates it again: what was seen, and is not there, has been deleted by somebody.
    else if (own !== undefined && this.#wasSeen) this.#vanished(true);
    const { data, stat } = register;
    const view = {
      register: readRegister(data, path),
      czxid: stat.czxid,
      mzxid: stat.mzxid,
      own: czxid,
      children: listing?.children,
    };
    return { view, version: stat.version, changed: Promise.race(changes) };
  }

  async #createAndFind(own: MemberZnode): Promise<bigint | undefined> {
    const creating = this.#mustCreate ? own.create() : undefined;
    const finding = own.session.request("get", { path: own.path, watch: true }).then(
      ({ stat }) => stat.czxid,
      (error) => {
        if (!(error instanceof NoNodeError)) throw error;
        return undefined;
      },
    );
    const [czxid] = await Promise.all([finding, creating]);
    return czxid;
  }

  #watch(session: LiveSession, path: string): Promise<unknown> {
    const { fired, cancel } = session.watch("data", path);
    this.#watches.push(cancel);
    return fired;
  }

  #decide({ view }: Sight): EnterDecision {
    const { id, parties } = this.#gate;
    const decision = decideEnter(view, {
      id,
      parties,
      generation: this.#generation,
      isBroken: this.#isBroken,
      hasListed: this.#hasListed,
    });
    // Whoever has seen enough, and could not say so, has to count again.
    this.#hasListed ||= decision.kind === "wait";
    return decision;
  }

  async #act(
    session: LiveSession,
    sight: Sight,
    decision: EnterDecision,
    signal: AbortSignal,
  ): Promise<Membership | undefined> {
    const { path, parties } = this.#gate;
    switch (decision.kind) {
      case "list":
        return undefined;
      case "write":
        await orAbort(this.#write(session, sight, decision.register), signal);
        return undefined;
      case "fill": {
        const members = await orAbort(this.#earliest(session, decision.names), signal);
        if (members.length < parties) return undefined;
        await orAbort(this.#write(session, sight, { ...decision.register, members }), signal);
        return undefined;
      }
      case "join":
        this.#join(session, decision.generation);
        return undefined;
      case "wait":
        await orAbort(sight.changed, signal);
        return undefined;
      case "wait-for":
        await orAbort(this.#change(session, sight, join(path, decision.name)), signal);
        return undefined;
      case "withdraw":
        await this.#withdraw(signal);
        return undefined;
      case "entered":
        return this.#entered(decision);
      case "broken":
        throw new BrokenBarrierError("the barrier may have counted this participant, and gone on without it", { path });
      case "mismatch":
        throw new BarrierMismatchError(`${path} is used with ${decision.found} parties, not ${parties}`, { path });
    }
  }

  /** If it is refused, somebody else has written: the next look shows what. */
  async #write(session: LiveSession, { version }: Sight, register: Register): Promise<void> {
    try {
      await writeRegister(session, this.#gate.path, register, version);
    } catch (error) {
      if (!(error instanceof BadVersionError)) throw error;
    }
  }

  /** The ids of the first to come. Their order is asked for only if there are more of them than needed. */
  async #earliest(session: LiveSession, names: readonly string[]): Promise<readonly string[]> {
    const { path, parties } = this.#gate;
    const idsOf = (sorted: readonly string[]) => [...new Set(sorted.map((name) => parseMember(name)?.id ?? ""))];
    const ids = idsOf(names);
    if (ids.length === parties) return ids;
    const czxidOf = async (name: string): Promise<readonly (readonly [string, bigint])[]> => {
      try {
        return [[name, (await session.request("exists", { path: join(path, name), watch: false })).czxid]];
      } catch (error) {
        if (error instanceof NoNodeError) return [];
        throw error;
      }
    };
    const found = (await Promise.all(names.map(czxidOf))).flat();
    const inOrder = found.toSorted(([, a], [, b]) => (a < b ? -1 : 1)).map(([name]) => name);
    return idsOf(inOrder).slice(0, parties);
  }

  #join(session: LiveSession, generation: number): void {
    this.#generation = generation;
    this.#mustCreate = true;
    this.#hasListed = false;
    if (this.#own !== undefined) return;
    this.#wasSeen = false;
    this.#own = new MemberZnode(this.#gate, session, nameOfMember(generation, this.#gate.id));
  }

  /** Until the register or the znode of that other member changes; at once if that has gone. */
  async #change(session: LiveSession, { changed }: Sight, path: string): Promise<void> {
    const fired = this.#watch(session, path);
    try {
      await session.request("get", { path, watch: true });
    } catch (error) {
      if (error instanceof NoNodeError) return;
      throw error;
    }
    await Promise.race([changed, fired]);
  }

  async #withdraw(signal: AbortSignal): Promise<void> {
    if (this.#own !== undefined) await removed(this.#own.remove(), signal);
    this.#own = undefined;
    this.#generation = undefined;
    this.#isBroken = false;
  }

  #entered(decision: EnterDecision): Membership | undefined {
    const own = this.#own;
    // The session must be alive now, not when it was asked.
    if (decision.kind !== "entered" || own === undefined || !own.session.isValid()) return undefined;
    return new Membership(this.#gate, own, decision.generation);
  }
}
