import type { Plan } from "./plan.js";

/** A member with the partitions that it is to own. */
export interface PartitionMember {
  readonly identifier: string;
  readonly weight: number;
  readonly partitions: readonly string[];
}

/** Who is to own which partition. */
export interface PartitionAssignment {
  /** The identifier of the owner of each partition. */
  readonly owners: ReadonlyMap<string, string>;
  /** By identifier. */
  readonly members: readonly PartitionMember[];
  /** Partitions that nobody is to own, while there are no members. */
  readonly unassigned: readonly string[];
}

export function assignmentOf({ members = [], unassigned = [] }: Partial<Plan> = {}): PartitionAssignment {
  const owners = members.flatMap(({ identifier, partitions }) =>
    partitions.map((partition): [string, string] => [partition, identifier]),
  );
  return {
    owners: new Map(owners),
    members: members.map(({ identifier, weight, partitions }) => ({ identifier, weight, partitions })),
    unassigned,
  };
}
