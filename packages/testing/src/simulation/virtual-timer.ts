type Callback = (...args: unknown[]) => unknown;

/** As Node.js has it: what is longer becomes the shortest. */
const LONGEST_MS = 2 ** 31 - 1;

export type TimerKind = "timeout" | "interval" | "immediate";

/** Where timers wait. */
export interface TimerQueue {
  add(timer: VirtualTimer): void;
  remove(timer: VirtualTimer): void;
}

/** A timer in virtual time, with the methods of Node.js's own. */
export class VirtualTimer {
  readonly kind: TimerKind;
  readonly delayMs: number;
  readonly #queue: TimerQueue;
  readonly #callback: Callback;
  readonly #args: readonly unknown[];
  #isRef = true;
  /** Set by its queue, while it waits. */
  dueMs = 0;
  order = 0;

  constructor(queue: TimerQueue, kind: TimerKind, callback: Callback, delayMs: unknown, args: readonly unknown[]) {
    if (typeof callback !== "function") throw new TypeError(`the callback of a timer must be a function: ${callback}`);
    this.kind = kind;
    this.delayMs = toDelay(delayMs, kind);
    this.#queue = queue;
    this.#callback = callback;
    this.#args = args;
    queue.add(this);
  }

  call(): void {
    this.#callback(...this.#args);
  }

  /** Its whole delay begins again. */
  refresh(): this {
    this.#queue.remove(this);
    this.#queue.add(this);
    return this;
  }

  close(): this {
    this.#queue.remove(this);
    return this;
  }

  /** No matter here: a simulation ends with its story. */
  ref(): this {
    this.#isRef = true;
    return this;
  }

  unref(): this {
    this.#isRef = false;
    return this;
  }

  hasRef(): boolean {
    return this.#isRef;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function toDelay(given: unknown, kind: TimerKind): number {
  const least = kind === "interval" ? 1 : 0;
  const delayMs = Math.trunc(Number(given));
  return delayMs >= least && delayMs <= LONGEST_MS ? delayMs : delayMs > LONGEST_MS ? 1 : least;
}
