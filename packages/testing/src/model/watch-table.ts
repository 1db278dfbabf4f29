/** Who watches which path. */
export class WatchTable<Watcher> {
  readonly #watchers = new Map<string, Set<Watcher>>();

  add(path: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(path);
    if (watchers === undefined) this.#watchers.set(path, new Set([watcher]));
    else watchers.add(watcher);
  }

  has(path: string, watcher: Watcher): boolean {
    return this.#watchers.get(path)?.has(watcher) ?? false;
  }

  of(path: string): Iterable<Watcher> {
    return this.#watchers.get(path) ?? [];
  }

  /** False if there was none. */
  remove(path: string, watcher: Watcher): boolean {
    const watchers = this.#watchers.get(path);
    if (watchers === undefined || !watchers.delete(watcher)) return false;
    if (watchers.size === 0) this.#watchers.delete(path);
    return true;
  }

  /** Removes all watchers of a path, and returns them. */
  take(path: string): ReadonlySet<Watcher> | undefined {
    const watchers = this.#watchers.get(path);
    if (watchers !== undefined) this.#watchers.delete(path);
    return watchers;
  }

  /** Forgets a watcher. */
  drop(watcher: Watcher): void {
    for (const path of [...this.#watchers.keys()]) this.remove(path, watcher);
  }

  get isEmpty(): boolean {
    return this.#watchers.size === 0;
  }

  get size(): number {
    let size = 0;
    for (const watchers of this.#watchers.values()) size += watchers.size;
    return size;
  }
}
