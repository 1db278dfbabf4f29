/** Between the terms of the model and those of the transport port. */
import type { Acl, OperationName, Operations, Reply, Stat } from "@zookit/core";
import type { NodeStat, Read, ReadResult, Write, WriteResult } from "../model/index.js";

const OPEN_ACL: readonly Acl[] = [{ scheme: "world", id: "anyone", permissions: 31 }];

/** Any request of the port, with its name. */
export type PortRequest = {
  readonly [Name in OperationName]: { readonly operation: Name; readonly request: Operations[Name]["request"] };
}[OperationName];

/** How the ensemble serves a request: through the leader, by the server itself, or by catching up with the leader. */
export type Task =
  | { readonly kind: "write"; readonly write: Write }
  | { readonly kind: "read"; readonly read: Read; readonly watch: boolean }
  | { readonly kind: "sync" };

export function taskOf({ operation, request }: PortRequest): Task {
  switch (operation) {
    case "create":
      return { kind: "write", write: { ...request, type: "create", acl: request.acl ?? OPEN_ACL } };
    case "delete":
      return { kind: "write", write: { ...request, type: "delete" } };
    case "set":
      return { kind: "write", write: { ...request, type: "set" } };
    case "setAcl":
      return { kind: "write", write: { ...request, type: "setAcl" } };
    case "sync":
      return { kind: "sync" };
    default:
      return { kind: "read", read: { type: operation, path: request.path }, watch: request.watch };
  }
}

/** The reply that the port wants for the model's result. */
export function replyTo(operation: OperationName, result: WriteResult & ReadResult): Reply<unknown> {
  const { code } = result;
  if (code !== 0) return { code, sent: true };
  const stat = result.stat && statOf(result.stat);
  switch (operation) {
    case "create":
      return { code, value: result.path };
    case "set":
    case "exists":
      return { code, value: stat };
    case "get":
      return { code, value: { data: result.data, stat } };
    case "children":
      // ZooKeeper promises no order, and whoever relies on that of creation is to find out.
      return { code, value: { children: [...(result.children ?? [])].reverse(), stat } };
    default:
      return { code, value: undefined };
  }
}

export function sessionName(id: bigint): string {
  return `0x${id.toString(16)}`;
}

function statOf(stat: NodeStat): Stat {
  return {
    czxid: stat.czxid,
    mzxid: stat.mzxid,
    pzxid: stat.pzxid,
    ctime: new Date(stat.ctimeMs),
    mtime: new Date(stat.mtimeMs),
    version: stat.version,
    cversion: stat.cversion,
    aversion: stat.aversion,
    ephemeralOwner: stat.ephemeralOwner === 0n ? undefined : sessionName(stat.ephemeralOwner),
    dataLength: stat.dataLength,
    numChildren: stat.numChildren,
  };
}
