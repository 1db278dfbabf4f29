import { constants } from "node:os";

/** Somebody wants the demo to stop. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM" | "SIGHUP") {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Why the demo ends before its time: an interrupt, a failure, or a deadline. Whoever waits, waits for `signal` too. */
export class Ending implements Disposable {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    // The listeners stay: with none left, a library that listens too would end the process before it is cleaned up.
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => this.#interrupt(name));
    // A reader that has gone away, as in a pipe into `head`.
    process.stdout.on("error", (error) => this.now(error));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly now = (reason: Error): void => {
    this.#controller.abort(reason);
  };

  /** Ends it after this time, in milliseconds. */
  within(limitMs: number): void {
    const seconds = limitMs / 1_000;
    this.#timer = setTimeout(() => this.now(new Error(`something hangs: not finished after ${seconds} s`)), limitMs);
  }

  /** The second interrupt does not wait for the clean-up. */
  #interrupt(name: "SIGINT" | "SIGTERM" | "SIGHUP"): void {
    const interrupted = new Interrupted(name);
    if (this.signal.reason instanceof Interrupted) process.exit(interrupted.exitCode);
    this.now(interrupted);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
