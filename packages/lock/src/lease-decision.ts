import { type Naming, needsCzxids, parseSequence, queueOf } from "@zookit/core/recipe";

const MARKER = "-lease-";
const UNPROTECTED = "lease-";

/** How Curator names the znodes of a semaphore's leases. A lease is one permit that is held, or about to be. */
export const LEASE_NAMING: Naming = {
  prefix: (id) => `_c_${id}${MARKER}`,
  sequenceOf: (name) => {
    const at = name.lastIndexOf(MARKER);
    if (at >= 0) return parseSequence(name.slice(at + MARKER.length));
    return name.startsWith(UNPROTECTED) ? parseSequence(name.slice(UNPROTECTED.length)) : undefined;
  },
};

/**
 * What the leases of one acquisition have in common, and with no others: what stands before the marker. Without protection
 * there is nothing, and each lease is an acquisition of its own.
 */
export function acquisitionOf(name: string): string {
  const at = name.lastIndexOf(MARKER);
  return at >= 0 ? name.slice(0, at) : name;
}

/** What a listing of the leases means for some of them. */
export type LeaseDecision = "granted" | "wait" | "gone";

/**
 * Decides from a listing whether some leases, all or none, are among the first `limit`. Leases that came later do not count:
 * so whoever asks in vain keeps nobody from a grant that was there for the taking, and of two who ask at once the first has it.
 *
 * Leases before a granted one only become fewer, so no more than `limit` are ever granted (H62). That also holds beside
 * Curator, which counts all leases of a listing: whatever it grants itself is among the first `limit`.
 */
export function decideLeases(names: readonly string[], own: readonly string[], limit: number): LeaseDecision {
  const leases = queueOf(names, LEASE_NAMING).map(({ name }) => name);
  const places = own.map((name) => leases.indexOf(name) + 1);
  if (places.includes(0)) return "gone";
  // Where sequence numbers do not tell the order any more, all count as earlier, as they always do for Curator.
  const last = needsCzxids(names, LEASE_NAMING) ? leases.length : Math.max(...places);
  return last <= limit ? "granted" : "wait";
}
