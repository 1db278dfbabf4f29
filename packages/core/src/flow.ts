/** How many requests may be under way on a connection, whatever their age. */
const MOST = 1_000;
/** As many are let go whatever the age of the oldest one, so that a slow server still has something to do. */
const LEAST = 16;
/** Part of the session timeout after which an unanswered request holds back those that would follow it. */
const AGE_LIMIT = 1 / 12;

/**
 * Bounds what is under way on one connection. Answers come in the order of the requests, so a heartbeat waits for the
 * answers to everything before it: a flood of requests, each of them harmless, would cost the session (H27).
 *
 * Requests pass in their order. While the server keeps up none waits, and each is sent within the call.
 */
export class Flow {
  readonly #timeoutMs: () => number;
  readonly #waiting: (() => void)[] = [];
  /** When each request under way was let go, the oldest first. */
  readonly #since: number[] = [];
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
      this.#since.shift();
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

  #hasRoom(): boolean {
    const [oldest = 0] = this.#since;
    const count = this.#since.length;
    return count < LEAST || (count < MOST && performance.now() - oldest < this.#timeoutMs() * AGE_LIMIT);
  }
}
