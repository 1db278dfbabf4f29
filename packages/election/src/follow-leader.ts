import { NoNodeError } from "@zookit/core";
import {
  type Client,
  type ContenderNode,
  isLossError,
  type LiveSession,
  type Naming,
  orAbort,
} from "@zookit/core/recipe";
import { findLeader, type Leader, leaderOf, readIfThere } from "./leader.js";

type Node = Omit<ContenderNode, "name">;

/**
 * Yields the leader now, and again whenever it is another one or has proclaimed something; `undefined` while there is none.
 *
 * Only the leader's znode is watched: contenders behind it come and go unnoticed, since nobody can get before it. While there
 * is none, the list of contenders is. Every wake-up reads again, also after each reconnect (H32, H33, H35).
 */
export async function* followLeader(
  client: Client,
  path: string,
  naming: Naming,
  signal: AbortSignal | undefined,
): AsyncGenerator<Leader | undefined, void, undefined> {
  let last: Node | undefined | null = null;
  for (;;) {
    const session = await client.ready(signal);
    const view = new View(session, path, naming, signal);
    try {
      for (;;) {
        const found = await orAbort(view.look(), signal);
        // No two writes of any znodes have the same zxid.
        if (last === null || found?.stat.mzxid !== last?.stat.mzxid) {
          last = found;
          yield found && leaderOf(found);
        }
        if (await orAbort(view.isOutdated(), signal)) break;
      }
    } catch (error) {
      // A lost connection is waited for above; anything else, such as "no permission", is for the consumer.
      if (!isLossError(error)) throw error;
    } finally {
      view.close();
    }
  }
}

/** What one connection shows, with the one watch that tells when it does no more. */
class View {
  readonly #session: LiveSession;
  readonly #path: string;
  readonly #naming: Naming;
  readonly #signal: AbortSignal | undefined;
  #watch: ReturnType<LiveSession["watch"]> | undefined;
  /** The leader that was found last, while its znode is not known to be gone. */
  #known: string | undefined;

  constructor(session: LiveSession, path: string, naming: Naming, signal: AbortSignal | undefined) {
    this.#session = session;
    this.#path = path;
    this.#naming = naming;
    this.#signal = signal;
  }

  /** The leader, with the watch armed that tells of the next change. */
  async look(): Promise<Node | undefined> {
    const read = (path: string) => this.#read(path);
    for (;;) {
      const found =
        (this.#known === undefined ? undefined : await readIfThere(this.#known, read)) ??
        (await findLeader(this.#session, this.#path, this.#naming, read));
      this.#known = found?.path;
      if (found !== undefined || (await this.#armForContenders())) return found;
    }
  }

  /** Waits for a change; true if the connection was lost, so that nothing that was read on it is known to be so. */
  async isOutdated(): Promise<boolean> {
    const wake = await this.#watch?.fired;
    if (wake === "deleted") this.#known = undefined;
    return wake === "unseen";
  }

  close(): void {
    this.#watch?.cancel();
  }

  async #read(path: string): Promise<Omit<Node, "path">> {
    this.#watchInstead("data", path);
    return await this.#session.request("get", { path, watch: true });
  }

  /** Watches for the first contender, or for the znode above it; false if there is one by now. */
  async #armForContenders(): Promise<boolean> {
    try {
      this.#watchInstead("children", this.#path);
      const { children } = await this.#session.request("children", { path: this.#path, watch: true });
      return children.every((name) => this.#naming.sequenceOf(name) === undefined);
    } catch (error) {
      if (!(error instanceof NoNodeError)) throw error;
    }
    try {
      this.#watchInstead("data", this.#path);
      await this.#session.request("exists", { path: this.#path, watch: true });
      return false;
    } catch (error) {
      if (error instanceof NoNodeError) return true;
      throw error;
    }
  }

  #watchInstead(kind: "data" | "children", path: string): void {
    // A reading that was given up goes on until here: nobody would end its interest (H37).
    this.#signal?.throwIfAborted();
    this.#watch?.cancel();
    this.#watch = this.#session.watch(kind, path);
  }
}
