/** What the model answers, as clients are sent it. */
import type { Acl } from "@zookit/core";
import type { Change, NodeStat, WriteResult } from "../model/index.js";
import {
  type ACL,
  EVENT_TYPES,
  type MultiOperation,
  type MultiResult,
  type Stat,
  SYNC_CONNECTED,
  type WatcherEvent,
} from "../wire/index.js";

const EVENT_TYPE_OF: Readonly<Record<Change["type"], number>> = {
  created: EVENT_TYPES.nodeCreated,
  deleted: EVENT_TYPES.nodeDeleted,
  changed: EVENT_TYPES.nodeDataChanged,
  child: EVENT_TYPES.nodeChildrenChanged,
};

export function fromChange({ type, path }: Change): WatcherEvent {
  return { type: EVENT_TYPE_OF[type], state: SYNC_CONNECTED, path };
}

export function fromStat({ ctimeMs, mtimeMs, ...rest }: NodeStat): Stat {
  return { ...rest, ctime: BigInt(ctimeMs), mtime: BigInt(mtimeMs) };
}

export function fromAcl(acl: readonly Acl[]): readonly ACL[] {
  return acl.map(({ scheme, id, permissions }) => ({ perms: permissions, id: { scheme, id } }));
}

/** One result of a multi, which has the shape that its operation has alone. */
export function fromMultiResult(
  { op }: MultiOperation,
  { code, path, stat }: WriteResult,
  failed: boolean,
): MultiResult {
  if (failed) return { op: "error", err: code };
  // Within a multi ZooKeeper 3.8 takes the one for the other, and answers the others as `create2`.
  if (op === "create" || op === "create2") return { op: "create", body: { path: path ?? "" } };
  if (op === "delete" || op === "check") return { op, body: {} };
  if (stat === undefined || op === "getChildren" || op === "getData") throw new TypeError(`a ${op} without its Stat`);
  if (op === "setData") return { op, body: { stat: fromStat(stat) } };
  return { op: "create2", body: { path: path ?? "", stat: fromStat(stat) } };
}
