import { COUNTER_WORKLOAD } from "./counter.js";
import { DOUBLE_BARRIER_WORKLOAD } from "./double-barrier.js";
import { ELECTION_WORKLOAD } from "./election.js";
import { FENCED_MUTEX_WORKLOAD } from "./fenced-mutex.js";
import { MUTEX_WORKLOAD } from "./mutex.js";
import { PARTITIONER_WORKLOAD } from "./partitioner.js";
import { PARTY_WORKLOAD } from "./party.js";
import { READ_WRITE_LOCK_WORKLOAD } from "./read-write-lock.js";
import { SEMAPHORE_WORKLOAD } from "./semaphore.js";
import type { Workload } from "./workload.js";

/** All that there are. */
export const WORKLOADS: readonly Workload[] = [
  MUTEX_WORKLOAD,
  FENCED_MUTEX_WORKLOAD,
  READ_WRITE_LOCK_WORKLOAD,
  COUNTER_WORKLOAD,
  PARTY_WORKLOAD,
  SEMAPHORE_WORKLOAD,
  ELECTION_WORKLOAD,
  DOUBLE_BARRIER_WORKLOAD,
  PARTITIONER_WORKLOAD,
];

/** Where the campaign keeps everything at the servers; one znode below it for each workload. */
export const CAMPAIGN_ROOT = "/campaign";

export function rootOf({ name }: Workload): string {
  return `${CAMPAIGN_ROOT}/${name}`;
}
