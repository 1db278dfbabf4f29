import { publisher } from "@zookit/core/recipe";

/** `zookit:leadership`: when a leadership begins, and when it ends and how. */
export interface LeadershipMessage {
  /** The election's path, as it was given: without the chroot. */
  readonly path: string;
  readonly identifier: string;
  readonly fencingToken: bigint;
  readonly change: "elected" | "resigned" | "lost";
}

export const publishLeadership = publisher<LeadershipMessage>("leadership");
