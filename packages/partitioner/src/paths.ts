import { join } from "@zookit/core/recipe";

/** The znodes of a partitioner. */
export interface Paths {
  /** Data: who is to own which partition. */
  readonly plan: string;
  /** Its children are the members, ephemeral. */
  readonly members: string;
  /** Its children are the guards of owned partitions, ephemeral. */
  readonly owners: string;
  /** Its children contend for who writes the plan. */
  readonly assigner: string;
}

export function pathsBelow(path: string): Paths {
  const below = (name: string) => join(path, name);
  return { plan: below("plan"), members: below("members"), owners: below("owners"), assigner: below("assigner") };
}
