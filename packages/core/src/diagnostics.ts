/**
 * Instrumentation on `node:diagnostics_channel`. Tracing and metrics subscribe by channel name; without a subscriber
 * nothing is built and nothing is published.
 *
 * - `zookit:state`: {@link StateMessage}, when a client changes state.
 * - `zookit:operation`: {@link OperationMessage}, when a request has been answered or has failed.
 * - `zookit:retry`: {@link RetryMessage}, before an operation is tried again.
 */
import { channel } from "node:diagnostics_channel";
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

const channels = {
  state: channel("zookit:state"),
  operation: channel("zookit:operation"),
  retry: channel("zookit:retry"),
};

interface Messages {
  state: StateMessage;
  operation: OperationMessage;
  retry: RetryMessage;
}

/** Publishes what `message` returns, if anybody listens. */
export function publish<Name extends keyof Messages>(name: Name, message: () => Messages[Name]): void {
  const target = channels[name];
  if (target.hasSubscribers) target.publish(message());
}
