/** Leader election on ZooKeeper, with terms that serve as fencing tokens, and an AbortSignal for the loss of leadership. */
export type { LockDialect } from "@zookit/core/recipe";
export type { LeadershipMessage } from "./diagnostics.js";
export { Election, type ElectionContender, type ElectionOptions, type RunOptions } from "./election.js";
export { LeadershipLostError } from "./errors.js";
export type { Leader } from "./leader.js";
export { Leadership } from "./leadership.js";
