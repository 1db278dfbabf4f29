import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";

/** How much later than asked a timer may fire, in milliseconds: it counts whole ones. */
const TIMER_SLACK_MS = 2;

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

  /**
   * The same until a time of `performance.now()`, to a few microseconds: the end is waited for in turns of the event loop.
   * By timers alone, two tasks that are due a tenth of a millisecond after each other would be a whole one apart.
   */
  async waitUntil(due: number): Promise<void> {
    const restMs = due - performance.now();
    if (restMs > TIMER_SLACK_MS) await this.wait(restMs - TIMER_SLACK_MS);
    while (performance.now() < due && !this.isSilent) await nextTurn();
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
