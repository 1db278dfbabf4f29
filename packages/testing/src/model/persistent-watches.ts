import { splitPath } from "./path.js";
import type { Change } from "./request.js";
import { WatchTable } from "./watch-table.js";
import { FIRES, type WatchKind } from "./watches.js";

/**
 * The watches that last until they are removed. A recursive one is told of everything at and below its path, but not
 * that children have changed, since it is told which.
 *
 * They are apart from the one-shot watches of the same connection and path, as from ZooKeeper 3.9 on; in 3.8 one kind
 * takes the place of the other.
 */
export class PersistentWatches<Watcher> {
  readonly #tables: Readonly<Record<WatchKind, WatchTable<Watcher>>> = {
    data: new WatchTable(),
    children: new WatchTable(),
  };
  readonly #recursive = new WatchTable<Watcher>();

  add(path: string, isRecursive: boolean, watcher: Watcher): void {
    if (isRecursive) this.#recursive.add(path, watcher);
    else for (const table of Object.values(this.#tables)) table.add(path, watcher);
  }

  has(kind: WatchKind, path: string, watcher: Watcher): boolean {
    return this.#tables[kind].has(path, watcher) || this.#recursive.has(path, watcher);
  }

  /** False if there was none. */
  remove(kind: WatchKind, path: string, watcher: Watcher): boolean {
    const removed = [this.#tables[kind].remove(path, watcher), this.#recursive.remove(path, watcher)];
    return removed.includes(true);
  }

  get isEmpty(): boolean {
    // Either kind may have been removed alone.
    return this.#tables.data.isEmpty && this.#tables.children.isEmpty && this.#recursive.isEmpty;
  }

  /** Whom to tell of a change; somebody may be named twice. */
  *concerned({ type, path }: Change): Generator<Watcher> {
    for (const kind of FIRES[type]) yield* this.#tables[kind].of(path);
    if (type === "child" || this.#recursive.isEmpty) return;
    for (const above of withAncestors(path)) yield* this.#recursive.of(above);
  }

  /** Forgets a connection. */
  drop(watcher: Watcher): void {
    for (const table of [...Object.values(this.#tables), this.#recursive]) table.drop(watcher);
  }

  /** Number of watches that are set. One that is told of data and of children counts as two, as on a server. */
  get size(): number {
    return this.#tables.data.size + this.#tables.children.size + this.#recursive.size;
  }
}

/** A path and those above it, up to the root. */
function* withAncestors(path: string): Generator<string> {
  for (let above = path; ; above = splitPath(above).parent) {
    yield above;
    if (above === "/") return;
  }
}
