/** How a service is started: what its process gets as its one argument, as JSON. */
export interface Assignment {
  readonly name: string;
  readonly hosts: string;
  readonly lockPath: string;
  readonly ledgerUrl: string;
  readonly appends: number;
  readonly sessionTimeoutMs: number;
}

/** What the demo tells a running service. */
export type Order =
  /** Begin: every service is connected. */
  | { readonly order: "go" }
  /** In the next block, think for this long between reading and writing, in milliseconds. */
  | { readonly order: "linger"; readonly forMs: number };
