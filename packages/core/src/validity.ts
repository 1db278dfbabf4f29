/**
 * The deadline until which the servers cannot have expired the session.
 *
 * The leader keeps the countdown. It restarts it when it hears of the client, which is not before the client *sent* what it
 * heard of, so the session lives at least `timeoutMs` from the send time of the last request that the leader has answered:
 * a write or a `sync`. What a follower answers by itself, a read, says nothing: it goes on doing so for a while after it was
 * cut off from the leader. What is subtracted as margin covers two things: clocks that do not run at the same rate, and a
 * follower that passes on an answer of the leader and then dies, or is cut off, before it has reported the contact. It
 * does so every half tick: with ticks up to a fifth of the session that is a tenth of it, and the rest is for the clocks.
 *
 * The deadline is held on two clocks, and both must agree that it lies ahead: the monotonic clock cannot be stepped
 * (H17) but stands still while the machine is suspended; the wall clock shows that a suspension happened (H16). A wall
 * clock that is stepped forward can thus end a session early, which is safe; one stepped back changes nothing.
 */
export interface Validity {
  /** On the clock of `performance.now()`. */
  readonly monotonicMs: number;
  /** On the clock of `Date.now()`. */
  readonly wallMs: number;
}

export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** Part of the session timeout that is given up for safety. */
const MARGIN = 1 / 8;

export function now(): Instant {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

/** Validity that follows from an answer to a request sent at `sentAt`. */
export function validityFrom(sentAt: Instant, timeoutMs: number): Validity {
  const span = timeoutMs * (1 - MARGIN);
  return { monotonicMs: sentAt.monotonicMs + span, wallMs: sentAt.wallMs + span };
}

export function isValidAt(validity: Validity, at: Instant): boolean {
  return at.monotonicMs < validity.monotonicMs && at.wallMs < validity.wallMs;
}
