/** What goes before the bodies. @see ZooKeeper's `zookeeper.jute`, module `proto` */
import { int, long, record, type ValueOf } from "./jute.js";

/** Before every request but the handshake. */
export const RequestHeader = record({
  /** Comes back in the reply. Chosen by the client; see `SPECIAL_XIDS`. */
  xid: int,
  /** One of `OP_CODES`. */
  type: int,
});
export type RequestHeader = ValueOf<typeof RequestHeader>;

/** Before every reply and event but the handshake's. A body follows only if `err` is 0. */
export const ReplyHeader = record({
  xid: int,
  /** The last transaction that the server has applied; -1 with an event. */
  zxid: long,
  err: int,
});
export type ReplyHeader = ValueOf<typeof ReplyHeader>;
