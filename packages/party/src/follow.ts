import { NoNodeError } from "@zookit/core";
import { type Client, isLossError, join, type LiveSession, orAbort } from "@zookit/core/recipe";
import { isMember } from "./naming.js";
import { type Entry, isSameRoll, type Roll, readMembers } from "./roll.js";

/**
 * Yields the members now, and again whenever one has joined, left or changed its data.
 *
 * Every wake-up lists again, and reads those members that it does not know, or whose watch has fired; so one change costs
 * one listing and one read, however many members there are. After a reconnect everything is read again (H33, H35).
 */
export async function* follow(
  client: Client,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Roll, void, undefined> {
  let last: Roll | undefined;
  for (;;) {
    const session = await client.ready(signal);
    const view = new View(session, path);
    try {
      for (;;) {
        const roll = await orAbort(view.read(), signal);
        if (last === undefined || !isSameRoll(last, roll)) {
          last = roll;
          yield roll;
        }
        await orAbort(view.changed(), signal);
        if (view.isOutdated) break;
      }
    } catch (error) {
      // A lost connection is waited for above; anything else, such as "no permission", is for the consumer.
      if (!isLossError(error)) throw error;
    } finally {
      view.close();
    }
  }
}

/** What one connection shows of a party, with the watches that tell when it does no more. */
class View {
  readonly #session: LiveSession;
  readonly #path: string;
  readonly #entries = new Map<string, Entry>();
  /** Those whose watch has fired since they were asked for. */
  readonly #stale = new Set<string>();
  readonly #cancels = new Map<string, () => void>();
  #wake: () => void = () => {};
  #isChanged = false;
  /** The connection was lost: nothing that was read on it is known to be so. */
  isOutdated = false;

  constructor(session: LiveSession, path: string) {
    this.#session = session;
    this.#path = path;
  }

  async read(): Promise<Roll> {
    this.#isChanged = false;
    const names = new Set((await this.#list()).filter(isMember));
    for (const name of this.#entries.keys()) if (!names.has(name)) this.#forget(name);
    const unknown = [...names].filter((name) => this.#stale.has(name) || !this.#entries.has(name));
    for (const name of unknown) this.#watch(name, "data", join(this.#path, name));
    const found = await readMembers(this.#session, this.#path, unknown, true);
    for (const name of unknown) this.#entries.delete(name);
    for (const [name, entry] of found) this.#entries.set(name, entry);
    return new Map(this.#entries);
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
        // There is no party yet: its creation is waited for.
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
    this.#entries.delete(name);
    this.#stale.delete(name);
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }
}
