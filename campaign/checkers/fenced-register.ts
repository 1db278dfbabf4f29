import type { Finding } from "./finding.js";

/** What a register that checks tokens has answered, in the order in which it did. */
export interface RegisterEntry {
  readonly token: bigint;
  readonly writer: string;
  readonly accepted: boolean;
  /** What the writer had read, under the same token. */
  readonly read: number;
  /** What it wrote. */
  readonly next: number;
}

/**
 * What is behind a register that checks tokens is safe: it accepts no token lower than one that it has accepted, and no
 * update is lost, since each writer has read what the one before has written.
 */
export function checkFencedRegister(where: string, log: readonly RegisterEntry[]): readonly Finding[] {
  const findings: Finding[] = [];
  let highest = -1n;
  let value = 0;
  for (const { token, writer, accepted, read, next } of log) {
    if (!accepted) continue;
    if (token < highest) {
      const message = `${writer} wrote with token ${token} after one with token ${highest}`;
      findings.push({ rule: "no stale write is accepted", where, message });
    }
    if (read !== value) {
      const message = `${writer} had read ${read} when it wrote ${next}, and ${value} was there`;
      findings.push({ rule: "no update is lost", where, message });
    }
    if (token > highest) highest = token;
    value = next;
  }
  return findings;
}
