/** How a worker is started: what its process gets as its one argument, as JSON. */
export interface Assignment {
  readonly name: string;
  readonly hosts: string;
  /** Below it is everything that the workers share. */
  readonly root: string;
  readonly ledgerUrl: string;
  readonly partitions: readonly string[];
  /** Jobs of each partition. */
  readonly jobs: number;
  readonly sessionTimeoutMs: number;
  /** How many meet at the barrier before they begin; `undefined` for one that comes later. */
  readonly founders: number | undefined;
}

/** What the demo tells a running worker. */
export type Order =
  /** Begin: every worker is connected. */
  | { readonly order: "go" }
  /** In the next job, think for this long between reading and writing, in milliseconds. */
  | { readonly order: "linger"; readonly forMs: number };

/** What the leader proclaims once all jobs are done. */
export const DONE = "done";
