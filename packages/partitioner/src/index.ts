/** A set of partitions, divided among the members of a group. */
export { DuplicateMemberError } from "@zookit/core/recipe";
export type { PartitionAssignment, PartitionMember } from "./assignment.js";
export type { PartitionMessage, RebalanceMessage } from "./diagnostics.js";
export {
  PartitionLostError,
  PartitionRevokedError,
  PartitionSetMismatchError,
  UnreadablePlanError,
} from "./errors.js";
export type { Partition } from "./partition.js";
export { Partitioner, type PartitionerOptions } from "./partitioner.js";
export type { PartitionFunction } from "./tenure.js";
