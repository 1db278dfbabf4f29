import { NodeExistsError, NoNodeError } from "@zookit/core";
import { ensurePath, isLossError, join, type LiveSession, orAbort, type Removal } from "@zookit/core/recipe";
import type { Attempt } from "./attempt.js";
import { decideSharedEnter, READY, type SharedDecision } from "./decide-shared.js";
import { type Gate, MemberZnode } from "./member-znode.js";
import { Membership } from "./membership.js";
import { randomDigits } from "./naming.js";

/** One attempt to enter a double barrier as kazoo and Curator have it. As {@link Entering}: look, decide, do, and again. */
export class SharedEntering implements Attempt {
  readonly #gate: Gate;
  readonly #ready: string;
  #own: MemberZnode | undefined;
  #mustCreate = false;
  #sawReady = false;
  readonly #watches: (() => void)[] = [];

  constructor(gate: Gate) {
    this.#gate = gate;
    this.#ready = join(gate.path, READY);
  }

  async run(signal: AbortSignal): Promise<Membership> {
    const { client, path } = this.#gate;
    for (;;) {
      const session = await client.ready(signal);
      if (this.#own?.session !== session) this.#own = undefined;
      try {
        const { decision, changed } = await orAbort(this.#look(session), signal);
        const entered = await orAbort(this.#act(session, decision, changed), signal);
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
        this.#cancelWatches();
      }
    }
  }

  async lookOnce(signal: AbortSignal): Promise<Membership | undefined> {
    const session = await this.#gate.client.ready(signal);
    if (this.#own?.session !== session) return undefined;
    this.#mustCreate = false;
    try {
      return this.#entered((await orAbort(this.#look(session), signal)).decision);
    } finally {
      this.#cancelWatches();
    }
  }

  abandon(): Removal | undefined {
    return this.#own?.remove();
  }

  /** One round trip: everything is sent at once, and answered in this order. */
  async #look(session: LiveSession): Promise<{ decision: SharedDecision; changed: Promise<unknown> }> {
    const { path, parties } = this.#gate;
    const own = this.#own;
    const creation = session.watch("data", this.#ready);
    const children = session.watch("children", path);
    this.#watches.push(creation.cancel, children.cancel);
    const changes: Promise<unknown>[] = [creation.fired];
    let isAnswered = false;
    void creation.fired.then((wake) => {
      // An event that comes before the answers tells of the time before the own znode.
      this.#sawReady ||= isAnswered && wake === "created" && own !== undefined && own === this.#own;
    });
    if (own !== undefined) {
      const ownWatch = session.watch("data", own.path);
      this.#watches.push(ownWatch.cancel);
      changes.push(ownWatch.fired);
    }
    const [, ownCzxid, ready, listing] = await Promise.all([
      this.#mustCreate ? own?.create() : undefined,
      own && czxidOf(session, own.path),
      czxidOf(session, this.#ready),
      session.request("children", { path, watch: true }),
    ]);
    this.#mustCreate = false;
    isAnswered = true;
    // Whoever joins beside an old `ready` is not announced by a new one.
    if (ready !== undefined) changes.push(children.fired);
    const view = { own: ownCzxid, ready, children: listing.children, sawReady: this.#sawReady };
    return { decision: decideSharedEnter(view, parties), changed: Promise.race(changes) };
  }

  async #act(
    session: LiveSession,
    decision: SharedDecision,
    changed: Promise<unknown>,
  ): Promise<Membership | undefined> {
    switch (decision) {
      case "join":
        this.#own ??= new MemberZnode(this.#gate, session, randomDigits());
        this.#mustCreate = true;
        this.#sawReady = false;
        return undefined;
      case "clear":
        await session.request("delete", { path: this.#ready, version: -1 }).catch(ignoreNoNode);
        return undefined;
      case "announce":
        await this.#announce(session);
        return undefined;
      case "wait":
        await changed;
        return undefined;
      case "entered":
        return this.#entered(decision);
    }
  }

  async #announce(session: LiveSession): Promise<void> {
    const { acl } = this.#gate.client.settings;
    const path = this.#ready;
    const isAtOnce = acl !== undefined && session.capabilities.has("create-with-acl");
    const request = { path, data: Buffer.alloc(0), mode: "persistent", ...(isAtOnce && { acl }) } as const;
    try {
      await session.request("create", request);
    } catch (error) {
      // Somebody else has announced it, with an ACL of its own.
      if (error instanceof NodeExistsError) return;
      throw error;
    }
    if (acl === undefined || isAtOnce) return;
    await session.request("setAcl", { path, acl, version: -1 }).catch(ignoreNoNode);
  }

  #entered(decision: SharedDecision): Membership | undefined {
    const own = this.#own;
    if (decision !== "entered" || own === undefined || !own.session.isValid()) return undefined;
    return new Membership(this.#gate, own, undefined);
  }

  #cancelWatches(): void {
    for (const cancel of this.#watches.splice(0)) cancel();
  }
}

async function czxidOf(session: LiveSession, path: string): Promise<bigint | undefined> {
  try {
    return (await session.request("exists", { path, watch: true })).czxid;
  } catch (error) {
    if (error instanceof NoNodeError) return undefined;
    throw error;
  }
}

function ignoreNoNode(error: unknown): void {
  if (!(error instanceof NoNodeError)) throw error;
}
