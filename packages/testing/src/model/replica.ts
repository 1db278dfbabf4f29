import { isPermitted, Permission } from "./acl.js";
import { Code } from "./code.js";
import { PersistentWatches } from "./persistent-watches.js";
import type { Change, Identity, LogEntry, Read, ReadResult, WriteResult } from "./request.js";
import type { TreeOptions } from "./transaction.js";
import { DataTree } from "./tree.js";
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
  /** Watches that last; of what they have missed their owner is not told. @default none */
  readonly persistent?: readonly string[];
  /** Watches that last, and see everything below their path. @default none */
  readonly recursive?: readonly string[];
}

const WATCH_OF: Readonly<Partial<Record<Read["type"], WatchKind>>> = {
  exists: "data",
  get: "data",
  children: "children",
};

/** A connection, as far as it matters here: who it has proven to be. */
export interface Watching {
  readonly identities: readonly Identity[];
}

/** One server's copy of the tree, as far as it has got, with the watches of the connections to it. */
export class Replica<Watcher extends Watching> {
  readonly tree: DataTree;
  readonly #watches = new Watches<Watcher>();
  readonly #persistent = new PersistentWatches<Watcher>();

  constructor(options: TreeOptions) {
    this.tree = new DataTree(options);
  }

  /** Number of watches that are set. */
  get watchCount(): number {
    return this.#watches.size + this.#persistent.size;
  }

  /**
   * Executes the next entry of the log. Who watches is to be told before the result is given to anybody.
   *
   * A watch is used up by the change even if its owner is not told, for want of the permission to read. So it is with
   * Debian's 3.8.0, and from 3.8.4 and 3.9.2 on; servers without the correction of CVE-2024-23944 tell everybody.
   */
  apply(entry: LogEntry): { readonly result: WriteResult; readonly notifications: readonly Notification<Watcher>[] } {
    const { result, changes } = this.tree.execute(entry);
    const notifications: Notification<Watcher>[] = [];
    for (const { change, acl } of changes) {
      for (const watcher of this.#concerned(change)) {
        if (isPermitted(acl, Permission.read, watcher.identities)) notifications.push({ watcher, change });
      }
    }
    return { result, notifications };
  }

  /** Answers a read; `watcher` is who asks to be told once of the next change. */
  read(read: Read, identities: readonly Identity[], watcher?: Watcher): ReadResult {
    const result = this.tree.read(read, identities);
    const kind = WATCH_OF[read.type];
    // Only `exists` leaves a watch where there is nothing.
    const isWatched = result.code === Code.ok || (read.type === "exists" && result.code === Code.noNode);
    if (watcher !== undefined && kind !== undefined && isWatched) this.#watches.add(kind, read.path, watcher);
    return result;
  }

  /** Sets watches again after a reconnect; returns what their owner has missed. No permission is asked for. */
  setWatches(wanted: WatchesToSet, watcher: Watcher): readonly Change[] {
    const missed: Change[] = [];
    for (const path of wanted.data) {
      const stat = this.tree.statOf(path);
      if (stat === undefined) missed.push({ type: "deleted", path });
      else if (stat.mzxid > wanted.lastZxid) missed.push({ type: "changed", path });
      else this.#watches.add("data", path, watcher);
    }
    for (const path of wanted.exists) {
      if (this.tree.statOf(path) !== undefined) missed.push({ type: "created", path });
      else this.#watches.add("data", path, watcher);
    }
    for (const path of wanted.children) {
      const stat = this.tree.statOf(path);
      if (stat === undefined) missed.push({ type: "deleted", path });
      else if (stat.pzxid > wanted.lastZxid) missed.push({ type: "child", path });
      else this.#watches.add("children", path, watcher);
    }
    for (const path of wanted.persistent ?? []) this.#persistent.add(path, false, watcher);
    for (const path of wanted.recursive ?? []) this.#persistent.add(path, true, watcher);
    return missed;
  }

  /** Sets a watch that lasts until it is removed. */
  addWatch(path: string, isRecursive: boolean, watcher: Watcher): void {
    this.#persistent.add(path, isRecursive, watcher);
  }

  /** Whether there is a watch of one of the kinds, whether one-shot or not. */
  hasWatch(kinds: readonly WatchKind[], path: string, watcher: Watcher): boolean {
    return kinds.some((kind) => this.#watches.has(kind, path, watcher) || this.#persistent.has(kind, path, watcher));
  }

  /** Removes the watches of the kinds, whether one-shot or not. False if there were none. */
  removeWatches(kinds: readonly WatchKind[], path: string, watcher: Watcher): boolean {
    const removed = kinds.flatMap((kind) => [
      this.#watches.remove(kind, path, watcher),
      this.#persistent.remove(kind, path, watcher),
    ]);
    return removed.includes(true);
  }

  /** Forgets the watches of a connection that is gone. */
  dropWatches(watcher: Watcher): void {
    this.#watches.drop(watcher);
    this.#persistent.drop(watcher);
  }

  #concerned(change: Change): ReadonlySet<Watcher> {
    const told = this.#watches.fire(change);
    if (this.#persistent.isEmpty) return told;
    return new Set([...told, ...this.#persistent.concerned(change)]);
  }
}
