import {
  BadVersionError,
  type ErrorDetails,
  InvalidAclError,
  InvalidArgumentError,
  NoAuthError,
  NoChildrenForEphemeralsError,
  NodeExistsError,
  NoNodeError,
  NotEmptyError,
  UnexpectedError,
  UnimplementedError,
  type ZookitError,
} from "./errors.js";

/** ZooKeeper's result codes, as the protocol and the C client number them. */
export const Code = {
  systemError: -1,
  runtimeInconsistency: -2,
  dataInconsistency: -3,
  connectionLoss: -4,
  marshallingError: -5,
  unimplemented: -6,
  operationTimeout: -7,
  badArguments: -8,
  invalidState: -9,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  noChildrenForEphemerals: -108,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  invalidAcl: -114,
  authFailed: -115,
  closing: -116,
  sessionMoved: -118,
} as const;

// Codes that tell that no answer came, or that the server no longer serves this session on this connection.
const LOSSES = new Set<number>([
  Code.systemError,
  Code.runtimeInconsistency,
  Code.dataInconsistency,
  Code.connectionLoss,
  Code.marshallingError,
  Code.operationTimeout,
  Code.invalidState,
  Code.sessionExpired,
  Code.authFailed,
  Code.closing,
  Code.sessionMoved,
]);

/** Whether the request was lost rather than answered: nothing is known about it. */
export function isLoss(code: number): boolean {
  return LOSSES.has(code);
}

/** Whether a server that serves the session has answered: only then is the session known to live. */
export function isAnswer(code: number): boolean {
  return code === 0 || code === Code.unimplemented || (code <= -100 && !isLoss(code));
}

const ERRORS = new Map<number, new (message: string, details: ErrorDetails) => ZookitError>([
  [Code.unimplemented, UnimplementedError],
  [Code.badArguments, InvalidArgumentError],
  [Code.noNode, NoNodeError],
  [Code.noAuth, NoAuthError],
  [Code.badVersion, BadVersionError],
  [Code.noChildrenForEphemerals, NoChildrenForEphemeralsError],
  [Code.nodeExists, NodeExistsError],
  [Code.notEmpty, NotEmptyError],
  [Code.invalidAcl, InvalidAclError],
]);

/** The error for an answered request. */
export function errorForAnswer(code: number, operation: string, path: string): ZookitError {
  const known = ERRORS.get(code);
  if (known === undefined) return new UnexpectedError(`${operation} ${path}: ZooKeeper answered ${code}`, { path });
  return new known(`${operation} ${path}: ${textFor(code, operation)}`, { path });
}

function textFor(code: number, operation: string): string {
  if (code === Code.noNode && operation === "create") return "its parent does not exist (parents: true makes it)";
  if (code === Code.unimplemented) return "the servers do not support it (TTL znodes need extendedTypesEnabled)";
  return TEXTS.get(code) ?? `ZooKeeper answered ${code}`;
}

const TEXTS: ReadonlyMap<number, string> = new Map([
  [Code.badArguments, "ZooKeeper refuses the arguments"],
  [Code.noNode, "there is no such znode"],
  [Code.noAuth, "the access control list does not permit it"],
  [Code.badVersion, "the version is another one by now"],
  [Code.noChildrenForEphemerals, "an ephemeral znode cannot have children"],
  [Code.nodeExists, "it exists already"],
  [Code.notEmpty, "it has children"],
  [Code.invalidAcl, "ZooKeeper refuses the access control list"],
]);
