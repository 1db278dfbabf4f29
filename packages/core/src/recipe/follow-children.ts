import type { Client } from "../client.js";
import { orAbort } from "../deadline.js";
import { isLossError, NoNodeError } from "../errors.js";
import type { LiveSession } from "../live-session.js";
import { join } from "../path.js";
import type { NodeData } from "../update.js";

/** Children with their data, by name. */
export type Children = ReadonlyMap<string, NodeData>;

/** Which children are meant, by name. */
type Filter = (name: string) => boolean;

/**
 * Yields the children now, and again whenever one was created or deleted, or its data changed.
 *
 * Every wake-up lists again, and reads those children that it does not know, or whose watch has fired; so one change costs
 * one listing and one read, however many children there are. After a reconnect everything is read again (H33, H35).
 */
export async function* followChildren(
  client: Client,
  path: string,
  isMeant: Filter,
  signal: AbortSignal | undefined,
): AsyncGenerator<Children, void, undefined> {
  let last: Children | undefined;
  for (;;) {
    const session = await client.ready(signal);
    const view = new View(session, path, isMeant, signal);
    try {
      for (;;) {
        const children = await orAbort(view.read(), signal);
        if (last === undefined || !isSame(last, children)) {
          last = children;
          yield children;
        }
        await orAbort(view.changed(), signal);
        if (view.isOutdated) break;
      }
    } catch (error) {
      // The reason can be the end of a session, which is none to go on.
      signal?.throwIfAborted();
      // A lost connection is waited for above; anything else, such as "no permission", is for the consumer.
      if (!isLossError(error)) throw error;
    } finally {
      view.close();
    }
  }
}

/** Reads children by their names, all at once; those that have gone meanwhile are left out. */
export async function readChildren(
  session: LiveSession,
  path: string,
  names: readonly string[],
  watch: boolean,
): Promise<Children> {
  const read = async (name: string): Promise<readonly [string, NodeData][]> => {
    try {
      return [[name, await session.request("get", { path: join(path, name), watch })]];
    } catch (error) {
      if (error instanceof NoNodeError) return [];
      throw error;
    }
  };
  return new Map((await Promise.all(names.map(read))).flat());
}

function isSame(a: Children, b: Children): boolean {
  return a.size === b.size && [...a].every(([name, { stat }]) => b.get(name)?.stat.mzxid === stat.mzxid);
}

/** What one connection shows of the children, with the watches that tell when it does no more. */
class View {
  readonly #session: LiveSession;
  readonly #path: string;
  readonly #isMeant: Filter;
  readonly #signal: AbortSignal | undefined;
  readonly #nodes = new Map<string, NodeData>();
  /** Those whose watch has fired since they were asked for. */
  readonly #stale = new Set<string>();
  readonly #cancels = new Map<string, () => void>();
  #wake: () => void = () => {};
  #isChanged = false;
  /** The connection was lost: nothing that was read on it is known to be so. */
  isOutdated = false;

  constructor(session: LiveSession, path: string, isMeant: Filter, signal: AbortSignal | undefined) {
    this.#session = session;
    this.#path = path;
    this.#isMeant = isMeant;
    this.#signal = signal;
  }

  async read(): Promise<Children> {
    this.#isChanged = false;
    const names = new Set((await this.#list()).filter(this.#isMeant));
    for (const name of this.#nodes.keys()) if (!names.has(name)) this.#forget(name);
    const unknown = [...names].filter((name) => this.#stale.has(name) || !this.#nodes.has(name));
    for (const name of unknown) this.#watch(name, "data", join(this.#path, name));
    const found = await readChildren(this.#session, this.#path, unknown, true);
    for (const name of unknown) this.#nodes.delete(name);
    for (const [name, node] of found) this.#nodes.set(name, node);
    return new Map(this.#nodes);
  }

  async changed(): Promise<void> {
    if (this.#isChanged) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    for (const cancel of this.#cancels.values()) cancel();
  }

  async #list(): Promise<readonly string[]> {
    this.#watch("", "children", this.#path);
    for (;;) {
      try {
        return (await this.#session.request("children", { path: this.#path, watch: true })).children;
      } catch (error) {
        if (!(error instanceof NoNodeError)) throw error;
      }
      try {
        // There is no parent yet: its creation is waited for.
        this.#watch("", "data", this.#path);
        await this.#session.request("exists", { path: this.#path, watch: true });
        this.#watch("", "children", this.#path);
      } catch (error) {
        if (error instanceof NoNodeError) return [];
        throw error;
      }
    }
  }

  #watch(name: string, kind: "data" | "children", path: string): void {
    // A reading that was given up goes on until here: nobody would end its interest (H37).
    this.#signal?.throwIfAborted();
    this.#cancels.get(name)?.();
    const watch = this.#session.watch(kind, path);
    this.#cancels.set(name, watch.cancel);
    this.#stale.delete(name);
    void watch.fired.then((wake) => {
      if (wake === "unseen") this.isOutdated = true;
      this.#stale.add(name);
      // The watch on the listing tells of it too, just after.
      if (wake === "deleted" && kind === "data") return;
      this.#isChanged = true;
      this.#wake();
    });
  }

  #forget(name: string): void {
    this.#nodes.delete(name);
    this.#stale.delete(name);
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }
}
