import type { TimerQueue, VirtualTimer } from "./virtual-timer.js";

/** A clock that stands still until it is told otherwise, with the timers that are set on it. */
export class VirtualClock implements TimerQueue {
  /** Those that wait, the next one last. */
  readonly #timers: VirtualTimer[] = [];
  #nowMs = 0;
  #order = 0;
  #isCalling = false;

  /** Milliseconds since the beginning. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many timers wait. */
  get size(): number {
    return this.#timers.length;
  }

  add(timer: VirtualTimer): void {
    // What a timer sets is never due at once: one that sets itself anew would stop the time.
    timer.dueMs = this.#nowMs + (timer.delayMs || (this.#isCalling ? 1 : 0));
    timer.order = this.#order++;
    this.#insert(timer);
  }

  remove(timer: VirtualTimer): void {
    const index = this.#timers.lastIndexOf(timer);
    if (index >= 0) this.#timers.splice(index, 1);
  }

  /** Lets time pass; what comes due is called in its turn. Whether anything was. */
  pass(ms: number): boolean {
    let endMs = this.#nowMs + ms;
    let hasCalled = false;
    for (let next = this.#timers.at(-1); next !== undefined && next.dueMs <= endMs; next = this.#timers.at(-1)) {
      const { dueMs } = next;
      this.#call(next);
      hasCalled = true;
      // It may have let time pass itself.
      endMs += this.#nowMs - dueMs;
    }
    this.#nowMs = endMs;
    return hasCalled;
  }

  /** Lets time pass until the next timer comes due, and calls that one. */
  passToNext(): void {
    const next = this.#timers.at(-1);
    if (next !== undefined) this.#call(next);
  }

  /** Lets time pass during which nothing can be called: what comes due is late, and is called at the end, an interval once. */
  stall(ms: number): void {
    const endMs = this.#nowMs + ms;
    const late = this.#timers.filter(({ dueMs }) => dueMs < endMs);
    this.#timers.length -= late.length;
    for (const timer of late) {
      timer.dueMs = endMs;
      this.#insert(timer);
    }
    this.pass(ms);
  }

  #call(timer: VirtualTimer): void {
    this.#nowMs = timer.dueMs;
    this.remove(timer);
    if (timer.kind === "interval") {
      timer.dueMs += timer.delayMs;
      timer.order = this.#order++;
      this.#insert(timer);
    }
    this.#isCalling = true;
    try {
      timer.call();
    } finally {
      this.#isCalling = false;
    }
  }

  #insert(timer: VirtualTimer): void {
    let index = this.#timers.length;
    for (let next = this.#timers[index - 1]; next !== undefined && isBefore(next, timer); )
      next = this.#timers[--index - 1];
    this.#timers.splice(index, 0, timer);
  }
}

/** Of those that are due at the same time immediates come first, then what was set first. */
function isBefore(a: VirtualTimer, b: VirtualTimer): boolean {
  if (a.dueMs !== b.dueMs) return a.dueMs < b.dueMs;
  const isImmediate = a.kind === "immediate";
  return isImmediate === (b.kind === "immediate") ? a.order < b.order : isImmediate;
}
