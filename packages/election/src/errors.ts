import { ZookitError } from "@zookit/core";

/**
 * The leadership has ended: its session ended, its znode was deleted by somebody else, or it was resigned. `cause` is why.
 */
export class LeadershipLostError extends ZookitError {
  readonly code = "leadership-lost";
}
