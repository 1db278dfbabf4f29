/** ZooKeeper's data tree, watches and sessions as a model: pure and synchronous; time and requests are given to it. */
export { authenticate } from "./acl.js";
export { Code } from "./code.js";
export { Leader } from "./leader.js";
export { type Notification, Replica, type WatchesToSet } from "./replica.js";
export type {
  Change,
  Create,
  Identity,
  LogEntry,
  NodeStat,
  Read,
  ReadResult,
  SingleWrite,
  Write,
  WriteResult,
} from "./request.js";
export type { SessionGrant } from "./sessions.js";
export type { WatchKind } from "./watches.js";
