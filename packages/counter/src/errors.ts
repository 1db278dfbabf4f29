import { ZookitError } from "@zookit/core";

/** The znode holds something that is no counter of this encoding. Nothing was changed. */
export class UnreadableCounterError extends ZookitError {
  readonly code = "unreadable-counter";
}

/** The result would be beyond what the encoding, or a JavaScript number, can hold exactly. Nothing was changed. */
export class CounterOverflowError extends ZookitError {
  readonly code = "counter-overflow";
}
