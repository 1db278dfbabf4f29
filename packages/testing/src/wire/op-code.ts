/**
 * The operations of ZooKeeper's protocol, and the request ids that are none.
 *
 * @see ZooKeeper's class `ZooDefs.OpCode`
 */
export const OP_CODES = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getACL: 6,
  setACL: 7,
  getChildren: 8,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  createContainer: 19,
  /** The server asks this of itself. */
  deleteContainer: 20,
  createTTL: 21,
  multiRead: 22,
  auth: 100,
  setWatches: 101,
  sasl: 102,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  setWatches2: 105,
  addWatch: 106,
  /** The server's own name for a handshake, which has no header on the wire. */
  createSession: -10,
  closeSession: -11,
} as const;

/** An operation by name. */
export type OpName = keyof typeof OP_CODES;

const names = new Map<number, OpName>(
  Object.entries(OP_CODES).map(([name, code]): [number, OpName] => [code, name as OpName]),
);

/** The name of an operation, or undefined for one that this package does not know. */
export function opName(code: number): OpName | undefined {
  return names.get(code);
}

/** Ids that stand for kinds of packets rather than for one request. */
export const SPECIAL_XIDS = {
  /** A watch event, which answers no request. */
  event: -1,
  ping: -2,
  auth: -4,
  /** The watches that a client sets again after a reconnect: `setWatches` and `setWatches2`. */
  setWatches: -8,
} as const;
