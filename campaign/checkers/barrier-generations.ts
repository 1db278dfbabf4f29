import { groupBy } from "../group-by.js";
import type { Finding } from "./finding.js";

/** One member's way through one generation of a double barrier. Times are `Infinity` where it did not get so far. */
export interface Passage {
  readonly generation: string;
  readonly member: string;
  /** When it asked to enter, and when it was let in. */
  readonly entering: number;
  readonly entered: number;
  /** When it asked to leave, and when it was let go. */
  readonly leaving: number;
  readonly left: number;
  /** When it can have begun to be absent without leaving: its session ended, or it gave up. */
  readonly goneFrom: number;
}

/**
 * Nobody is let into a generation before as many members as it takes have come, and nobody is let go before each of those
 * who were let in has asked to go, or is gone.
 */
export function checkBarrierGenerations(
  where: string,
  parties: number,
  passages: readonly Passage[],
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [generation, members] of groupBy(passages, (passage) => passage.generation)) {
    for (const { member, entered, left } of members) {
      const come = new Set(members.filter(({ entering }) => entering <= entered).map((other) => other.member)).size;
      if (entered !== Number.POSITIVE_INFINITY && come < parties) {
        const message = `${member} was let into generation ${generation} when ${come} of ${parties} had come`;
        findings.push({ rule: "nobody enters before all have come", where, message });
      }
      if (left === Number.POSITIVE_INFINITY) continue;
      const staying = members.find((other) => other.entered < left && other.leaving > left && other.goneFrom > left);
      if (staying === undefined) continue;
      const message = `${member} was let out of generation ${generation} while ${staying.member} was inside`;
      findings.push({ rule: "nobody leaves before all want to", where, message });
    }
  }
  return findings;
}
