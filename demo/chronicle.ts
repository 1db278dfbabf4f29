import { type Happening, type HappeningOf, happeningsOf } from "./happening.js";

/** Everything that has happened so far, in the order in which it became known, and a way to wait for more. */
export class Chronicle {
  readonly #happenings: Happening[] = [];
  readonly #listeners = new Set<(happening: Happening) => void>();

  get happenings(): readonly Happening[] {
    return this.#happenings;
  }

  add(happening: Happening): void {
    this.#happenings.push(happening);
    for (const listener of [...this.#listeners]) listener(happening);
  }

  onHappening(listener: (happening: Happening) => void): void {
    this.#listeners.add(listener);
  }

  /** What of `kind` has happened, to one service or to all. */
  of<K extends Happening["kind"]>(kind: K, who?: string): readonly HappeningOf<K>[] {
    return happeningsOf(this.#happenings, kind, who);
  }

  count(kind: Happening["kind"], who?: string): number {
    return this.of(kind, who).length;
  }

  /** Resolves once `isTrue` returns true, asked now and after everything that happens. Rejects when aborted. */
  async until(isTrue: () => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (isTrue()) return;
    await new Promise<void>((resolve, reject) => {
      const listener = () => {
        if (isTrue()) settle(resolve);
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const settle = (end: () => void) => {
        this.#listeners.delete(listener);
        signal.removeEventListener("abort", onAbort);
        end();
      };
      this.#listeners.add(listener);
      signal.addEventListener("abort", onAbort);
    });
  }
}
