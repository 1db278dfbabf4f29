/**
 * What the client publishes on `node:diagnostics_channel`; recipes publish more, each what it is about.
 *
 * - `zookit:state`: {@link StateMessage}, when a client changes state.
 * - `zookit:operation`: {@link OperationMessage}, when a request has been answered or has failed.
 * - `zookit:retry`: {@link RetryMessage}, before an operation is tried again.
 */
import { publisher } from "./publisher.js";
import type { ClientState } from "./state.js";
import type { OperationName } from "./transport.js";

export interface StateMessage {
  readonly state: ClientState;
  readonly previous: ClientState;
  /** Number of the session, counted from 1 in each client. */
  readonly epoch: number;
}

export interface OperationMessage {
  readonly operation: OperationName;
  /** The path as the server sees it, with the chroot. */
  readonly path: string;
  readonly sessionId: string;
  readonly durationMs: number;
  /** The error's code; undefined when it succeeded. */
  readonly error: string | undefined;
}

export interface RetryMessage {
  readonly what: string;
  readonly attempt: number;
  readonly error: Error;
}

/** `zookit:state` */
export const publishState = publisher<StateMessage>("state");
/** `zookit:operation` */
export const publishOperation = publisher<OperationMessage>("operation");
/** `zookit:retry` */
export const publishRetry = publisher<RetryMessage>("retry");
