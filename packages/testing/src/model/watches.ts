import type { Change } from "./request.js";

/** What a watch is set on. One on a znode that does not exist waits, as one on data, for its creation. */
export type WatchKind = "data" | "children";

const FIRES: Readonly<Record<Change["type"], readonly WatchKind[]>> = {
  created: ["data"],
  changed: ["data"],
  child: ["children"],
  deleted: ["data", "children"],
};

/** The one-shot watches of the connections to one server. A connection is told of one change of a path once. */
export class Watches<Watcher> {
  readonly #watchers: Readonly<Record<WatchKind, Map<string, Set<Watcher>>>> = { data: new Map(), children: new Map() };

  add(kind: WatchKind, path: string, watcher: Watcher): void {
    const paths = this.#watchers[kind];
    const watchers = paths.get(path);
    if (watchers === undefined) paths.set(path, new Set([watcher]));
    else watchers.add(watcher);
  }

  /** Whom to tell of a change; their watches are used up by it. */
  fire(change: Change): ReadonlySet<Watcher> {
    const told = new Set<Watcher>();
    for (const kind of FIRES[change.type]) {
      for (const watcher of this.#watchers[kind].get(change.path) ?? []) told.add(watcher);
      this.#watchers[kind].delete(change.path);
    }
    return told;
  }

  /** Forgets a connection. */
  drop(watcher: Watcher): void {
    for (const paths of Object.values(this.#watchers)) {
      for (const [path, watchers] of paths) {
        if (watchers.delete(watcher) && watchers.size === 0) paths.delete(path);
      }
    }
  }

  /** Number of watches that are set. */
  get size(): number {
    let size = 0;
    for (const paths of Object.values(this.#watchers)) for (const watchers of paths.values()) size += watchers.size;
    return size;
  }
}
