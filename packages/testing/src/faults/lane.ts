import { setTimeout as delay } from "node:timers/promises";

type Task = () => void | Promise<void>;

/**
 * One direction of one connection: tasks one after the other, each at once if nothing is before it. A task that waits
 * holds up everything behind it.
 */
export class Lane {
  readonly #tasks: Task[] = [];
  readonly #silence = new AbortController();
  #isBusy = false;

  /** Nothing is carried any more. */
  get isSilent(): boolean {
    return this.#silence.signal.aborted;
  }

  /** Adds a task at the end. Tasks must not throw, and are to look at `isSilent` after they have waited. */
  push(task: Task): void {
    if (this.isSilent) return;
    this.#tasks.push(task);
    if (!this.#isBusy) void this.#run();
  }

  /** From now on everything is thrown away, for ever: what waits, and what is still to come. */
  silence(): void {
    this.#tasks.length = 0;
    this.#silence.abort();
  }

  /** For tasks: waits, but not longer than the lane carries anything. */
  async wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#silence.signal }).catch(() => undefined);
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      const waiting = task();
      // Only where needed: a task that did not wait lets the next one run at once.
      if (waiting !== undefined) await waiting;
    }
    this.#isBusy = false;
  }
}
