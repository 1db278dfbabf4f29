import { ZookitError } from "@zookit/core";

/** The partition is not this member's any more: its session has ended, or somebody has deleted the guard. */
export class PartitionLostError extends ZookitError {
  readonly code = "partition-lost";
}

/**
 * The partition is to pass on to another member, or the run is ending. It stays this member's until the call has settled.
 * `cause` is why, if it was not the plan.
 */
export class PartitionRevokedError extends ZookitError {
  readonly code = "partition-revoked";
}

/** The other members divide another set of partitions than the one that was given. Nothing was owned. */
export class PartitionSetMismatchError extends ZookitError {
  readonly code = "partition-set-mismatch";
}

/** What is stored as the plan is none. */
export class UnreadablePlanError extends ZookitError {
  readonly code = "unreadable-plan";
}
