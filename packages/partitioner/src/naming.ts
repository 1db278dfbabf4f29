/** How partitions are named as znodes: percent-encoded, so that a name may be any text that is not empty (H84). */
import { createHash } from "node:crypto";

/** Longer ones are cut, and told apart by a digest. */
const LONGEST = 128;
const KEPT = 64;

/** The name of the znode that guards a partition. No two partitions have the same one. */
export function nameOfGuard(partition: string): string {
  // What it leaves as it is, the server takes; of the names that mean something else in a path it leaves these two.
  const encoded = encodeURIComponent(partition).replace(/^\.\.?$/, (dots) => dots.replaceAll(".", "%2E"));
  if (encoded.length <= LONGEST) return encoded;
  // One longer than the longest that is not cut, so that it is none of those.
  return `${encoded.slice(0, KEPT)}~${createHash("sha256").update(partition, "utf8").digest("hex")}`;
}
