import type { Finding } from "./finding.js";
import { checkTokens, type Grant } from "./tokens.js";

/** A leader that somebody has seen. */
export interface Sighting {
  readonly term: bigint;
  readonly leader: string;
}

/** A term has one leader, whoever looks, and a later leader has a later term. */
export function checkTerms(
  where: string,
  terms: readonly Grant[],
  sightings: readonly Sighting[] = [],
): readonly Finding[] {
  const rule = "a term has one leader";
  const leaders = new Map(terms.map(({ token, who }) => [token, who]));
  const strangers = sightings.flatMap(({ term, leader }) => {
    const known = leaders.get(term);
    // Whoever was elected may not have lived to say so.
    if (known === undefined) leaders.set(term, leader);
    if (known === undefined || known === leader) return [];
    return [{ rule, where, message: `${leader} was seen as the leader of term ${term}, which is ${known}'s` }];
  });
  return [...checkTokens(where, terms).map((finding) => ({ ...finding, rule })), ...strangers];
}
