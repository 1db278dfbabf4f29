/** A session that is open at the test server. */
export interface TestServerSession {
  /** As in `zk.session.id` of zookit's client: `0x…`. */
  readonly id: string;
  /** What was granted, in milliseconds. */
  readonly timeoutMs: number;
  readonly isConnected: boolean;
}

/** What the test server has counted since it was started, and what there is now. */
export interface TestServerCounts {
  /**
   * Requests by the name of their operation in ZooKeeper's protocol, as far as there were any: `create`, `getChildren2`,
   * `ping`…; handshakes as `createSession`, four-letter words as `word`.
   */
  readonly requests: Readonly<Record<string, number>>;
  /** Watches that are set. */
  readonly watches: number;
  /** Connections that are open. */
  readonly connections: number;
}

/** Counters of a znode that it would take very many writes to bring so far: int32, both. */
export interface ZnodeCounters {
  /** How many children were ever created in it: the number that the next sequential one gets. */
  readonly creations?: number;
  /** How often its data was changed. */
  readonly version?: number;
}
