import { NoNodeError } from "@zookit/core";
import { contend, goneWithin, isLossError, type LiveSession, type Removal } from "@zookit/core/recipe";
import { Leases } from "./leases.js";
import type { SemaphoreZnodes } from "./semaphore-znodes.js";

/** As for a lock: how long giving up may wait for the proof that nothing is left, in milliseconds. */
const ABANDON_LIMIT_MS = 250;

/** What a semaphore object remembers from one acquisition to the next. It saves round trips; nothing depends on it. */
export interface Experience {
  /** The last acquisition was not granted at once: the next one queues without trying. */
  isCrowded: boolean;
}

export interface PermitRequest {
  readonly znodes: SemaphoreZnodes;
  readonly experience: Experience;
  readonly permits: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until the permits are granted, all at once.
 *
 * It tries without queueing first, where nothing tells that it would be in vain; who is queueing then has precedence. In the
 * queue it waits to be the first. Only the first makes leases that stay while they are not granted: so nobody waits for
 * leases of somebody who waits, too (H63).
 */
export async function takePermits(request: PermitRequest, onWaiting: (ahead: number) => void): Promise<Leases> {
  const { experience } = request;
  return await persist(request, async () => {
    if (!experience.isCrowded) {
      const leases = await tryOnce(request);
      if (leases !== undefined) return leases;
      experience.isCrowded = true;
    }
    return await queueUp(request, onWaiting);
  });
}

/** Takes the permits if they are free and nobody is waiting for any. */
export async function tryPermits(request: PermitRequest): Promise<Leases | undefined> {
  return await persist(request, () => tryOnce(request));
}

/** Repeats what was lost with its connection or session, or was not possible because znodes were missing. */
async function persist<T>(
  { znodes, experience, permits, signal }: PermitRequest,
  attempt: () => Promise<T>,
): Promise<T> {
  let isMissing = false;
  for (;;) {
    try {
      if (isMissing) await znodes.prepare(signal);
      isMissing = false;
      if (!znodes.hadPermits(permits) || experience.isCrowded) await znodes.check(permits, signal);
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      isMissing = error instanceof NoNodeError;
      if (!isMissing && !isLossError(error)) throw error;
    }
  }
}

async function tryOnce(request: PermitRequest): Promise<Leases | undefined> {
  const session = await request.znodes.client.ready(request.signal);
  return await withLeases(request, session, async (leases) => {
    const { decision, waiters } = await leases.take(request.signal);
    return decision === "granted" && waiters === 0;
  });
}

async function queueUp(request: PermitRequest, onWaiting: (ahead: number) => void): Promise<Leases> {
  const { znodes, experience, signal } = request;
  let hasWaited = false;
  const waiting = (ahead: number) => {
    hasWaited = true;
    onWaiting(ahead);
  };
  for (;;) {
    const place = await contend(znodes.queue, signal, waiting);
    let removal: Removal | undefined;
    try {
      const leases = await withLeases(request, place.session, async (leases) => {
        const { decision } = await leases.take(signal);
        if (decision !== "wait") return decision === "granted";
        waiting(0);
        return await leases.granted(place.path, signal);
      });
      removal = place.remove();
      if (leases === undefined) continue;
      experience.isCrowded = hasWaited;
      return leases;
    } finally {
      // Who was granted need not wait until the next one can be first.
      if (removal === undefined) await goneWithin(place.remove(), ABANDON_LIMIT_MS);
    }
  }
}

/** Makes leases, and keeps them if `pursue` says that they are granted. On every other way out they go (H47). */
async function withLeases(
  { znodes, permits, signal }: PermitRequest,
  session: LiveSession,
  pursue: (leases: Leases) => Promise<boolean>,
): Promise<Leases | undefined> {
  const leases = new Leases(znodes, session, permits);
  let isKept = false;
  try {
    if (!(await pursue(leases))) return undefined;
    await leases.settleToken(signal);
    // The single point of decision: an abort after it comes too late, one before it wins (H48). The session must be alive
    // now, not when the listing was asked for (H45).
    signal.throwIfAborted();
    if (!session.isValid()) session.lost.throwIfAborted();
    isKept = true;
    return leases;
  } finally {
    if (!isKept) await goneWithin(leases.remove(), ABANDON_LIMIT_MS);
  }
}
