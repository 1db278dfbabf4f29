import type { Finding } from "./finding.js";

/** One acquisition, or one term of a leader. */
export interface Grant {
  readonly token: bigint;
  readonly who: string;
  /** When it was asked for, and when it was granted. */
  readonly start: number;
  readonly end: number;
}

/**
 * Tokens strictly increase: no two grants have the same, and one that was asked for after another was granted has a greater
 * one. A term of a leader is such a token: no two leaders share it.
 */
export function checkTokens(where: string, grants: readonly Grant[]): readonly Finding[] {
  const rule = "tokens strictly increase";
  const findings: Finding[] = [];
  const holders = new Map<bigint, Grant>();
  for (const grant of grants) {
    const other = holders.get(grant.token);
    holders.set(grant.token, grant);
    if (other === undefined) continue;
    findings.push({ rule, where, message: `${other.who} and ${grant.who} both have the token ${grant.token}` });
  }
  const byStart = [...grants].sort((a, b) => a.start - b.start);
  const byEnd = [...grants].sort((a, b) => a.end - b.end);
  let highest: Grant | undefined;
  let next = 0;
  for (const grant of byStart) {
    for (let ended = byEnd[next]; ended !== undefined && ended.end < grant.start; ended = byEnd[++next]) {
      if (highest === undefined || ended.token > highest.token) highest = ended;
    }
    if (highest === undefined || grant.token >= highest.token) continue;
    const message = `${grant.who} was given ${grant.token} after ${highest.who} had been given ${highest.token}`;
    findings.push({ rule, where, message });
  }
  return findings;
}
