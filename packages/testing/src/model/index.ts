/** ZooKeeper's data tree, watches and sessions as a model: pure and synchronous; time and requests are given to it. */
export { authenticate } from "./acl.js";
export { Code } from "./code.js";
export { Leader } from "./leader.js";
export { type Notification, Replica, type WatchesToSet, type Watching } from "./replica.js";
export type {
  Change,
  Create,
  GuardedChange,
  Identity,
  LogEntry,
  NodeStat,
  Read,
  ReadResult,
  SingleWrite,
  Write,
  WriteResult,
} from "./request.js";
export type { SessionGrant, SessionLimits } from "./sessions.js";
export type { TreeOptions } from "./transaction.js";
export { DataTree } from "./tree.js";
export type { WatchKind } from "./watches.js";
