import { type Instant, isValidAt, now, type Validity, validityFrom } from "./validity.js";

/** Heartbeats per session timeout. Six leave room for a lost one before the client itself gives up a connection. */
const HEARTBEATS = 6;

/** What a session does when its liveness calls for it. */
export interface LivenessEvents {
  /** Nothing was answered for a while, and nothing is under way: send something. */
  heartbeatDue(): void;
  /** The deadline has passed. Called once. */
  passed(): void;
}

/**
 * The deadline of one session, moved on by every request that the leader has answered, and the heartbeat that keeps it
 * moving while no such request is sent: the binding's own pings cannot be seen.
 */
export class Liveness {
  readonly #events: LivenessEvents;
  #timeoutMs = 0;
  #validity: Validity | undefined;
  #isOver = false;
  #inFlight = 0;
  #answeredSentAt: Instant | undefined;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #heartbeatTimer: NodeJS.Timeout | undefined;

  constructor(events: LivenessEvents) {
    this.#events = events;
  }

  /** The session timeout that was negotiated, in milliseconds; 0 before the first connection. */
  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  /** On the clock of `performance.now()`; 0 before the first answer and after the end. */
  get validUntil(): number {
    return this.#isOver ? 0 : (this.#validity?.monotonicMs ?? 0);
  }

  /** To be called with each connection: another server may grant less than the one before. */
  negotiated(timeoutMs: number): void {
    const isLess = timeoutMs < this.#timeoutMs;
    this.#timeoutMs = timeoutMs;
    if (!isLess || this.#isOver || this.#answeredSentAt === undefined) return;
    this.#stopTimers();
    this.#start(validityFrom(this.#answeredSentAt, timeoutMs));
  }

  /** Whether the deadline lies ahead. The first call that finds it passed ends it, whoever makes that call (H14). */
  isValid(): boolean {
    if (this.#isOver || this.#validity === undefined) return false;
    if (isValidAt(this.#validity, now())) return true;
    this.stop();
    this.#events.passed();
    return false;
  }

  /** To be called when a request that the leader answers is sent; the result goes to {@link settled}. */
  sending(): Instant {
    this.#inFlight++;
    return now();
  }

  /** To be called when a request has been answered or lost. */
  settled(sentAt: Instant, isAnswered: boolean): void {
    this.#inFlight--;
    // An answer that is read after the deadline comes too late: others may have been told already that it has passed.
    if (!isAnswered || this.#isOver || (this.#validity !== undefined && !this.isValid())) return;
    // Answers come in the order of the requests, so this is the latest.
    this.#answeredSentAt = sentAt;
    const validity = validityFrom(sentAt, this.#timeoutMs);
    if (this.#validity === undefined) this.#start(validity);
    else this.#validity = validity;
  }

  stop(): void {
    this.#isOver = true;
    this.#stopTimers();
  }

  #stopTimers(): void {
    clearTimeout(this.#deadlineTimer);
    clearInterval(this.#heartbeatTimer);
  }

  #start(validity: Validity): void {
    this.#validity = validity;
    this.#armDeadline();
    this.#heartbeatTimer = setInterval(() => this.#beat(), this.#timeoutMs / HEARTBEATS);
  }

  #armDeadline(): void {
    const delayMs = Math.max(1, this.validUntil - performance.now());
    this.#deadlineTimer = setTimeout(() => {
      if (this.isValid()) this.#armDeadline();
    }, delayMs);
  }

  #beat(): void {
    const sinceMs = performance.now() - (this.#answeredSentAt?.monotonicMs ?? 0);
    // Requests under way will move the deadline by themselves; more of them would only pile up (H27).
    if (this.#inFlight === 0 && sinceMs > this.#timeoutMs / HEARTBEATS / 2 && this.isValid()) {
      this.#events.heartbeatDue();
    }
  }
}
