import type { Change } from "./request.js";
import { WatchTable } from "./watch-table.js";

/** What a watch is set on. One on a znode that does not exist waits, as one on data, for its creation. */
export type WatchKind = "data" | "children";

/** The kinds of watches that a change is of interest to. */
export const FIRES: Readonly<Record<Change["type"], readonly WatchKind[]>> = {
  created: ["data"],
  changed: ["data"],
  child: ["children"],
  deleted: ["data", "children"],
};

/** The one-shot watches of the connections to one server. A connection is told of one change of a path once. */
export class Watches<Watcher> {
  readonly #tables: Readonly<Record<WatchKind, WatchTable<Watcher>>> = {
    data: new WatchTable(),
    children: new WatchTable(),
  };

  add(kind: WatchKind, path: string, watcher: Watcher): void {
    this.#tables[kind].add(path, watcher);
  }

  has(kind: WatchKind, path: string, watcher: Watcher): boolean {
    return this.#tables[kind].has(path, watcher);
  }

  /** False if there was none. */
  remove(kind: WatchKind, path: string, watcher: Watcher): boolean {
    return this.#tables[kind].remove(path, watcher);
  }

  /** Whom to tell of a change; their watches are used up by it. */
  fire(change: Change): ReadonlySet<Watcher> {
    let told: ReadonlySet<Watcher> = new Set();
    for (const kind of FIRES[change.type]) {
      const watchers = this.#tables[kind].take(change.path);
      if (watchers !== undefined) told = told.size === 0 ? watchers : new Set([...told, ...watchers]);
    }
    return told;
  }

  /** Forgets a connection. */
  drop(watcher: Watcher): void {
    for (const table of Object.values(this.#tables)) table.drop(watcher);
  }

  /** Number of watches that are set. */
  get size(): number {
    return this.#tables.data.size + this.#tables.children.size;
  }
}
