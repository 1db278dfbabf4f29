/** `zookit:leadership` on `node:diagnostics_channel`: {@link LeadershipMessage}, when a leadership begins and when it ends. */
import { channel } from "node:diagnostics_channel";

export interface LeadershipMessage {
  /** The election's path. */
  readonly path: string;
  readonly identifier: string;
  readonly fencingToken: bigint;
  readonly change: "elected" | "resigned" | "lost";
}

const leaderships = channel("zookit:leadership");

/** Publishes what `message` returns, if anybody listens. */
export function publishLeadership(message: () => LeadershipMessage): void {
  if (leaderships.hasSubscribers) leaderships.publish(message());
}
