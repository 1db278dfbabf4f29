import { publisher } from "@zookit/core/recipe";
import { type Plan, partitionsOf } from "./plan.js";
import { movesBetween } from "./replan.js";

/** `zookit:partition`: what becomes of a partition at one of its owners. */
export interface PartitionMessage {
  /** The partitioner's path, as it was given: without the chroot. */
  readonly path: string;
  /** Who the owner is. */
  readonly identifier: string;
  readonly partition: string;
  readonly fencingToken: bigint;
  /**
   * - `owned`: its guard is this member's, and the call begins.
   * - `revoked`: it is to pass on, or the run is ending; the call is waited for.
   * - `passed-on`: the call has settled, and the guard is gone: the next owner can have it.
   * - `lost`: it is not this member's any more, although it has not passed on.
   */
  readonly change: "owned" | "revoked" | "passed-on" | "lost";
}

/** `zookit:rebalance`: when another plan has been stored, by the member that did so. */
export interface RebalanceMessage {
  /** The partitioner's path, as it was given: without the chroot. */
  readonly path: string;
  /** Who has stored it. */
  readonly identifier: string;
  readonly members: number;
  readonly partitions: number;
  /** How many partitions are to have another owner than before, those included that had none. */
  readonly moved: number;
}

export const publishPartition = publisher<PartitionMessage>("partition");
const publishRebalance = publisher<RebalanceMessage>("rebalance");

/** Tells that the one plan was stored in the place of the other. */
export function publishPlan(
  by: Pick<RebalanceMessage, "path" | "identifier">,
  before: Plan | undefined,
  plan: Plan,
): void {
  publishRebalance(() => ({
    path: by.path,
    identifier: by.identifier,
    members: plan.members.length,
    partitions: partitionsOf(plan).length,
    moved: movesBetween(before, plan),
  }));
}
