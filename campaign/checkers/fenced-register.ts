import type { Finding } from "./finding.js";
import { RULES } from "./rules.js";

/** What a register that checks tokens has answered. Its log has them in the order in which it did. */
export interface RegisterEntry {
  readonly f: "read" | "write";
  readonly token: bigint;
  readonly who: string;
  readonly accepted: boolean;
  /** The value that was read: now, or before by the writer, under the same token. */
  readonly read: number;
  /** The value afterwards. */
  readonly value: number;
}

/**
 * What is behind a register that checks tokens is safe: nothing is accepted with a token lower than one that was accepted
 * before, and no update is lost, since each writer has read what the one before has written.
 */
export function checkFencedRegister(where: string, log: readonly RegisterEntry[]): readonly Finding[] {
  const findings: Finding[] = [];
  let highest = -1n;
  let present = 0;
  for (const { f, token, who, accepted, read, value } of log) {
    if (!accepted) continue;
    if (token < highest) {
      const message = `the ${f} of ${who} with token ${token} was accepted after one with token ${highest}`;
      findings.push({ rule: RULES.staleWrite, where, message });
    }
    if (read !== present) {
      const message = `${who} had read ${read}, and ${present} was there when ${f === "read" ? "it did" : "it wrote"}`;
      findings.push({ rule: "no update is lost", where, message });
    }
    if (token > highest) highest = token;
    present = value;
  }
  return findings;
}
