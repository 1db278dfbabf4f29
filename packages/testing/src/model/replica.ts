import type { Change, Identity, LogEntry, Read, ReadResult, WriteResult } from "./request.js";
import { DataTree, type TreeOptions } from "./tree.js";
import { Watches, type WatchKind } from "./watches.js";

/** A change that one connection is to be told of. */
export interface Notification<Watcher> {
  readonly watcher: Watcher;
  readonly change: Change;
}

/** What a client asks for when it brings its watches to another server, with the last zxid it has seen. */
export interface WatchesToSet {
  readonly lastZxid: bigint;
  readonly data: readonly string[];
  /** Paths that did not exist when they were looked at. */
  readonly exists: readonly string[];
  readonly children: readonly string[];
}

const WATCH_OF: Readonly<Partial<Record<Read["type"], WatchKind>>> = {
  exists: "data",
  get: "data",
  children: "children",
};

/** One server's copy of the tree, as far as it has got, with the watches of the connections to it. */
export class Replica<Watcher> {
  readonly tree: DataTree;
  readonly #watches = new Watches<Watcher>();

  constructor(options: TreeOptions) {
    this.tree = new DataTree(options);
  }

  /** Number of watches that are set. */
  get watchCount(): number {
    return this.#watches.size;
  }

  /** Executes the next entry of the log. Who watches is to be told before the result is given to anybody. */
  apply(entry: LogEntry): { readonly result: WriteResult; readonly notifications: readonly Notification<Watcher>[] } {
    const { result, changes } = this.tree.execute(entry);
    const notifications = changes.flatMap((change) =>
      [...this.#watches.fire(change)].map((watcher) => ({ watcher, change })),
    );
    return { result, notifications };
  }

  /** Answers a read; `watcher` is who asks to be told once of the next change. */
  read(read: Read, identities: readonly Identity[], watcher?: Watcher): ReadResult {
    const result = this.tree.read(read, identities);
    const kind = WATCH_OF[read.type];
    // Only `exists` leaves a watch where there is nothing.
    const isWatched = result.code === 0 || read.type === "exists";
    if (watcher !== undefined && kind !== undefined && isWatched) this.#watches.add(kind, read.path, watcher);
    return result;
  }

  /** Sets watches again after a reconnect; returns what their owner has missed. */
  setWatches(wanted: WatchesToSet, watcher: Watcher): readonly Change[] {
    const missed: Change[] = [];
    const statOf = (path: string) => this.tree.read({ type: "exists", path }, []).stat;
    for (const path of wanted.data) {
      const stat = statOf(path);
      if (stat === undefined) missed.push({ type: "deleted", path });
      else if (stat.mzxid > wanted.lastZxid) missed.push({ type: "changed", path });
      else this.#watches.add("data", path, watcher);
    }
    for (const path of wanted.exists) {
      if (statOf(path) !== undefined) missed.push({ type: "created", path });
      else this.#watches.add("data", path, watcher);
    }
    for (const path of wanted.children) {
      const stat = statOf(path);
      if (stat === undefined) missed.push({ type: "deleted", path });
      else if (stat.pzxid > wanted.lastZxid) missed.push({ type: "child", path });
      else this.#watches.add("children", path, watcher);
    }
    return missed;
  }

  /** Forgets the watches of a connection that is gone. */
  dropWatches(watcher: Watcher): void {
    this.#watches.drop(watcher);
  }
}
