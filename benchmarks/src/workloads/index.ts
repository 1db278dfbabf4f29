import type { Workload } from "../workload.js";
import { barrierWorkloads } from "./barrier.js";
import { counterWorkloads } from "./counter.js";
import { electionWorkloads } from "./election.js";
import { handOverWorkloads } from "./hand-over.js";
import { lockWorkloads } from "./lock.js";
import { partitionerWorkloads } from "./partitioner.js";
import { partyWorkloads } from "./party.js";
import { restWorkloads } from "./rest.js";
import { semaphoreWorkloads } from "./semaphore.js";

/** Everything that is measured, in the order of the report. */
export const WORKLOADS: readonly Workload[] = [
  ...lockWorkloads,
  ...handOverWorkloads,
  ...semaphoreWorkloads,
  ...counterWorkloads,
  ...partyWorkloads,
  ...electionWorkloads,
  ...barrierWorkloads,
  ...partitionerWorkloads,
  ...restWorkloads,
];
