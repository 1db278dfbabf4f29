import { publisher } from "@zookit/core/recipe";

/** `zookit:membership`: when a membership of a party begins, is interrupted, goes on, and ends. */
export interface MembershipMessage {
  /** The party's path, as it was given: without the chroot. */
  readonly path: string;
  readonly identifier: string;
  /**
   * - `joined`: the others see the member, for the first time or again.
   * - `absent`: they do not; it is joining again.
   * - `left`: it has been told to leave.
   * - `lost`: it has ended for good without that.
   */
  readonly change: "joined" | "absent" | "left" | "lost";
}

export const publishMembership = publisher<MembershipMessage>("membership");
