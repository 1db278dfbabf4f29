import type { Passage } from "./barrier-generations.js";
import type { Finding } from "./finding.js";

/** When it can have been counted for the last time: what it leaves without leaving goes with its session. */
function presentUntil({ entering, leaving, left, goneFrom }: Passage, afterlifeMs: number): number {
  if (left !== Number.POSITIVE_INFINITY) return left;
  const known = [entering, leaving, goneFrom].filter((at) => at !== Number.POSITIVE_INFINITY);
  return Math.max(...known) + afterlifeMs;
}

/**
 * The rule of a double barrier of a peer, which has no generations, and lets late ones in: nobody is let in before as many
 * have come as it takes and have not been let out again, and nobody is let out while one is inside who was so already
 * when it asked to leave. It is weaker than that of a barrier with generations: whoever keeps that keeps this.
 *
 * @param afterlifeMs how long one who is gone without leaving can still be counted.
 */
export function checkOpenBarrier(
  where: string,
  parties: number,
  passages: readonly Passage[],
  afterlifeMs: number,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { member, entering, entered, leaving, left } of passages) {
    if (entered === Number.POSITIVE_INFINITY) continue;
    const present = passages.filter(
      (other) => other.entering <= entered && presentUntil(other, afterlifeMs) >= entering,
    );
    const come = new Set(present.map((other) => other.member)).size;
    if (come < parties) {
      const message = `${member} was let in when ${come} of ${parties} had come`;
      findings.push({ rule: "nobody enters before all have come", where, message });
    }
    if (left === Number.POSITIVE_INFINITY) continue;
    const staying = passages.find(
      (other) => other.entered < leaving && other.leaving > left && other.goneFrom > left && other.member !== member,
    );
    if (staying === undefined) continue;
    const message = `${member} was let out while ${staying.member} was inside`;
    findings.push({ rule: "nobody leaves before all want to", where, message });
  }
  return findings;
}
