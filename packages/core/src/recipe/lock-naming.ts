import type { Naming } from "./queue.js";
import { parseSequence } from "./sequence.js";

/**
 * How the znodes of a lock's contenders are named; those of an election are, too.
 *
 * - `curator`: `_c_<uuid>-lock-NNNNNNNNNN`. Curator and go-zookeeper read it, and kazoo with
 *   `extra_lock_patterns=["-lock-"]`.
 * - `kazoo`: `<32 hex>__lock__NNNNNNNNNN`. kazoo reads it without options; never to be used beside Curator, which would
 *   sort such names by their random part.
 */
export type LockDialect = "curator" | "kazoo";

export const LOCK_DIALECTS: readonly LockDialect[] = ["curator", "kazoo"];

// Both namings count as contenders whatever dialect is written, so that peers of either kind are waited for. What comes
// before the marker is not looked at: others leave out the protection id, or write it without dashes.
const MARKERS = ["__lock__", "-lock-"];
const UNPROTECTED = "lock-";

function sequenceOf(name: string): number | undefined {
  for (const marker of MARKERS) {
    const at = name.lastIndexOf(marker);
    if (at >= 0) return parseSequence(name.slice(at + marker.length));
  }
  return name.startsWith(UNPROTECTED) ? parseSequence(name.slice(UNPROTECTED.length)) : undefined;
}

export const LOCK_NAMINGS: Readonly<Record<LockDialect, Naming>> = {
  curator: { prefix: (id) => `_c_${id}-lock-`, sequenceOf },
  kazoo: { prefix: (id) => `${id.replaceAll("-", "")}__lock__`, sequenceOf },
};
