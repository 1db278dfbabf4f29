import { ZookitError } from "@zookit/core";

/**
 * This participant was counted, or may have been, and is not any more: its session ended, or somebody deleted its
 * znode. The others may have entered, and left, without it.
 */
export class BrokenBarrierError extends ZookitError {
  readonly code = "broken-barrier";
}

/** Participants disagree on how many there are. Nothing was changed. */
export class BarrierMismatchError extends ZookitError {
  readonly code = "barrier-mismatch";
}

/** Entering without having left, or leaving without having entered. One object is one participant. Nothing was changed. */
export class BarrierStateError extends ZookitError {
  readonly code = "barrier-state";
}

/** The znode holds something that is no barrier of this dialect. Nothing was changed. */
export class UnreadableBarrierError extends ZookitError {
  readonly code = "unreadable-barrier";
}
