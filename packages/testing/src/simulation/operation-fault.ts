import type { OperationName } from "@zookit/core";

/**
 * What happens to one request.
 *
 * - `lost`: it never arrives.
 * - `reply-lost`: it is served, but its reply does not arrive.
 * - `late`: the client gives the connection up before the request arrives; it is served after that.
 * - `delayed`: the reply arrives, but only after a third of the session timeout.
 * - `silence`: neither the reply nor anything else arrives on the connection any more.
 *
 * The first three cut the connection.
 */
export type FaultPoint = "lost" | "reply-lost" | "late" | "delayed" | "silence";

/**
 * What follows when the connection is cut.
 *
 * - `reconnect`: the client reaches another server, which is up to date.
 * - `lagging`: the server that it reaches has applied nothing since the request was sent, and applies what others write
 *   only when a write or a `sync` of its own client makes it, or half a session timeout later.
 * - `expiry`: its session has ended before it reaches any server.
 */
export type Consequence = "reconnect" | "lagging" | "expiry";

export interface OperationFault {
  readonly point: FaultPoint;
  readonly consequence: Consequence;
}

/** A request that a client sends to the simulated ensemble. */
export interface SentOperation {
  /** Counted over all clients, from 0. */
  readonly index: number;
  readonly operation: OperationName;
  readonly path: string;
  /** As in `zk.session.id`. */
  readonly session: string;
}

/** Chooses what happens to a request; `undefined`: it is served as usual. */
export type FaultPlan = (sent: SentOperation) => OperationFault | undefined;
