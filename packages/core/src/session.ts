/** A ZooKeeper session, as a user of the client sees it. */
export interface Session {
  /** ZooKeeper's session id in hexadecimal, `0x…`; empty until the session is established. */
  readonly id: string;
  /** Number of this session in its client, counted from 1. */
  readonly epoch: number;
  /** The negotiated session timeout, in milliseconds. */
  readonly timeoutMs: number;
  /** Aborts when the session has ended, with the typed error as reason. */
  readonly lost: AbortSignal;
  /**
   * Until when the servers cannot have expired the session, on the clock of `performance.now()`; 0 when there is no such
   * time any more. It moves on with every write and `sync` that is answered.
   */
  readonly validUntil: number;
}
