import { isLossError } from "../perform.js";
import { Place, type Queue } from "./place.js";
import type { Decision } from "./queue.js";
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
 * **Cost.** Uncontended one round trip of two requests. Otherwise one more to arm the watch on the predecessor, and after
 * it has gone one to list again.
 *
 * **Failure.** Abort and time-out are observed at every step, and leave no znode behind. A lost connection is waited for.
 *
 * @throws what aborted the signal.
 * @throws {ClosedError} @throws {NoAuthError}
 * @see https://zookeeper.apache.org/doc/current/recipes.html#sc_recipes_Locks
 */
export async function contend(queue: Queue, signal: AbortSignal): Promise<Place> {
  for (;;) {
    const place = await attempt(queue, signal, waitForGrant);
    if (place !== undefined) return place;
  }
}

/** Contends without waiting for others: the granted place, or `undefined` if somebody is before it. */
export async function tryContend(queue: Queue, signal: AbortSignal): Promise<Place | undefined> {
  return await attempt(queue, signal, async () => false);
}

/** Takes a place and keeps it if `decide` says so; on every other way out it is given up. */
async function attempt(
  queue: Queue,
  signal: AbortSignal,
  isGranted: (place: Place, decision: Decision, signal: AbortSignal) => Promise<boolean>,
): Promise<Place | undefined> {
  const session = await queue.client.ready(signal);
  const place = new Place(queue, session);
  try {
    const decision = await place.enter(signal);
    if (decision.kind === "granted" || (await isGranted(place, decision, signal))) {
      await place.settleToken(signal);
      // The single point of decision: an abort after it comes too late, one before it wins (H48). The session must be
      // alive now, not when the listing was asked for (H45).
      signal.throwIfAborted();
      if (session.isValid()) return place;
    }
  } catch (error) {
    if (signal.aborted || !isLossError(error)) {
      await goneWithin(place.remove(), ABANDON_LIMIT_MS);
      throw signal.aborted ? signal.reason : error;
    }
  }
  await goneWithin(place.remove(), ABANDON_LIMIT_MS);
  return undefined;
}

async function waitForGrant(place: Place, first: Decision, signal: AbortSignal): Promise<boolean> {
  let decision = first;
  while (decision.kind === "wait") {
    await place.predecessorGone(decision.predecessor, signal);
    decision = await place.review(signal);
  }
  return decision.kind === "granted";
}
