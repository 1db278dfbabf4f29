import { isLossError, NoNodeError } from "../errors.js";
import { Place, type Queue } from "./place.js";
import { goneWithin } from "./removal.js";

/**
 * How long giving up may wait for the proof that the znode is gone, in milliseconds. With servers that answer, it is gone
 * when the caller hears of the abort; otherwise the caller hears in time, and the janitor goes on.
 */
const ABANDON_LIMIT_MS = 250;

/**
 * Contends until the place is granted. A place that is lost with its session, or deleted by somebody else while it
 * waited, is taken anew at the end of the queue.
 *
 * @param onWaiting is told how many go before it, when it begins to wait and on each wake-up after which it waits on. What
 * it throws ends the waiting.
 *
 * **Cost.** Uncontended one round trip of two requests. Otherwise one more to arm the watch on the predecessor, and after
 * it has gone one to list again.
 *
 * **Failure.** Abort and time-out are observed at every step, and leave no znode behind. A lost connection is waited for.
 *
 * @throws what aborted the signal.
 * @throws {ClosedError} @throws {NoAuthError}
 * @see https://zookeeper.apache.org/doc/current/recipes.html#sc_recipes_Locks
 */
export async function contend(
  queue: Queue,
  signal: AbortSignal,
  onWaiting: (ahead: number) => void = () => {},
): Promise<Place> {
  for (;;) {
    const result = await attempt(queue, signal, onWaiting);
    if (result instanceof Place) return result;
  }
}

/** Contends without waiting for others: the granted place, or `undefined` if somebody is before it. */
export async function tryContend(queue: Queue, signal: AbortSignal): Promise<Place | undefined> {
  for (;;) {
    const result = await attempt(queue, signal, undefined);
    if (result instanceof Place) return result;
    if (result === "wait") return undefined;
  }
}

/**
 * Takes a place and keeps it if it is granted, at once or, with `onWaiting`, when nobody is before it any more. On every other
 * way out it is given up: because others are before it (`wait`), or because it is not there any more (`gone`).
 */
async function attempt(
  queue: Queue,
  signal: AbortSignal,
  onWaiting: ((ahead: number) => void) | undefined,
): Promise<Place | "wait" | "gone"> {
  const session = await queue.client.ready(signal);
  const place = new Place(queue, session);
  let outcome: "wait" | "gone" = "gone";
  try {
    let decision = await place.enter(signal);
    while (decision.kind === "wait" && onWaiting !== undefined) {
      onWaiting(decision.ahead);
      decision = await place.next(decision.predecessor, signal);
    }
    if (decision.kind === "granted") {
      await place.settleToken(signal);
      // The single point of decision: an abort after it comes too late, one before it wins (H48). The session must be
      // alive now, not when the listing was asked for (H45).
      signal.throwIfAborted();
      if (session.isValid()) return place;
    } else {
      outcome = decision.kind;
    }
  } catch (error) {
    // Its znode went with the session, or was deleted by somebody else, perhaps with the whole queue.
    const isGone = isLossError(error) || error instanceof NoNodeError;
    if (signal.aborted || !isGone) {
      await goneWithin(place.remove(), ABANDON_LIMIT_MS);
      throw signal.aborted ? signal.reason : error;
    }
  }
  await goneWithin(place.remove(), ABANDON_LIMIT_MS);
  return outcome;
}
