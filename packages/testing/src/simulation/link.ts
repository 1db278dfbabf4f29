import type { Scheduler } from "./scheduler.js";

interface Message {
  readonly label: string;
  readonly deliver: () => void;
}

const READY = Promise.resolve();

/** One direction of a connection: messages arrive in their order, each when the scheduler says so. */
export class Link {
  readonly #scheduler: Scheduler;
  #messages: Message[] = [];
  #isScheduled = false;
  #isHeld = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  send(label: string, deliver: () => void): void {
    this.#messages.push({ label, deliver });
    this.#pump();
  }

  /** Nothing arrives any more until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  /** Loses everything that is under way. */
  clear(): void {
    this.#messages = [];
  }

  #pump(): void {
    const next = this.#messages[0];
    if (next === undefined || this.#isScheduled || this.#isHeld) return;
    this.#isScheduled = true;
    void this.#scheduler.schedule(READY, next.label).then(() => {
      this.#isScheduled = false;
      // It may have been lost or held up since; then whatever is first by now has its own turn.
      if (!this.#isHeld && this.#messages[0] === next) {
        this.#messages.shift();
        next.deliver();
      }
      this.#pump();
    });
  }
}
