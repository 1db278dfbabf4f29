import type { Happening } from "./happening.js";

/**
 * How long a happening is held back, in milliseconds. Services tell of what they do independently of each other, so that
 * what happened first may become known last.
 */
const HOLD_BACK_MS = 150;

/** Passes happenings on in the order of time, a little late. */
export class TimeLine implements Disposable {
  readonly #pass: (happening: Happening) => void;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #pending: Happening[] = [];

  constructor(now: () => number, pass: (happening: Happening) => void) {
    this.#now = now;
    this.#pass = pass;
    this.#timer = setInterval(() => this.#flush(this.#now() - HOLD_BACK_MS), HOLD_BACK_MS / 3);
  }

  add(happening: Happening): void {
    this.#pending.push(happening);
  }

  /** Passes on what is left. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#flush(Number.POSITIVE_INFINITY);
  }

  #flush(until: number): void {
    const ordered = this.#pending.sort((a, b) => a.at - b.at);
    this.#pending = ordered.filter(({ at }) => at > until);
    for (const happening of ordered.filter(({ at }) => at <= until)) this.#pass(happening);
  }
}
