/** Session-aware ZooKeeper client: what services use. Recipe authors find their tools in `@zookit/core/recipe`. */
export { type Acl, type Auth, CREATOR_ALL_ACL, digestAcl, OPEN_ACL, Permission, READ_ACL } from "./acl.js";
export { type ConnectOptions, connect } from "./connect.js";
export type { ObserveOptions, WaitOptions } from "./deadline.js";
export type { OperationMessage, RetryMessage, StateMessage } from "./diagnostics.js";
export {
  AuthFailedError,
  BadVersionError,
  ClosedError,
  ConnectionLossError,
  DataTooLargeError,
  type ErrorCode,
  InvalidAclError,
  InvalidArgumentError,
  NoAuthError,
  NoChildrenForEphemeralsError,
  NodeExistsError,
  NoNodeError,
  NotEmptyError,
  type Outcome,
  SessionLostError,
  TimeoutError,
  TooManyEphemeralsError,
  TransportUnavailableError,
  UnexpectedError,
  UnimplementedError,
  UnknownOutcomeError,
  ZookitError,
} from "./errors.js";
export type { HostAddress } from "./hosts.js";
export type { RetryOptions } from "./retry.js";
export type { Session } from "./session.js";
export type { ClientState } from "./state.js";
export type {
  OperationName,
  Operations,
  Reply,
  SessionRequest,
  Transport,
  TransportCapability,
  TransportEvents,
  TransportSession,
  WatchEvent,
} from "./transport.js";
export type { NodeData, UpdateFunction, UpdateOptions } from "./update.js";
export type { CreateMode, Data, Stat } from "./znode.js";
export type {
  CreateOptions,
  DeleteOptions,
  NodeChildren,
  SetOptions,
} from "./zookeeper.js";
export { ZooKeeper } from "./zookeeper.js";
