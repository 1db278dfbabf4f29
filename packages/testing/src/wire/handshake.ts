/** The first frame in each direction of a connection. @see ZooKeeper's `zookeeper.jute`, module `proto` */
import { bool, buffer, int, long, record, trailing, type ValueOf } from "./jute.js";

/** Opens a session, or takes one over by its id and password. Has no header. */
export const ConnectRequest = record({
  protocolVersion: int,
  /** The highest zxid that the client has seen; a server that is behind it refuses the client. */
  lastZxidSeen: long,
  /** In milliseconds. */
  timeOut: int,
  /** 0 for a new session. */
  sessionId: long,
  passwd: buffer,
  /** Whether a server without a quorum will do. Clients before 3.4 leave it out, and must not be sent it. */
  readOnly: trailing(bool),
});
export type ConnectRequest = ValueOf<typeof ConnectRequest>;

/** Answers the handshake. Of a session that has ended: timeout 0, id 0, a password of zeros. */
export const ConnectResponse = record({
  protocolVersion: int,
  /** What the server grants, in milliseconds. */
  timeOut: int,
  sessionId: long,
  passwd: buffer,
  /** To be sent if the request had it. */
  readOnly: trailing(bool),
});
export type ConnectResponse = ValueOf<typeof ConnectResponse>;

/** How long a session's password is, in bytes. */
export const PASSWORD_LENGTH = 16;
