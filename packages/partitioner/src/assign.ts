/** Who is to own which partitions: pure, the same for the same input, with no partition moved that need not be. */

/** One who can own partitions. */
export interface Candidate {
  readonly identifier: string;
  /** How much it takes, relative to the others. */
  readonly weight: number;
}

/** Partitions by the identifier of their owner, each in the order in which the owner got them. */
export type Assignment = ReadonlyMap<string, readonly string[]>;

/**
 * Divides partitions among candidates, with as few moves as balance permits (H82).
 *
 * - Every partition has one owner, if there is a candidate.
 * - Each candidate gets its share by weight, rounded down or up; with equal weights the most and the least loaded differ by
 *   at most one. Who is rounded up is first whoever has so many already, then whoever has the largest remainder.
 * - A candidate with more than that gives up what it got last, so what it has hardly begun with; one with less keeps all.
 *
 * So no division in which each has its share, rounded down or up, takes fewer partitions away from their owners.
 */
export function assign(
  partitions: readonly string[],
  candidates: readonly Candidate[],
  current: Assignment,
): Assignment {
  const members = [...candidates].sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  const unclaimed = new Set(partitions);
  const held = members.map(({ identifier }) =>
    (current.get(identifier) ?? []).filter((partition) => unclaimed.delete(partition)),
  );
  const targets = targetsOf(
    partitions.length,
    members.map(({ weight }, index) => ({ weight, held: held[index]?.length ?? 0 })),
  );
  const owned = held.map((list, index) => list.slice(0, targets[index]));
  const kept = new Set(owned.flat());
  const free = partitions.filter((partition) => !kept.has(partition));
  let given = 0;
  return new Map(
    members.map(({ identifier }, index) => {
      const own = owned[index] ?? [];
      const missing = (targets[index] ?? 0) - own.length;
      const received = free.slice(given, given + missing);
      given += missing;
      return [identifier, [...own, ...received]];
    }),
  );
}

/** How many partitions each is to have, as weights and what it holds have it; together they are all, if there is anybody. */
export function targetsOf(
  count: number,
  shares: readonly { readonly weight: number; readonly held: number }[],
): readonly number[] {
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  const rounded = shares.map(({ weight, held }, index) => {
    const remainder = (count * weight) % total;
    const floor = (count * weight - remainder) / total;
    return { index, floor, remainder, hasMore: held > floor };
  });
  const rest = count - rounded.reduce((sum, { floor }) => sum + floor, 0);
  const roundedUp = rounded
    .filter(({ remainder }) => remainder > 0)
    .sort((a, b) => Number(b.hasMore) - Number(a.hasMore) || b.remainder - a.remainder || a.index - b.index)
    .slice(0, rest);
  const up = new Set(roundedUp.map(({ index }) => index));
  return rounded.map(({ index, floor }) => floor + (up.has(index) ? 1 : 0));
}
