/**
 * What became of a write, as far as the client can know.
 *
 * - `not-applied`: it has not changed anything and never will.
 * - `unknown`: it may have been applied; the answer was lost with the connection, the session or the client.
 *
 * A write that was applied does not end in an error.
 */
export type Outcome = "not-applied" | "unknown";

/** One literal per class below, for callers that compare codes rather than classes. Recipes add their own. */
export type ErrorCode =
  | "auth-failed"
  | "bad-version"
  | "closed"
  | "connection-loss"
  | "data-too-large"
  | "invalid-acl"
  | "invalid-argument"
  | "no-auth"
  | "no-children-for-ephemerals"
  | "no-node"
  | "node-exists"
  | "not-empty"
  | "session-lost"
  | "timeout"
  | "too-many-ephemerals"
  | "transport-unavailable"
  | "unexpected"
  | "unimplemented"
  | "unknown-outcome";

/** Facts that any zookit error can carry. */
export interface ErrorDetails {
  /** The znode concerned, as the caller named it. */
  readonly path?: string | undefined;
  readonly cause?: unknown;
  readonly outcome?: Outcome | undefined;
}

/** Every error that zookit raises by itself; an abort rejects with the reason of the caller's own signal instead. */
export abstract class ZookitError extends Error {
  /** One literal per class: an {@link ErrorCode}, or a recipe's own. */
  abstract readonly code: string;
  /** The znode concerned, as the caller named it, where there is one. */
  readonly path: string | undefined;
  /** For a write: whether it may have been applied. `not-applied` for everything that is not a write. */
  readonly outcome: Outcome;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.path = details.path;
    this.outcome = details.outcome ?? "not-applied";
  }
}

/** An argument is of the wrong type, out of range or malformed. Nothing was sent. */
export class InvalidArgumentError extends ZookitError {
  readonly code = "invalid-argument";
}

/** The request would exceed what a server accepts in one packet (1 MiB − 1). Nothing was sent. */
export class DataTooLargeError extends ZookitError {
  readonly code = "data-too-large";
}

/**
 * The session has so many ephemeral znodes that its end, one transaction with all their paths, could stop the servers for good.
 * Nothing was sent. Use several clients.
 */
export class TooManyEphemeralsError extends ZookitError {
  readonly code = "too-many-ephemerals";
}

/** The transport could not be loaded: the native binding was not compiled, say. */
export class TransportUnavailableError extends ZookitError {
  readonly code = "transport-unavailable";
}

/** The znode, or the parent of a znode to be created, does not exist. */
export class NoNodeError extends ZookitError {
  readonly code = "no-node";
}

/** The znode exists already. */
export class NodeExistsError extends ZookitError {
  readonly code = "node-exists";
}

/** The znode's version is not the one that the write was conditional on. */
export class BadVersionError extends ZookitError {
  readonly code = "bad-version";
}

/** The znode has children and can therefore not be deleted. */
export class NotEmptyError extends ZookitError {
  readonly code = "not-empty";
}

/** An ephemeral znode cannot have children. */
export class NoChildrenForEphemeralsError extends ZookitError {
  readonly code = "no-children-for-ephemerals";
}

/** The ACL of the znode, or of its parent, does not permit the operation. */
export class NoAuthError extends ZookitError {
  readonly code = "no-auth";
}

/** The server refused an access control list. */
export class InvalidAclError extends ZookitError {
  readonly code = "invalid-acl";
}

/** The server refused the credentials given to `connect`. The client is closed: no retry can help. */
export class AuthFailedError extends ZookitError {
  readonly code = "auth-failed";
}

/** The server does not implement the operation, or is not configured for it (TTL znodes). */
export class UnimplementedError extends ZookitError {
  readonly code = "unimplemented";
}

/** The connection was lost. Look at {@link ZookitError.outcome} before repeating a write. */
export class ConnectionLossError extends ZookitError {
  readonly code = "connection-loss";
}

/**
 * The session has ended, at the server or by the client's own deadline. Its ephemeral znodes are gone, or go when the
 * servers expire it.
 */
export class SessionLostError extends ZookitError {
  readonly code = "session-lost";
}

/** The client was closed by its owner. */
export class ClosedError extends ZookitError {
  readonly code = "closed";
}

/** The total time given for something ran out. */
export class TimeoutError extends ZookitError {
  readonly code = "timeout";
}

/** A version-checked update lost its answer, and what is stored now cannot tell whether it was applied. */
export class UnknownOutcomeError extends ZookitError {
  readonly code = "unknown-outcome";
}

/** The server answered with a code that no class above stands for; `message` names it. */
export class UnexpectedError extends ZookitError {
  readonly code = "unexpected";
}

/** Whether the error says that the connection or the session went, as opposed to an answer. */
export function isLossError(error: unknown): error is ConnectionLossError | SessionLostError {
  return error instanceof ConnectionLossError || error instanceof SessionLostError;
}
