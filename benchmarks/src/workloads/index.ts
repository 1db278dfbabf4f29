import type { Workload } from "../workload.js";
import { counterWorkloads } from "./counter.js";
import { handOverWorkloads } from "./hand-over.js";
import { lockWorkloads } from "./lock.js";
import { partyWorkloads } from "./party.js";
import { restWorkloads } from "./rest.js";

/** Everything that is measured, in the order of the report. */
export const WORKLOADS: readonly Workload[] = [
  ...lockWorkloads,
  ...handOverWorkloads,
  ...counterWorkloads,
  ...partyWorkloads,
  ...restWorkloads,
];
