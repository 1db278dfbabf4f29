/**
 * Decides in which order things happen that could happen in any order. `fc.scheduler()` of fast-check is one: it tries
 * orders at random, repeats one under its seed, and shrinks a failing one.
 */
export interface Scheduler {
  /** Resolves when the thing named by `label` is to happen. */
  schedule(task: Promise<void>, label?: string): Promise<void>;
  /** How many things wait. */
  count(): number;
  /** Lets the given number of things happen. */
  waitNext(count: number): Promise<void>;
  /**
   * Lets one thing happen at once. Asked for first where there is one: `waitNext` of fast-check looks fifty times whether
   * anything else has become possible, which the simulation has waited for already.
   */
  waitOne?(): Promise<void>;
}

/** Lets things happen in the order in which they became possible. */
export class InOrder implements Scheduler {
  readonly #waiting: (() => void)[] = [];

  schedule(task: Promise<void>): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(() => resolve(task)));
  }

  count(): number {
    return this.#waiting.length;
  }

  waitNext(count: number): Promise<void> {
    for (const happen of this.#waiting.splice(0, count)) happen();
    return Promise.resolve();
  }
}
