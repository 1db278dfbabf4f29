import { orAbort } from "./deadline.js";

/**
 * A value that changes, observed as "the latest": a slow reader skips what has been overtaken and never queues anything.
 */
export class Latest<T> {
  #value: T;
  #version = 0;
  #ended = false;
  #waiting = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (this.#ended || Object.is(value, this.#value)) return;
    this.#value = value;
    this.#version++;
    this.#wake();
  }

  /** No value follows: readers get the last one, then end. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Yields the present value, then the latest one after each change; rejects with the signal's reason. */
  async *observe(signal?: AbortSignal): AsyncGenerator<T, void, undefined> {
    let seen = -1;
    for (;;) {
      signal?.throwIfAborted();
      if (seen !== this.#version) {
        seen = this.#version;
        yield this.#value;
      } else if (this.#ended) {
        return;
      } else {
        await this.#changed(signal);
      }
    }
  }

  /** Resolves with the first value that satisfies the condition, at once if the present one does. */
  async until(condition: (value: T) => boolean, signal?: AbortSignal): Promise<T> {
    while (!condition(this.#value)) {
      signal?.throwIfAborted();
      await this.#changed(signal);
    }
    return this.#value;
  }

  async #changed(signal: AbortSignal | undefined): Promise<void> {
    let wake: () => void = () => {};
    const change = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#waiting.add(wake);
    try {
      await orAbort(change, signal);
    } finally {
      this.#waiting.delete(wake);
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }
}
