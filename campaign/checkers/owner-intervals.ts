import { groupBy } from "../group-by.js";
import type { Finding } from "./finding.js";

/** A time in which somebody worked on a partition, and believed to own it. */
export interface Ownership {
  readonly partition: string;
  readonly owner: string;
  readonly token: bigint;
  /** When the work began, and the last moment at which the owner was told that it owns the partition. */
  readonly from: number;
  readonly until: number;
}

/** No partition has two owners at a time, and its tokens grow from owner to owner. */
export function checkOwners(where: string, ownerships: readonly Ownership[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [partition, owners] of groupBy(ownerships, (ownership) => ownership.partition)) {
    const inOrder = [...owners].sort((a, b) => a.from - b.from || a.until - b.until);
    let last: Ownership | undefined;
    for (const next of inOrder) {
      if (last !== undefined && next.from < last.until) {
        const message = `${next.owner} owned ${partition} while ${last.owner} did`;
        findings.push({ rule: "a partition has one owner", where, message });
      }
      if (last !== undefined && next.token <= last.token) {
        const message = `${next.owner} owns ${partition} by ${next.token}, after ${last.owner} by ${last.token}`;
        findings.push({ rule: "tokens of a partition increase", where, message });
      }
      if (last === undefined || next.until > last.until) last = next;
    }
  }
  return findings;
}

/** After healing every partition has an owner: at `at` somebody works on each. */
export function checkCoverage(
  where: string,
  partitions: readonly string[],
  ownerships: readonly Ownership[],
  at: number,
): readonly Finding[] {
  const owned = new Set(
    ownerships.filter(({ from, until }) => from <= at && at <= until).map((each) => each.partition),
  );
  return partitions
    .filter((partition) => !owned.has(partition))
    .map((partition) => ({ rule: "every partition has an owner", where, message: `nobody owns ${partition}` }));
}
