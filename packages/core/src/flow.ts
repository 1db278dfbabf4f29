/** How many requests may be under way on a connection: at first, at most, and at least however slow the answers are. */
const FIRST = 32;
const MOST = 1_000;
const LEAST = 8;
/** Part of the session timeout above which an answer counts as late. */
const LATE = 1 / 12;

/**
 * Bounds what is under way on one connection. Answers come in the order of the requests, so a heartbeat waits for the
 * answers to everything before it: a flood of requests, each of them harmless, would cost the session (H27).
 *
 * The bound follows the answers, as TCP's congestion window does: one more with each answer in time, half as many with each
 * late one. Requests pass in their order; one that has room is sent within the call.
 */
export class Flow {
  readonly #timeoutMs: () => number;
  readonly #waiting: (() => void)[] = [];
  /** When each request under way was let go, the oldest first. */
  readonly #since: number[] = [];
  #window = FIRST;
  /** Let go, but not resumed yet: nobody may overtake them. */
  #resuming = 0;

  /** @param timeoutMs the session timeout at present. */
  constructor(timeoutMs: () => number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Runs `send` when it is its turn; it is under way until its promise settles. */
  async run<T>(send: () => Promise<T>): Promise<T> {
    if (this.#waiting.length === 0 && this.#resuming === 0 && this.#hasRoom()) {
      this.#since.push(performance.now());
    } else {
      await new Promise<void>((resume) => this.#waiting.push(resume));
      this.#resuming--;
    }
    try {
      return await send();
    } finally {
      this.#answered();
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      this.#since.push(performance.now());
      this.#resuming++;
      this.#waiting.shift()?.();
    }
  }

  #answered(): void {
    const latencyMs = performance.now() - (this.#since.shift() ?? 0);
    const isLate = latencyMs > this.#timeoutMs() * LATE;
    this.#window = isLate ? Math.max(LEAST, this.#window / 2) : Math.min(MOST, this.#window + 1);
  }

  #hasRoom(): boolean {
    return this.#since.length < this.#window;
  }
}
