import type { Acl } from "@zookit/core";
import { NO_OWNER, ownership } from "./owner.js";
import type { NodeStat } from "./request.js";

/** One znode of a {@link DataTree}, which alone changes it. */
export interface Node {
  data: Buffer | null;
  acl: readonly Acl[];
  readonly czxid: bigint;
  mzxid: bigint;
  pzxid: bigint;
  readonly ctimeMs: number;
  mtimeMs: number;
  version: number;
  aversion: number;
  /** The server's own count of creations below it, an int32, from which sequence numbers and `cversion` follow. */
  creations: number;
  readonly owner: bigint;
  readonly children: Set<string>;
}

export function newNode(given: Pick<Node, "data" | "acl" | "owner">, zxid: bigint, timeMs: number): Node {
  return {
    ...given,
    czxid: zxid,
    mzxid: zxid,
    pzxid: zxid,
    ctimeMs: timeMs,
    mtimeMs: timeMs,
    version: 0,
    aversion: 0,
    creations: 0,
    children: new Set(),
  };
}

/**
 * What clients see: containers and TTL znodes as if they were persistent, and a `cversion` that counts deletions too,
 * without the server storing their number. @see DataNode.copyStat
 */
export function statOf(node: Node): NodeStat {
  const { czxid, mzxid, pzxid, ctimeMs, mtimeMs, version, aversion } = node;
  const numChildren = node.children.size;
  return {
    czxid,
    mzxid,
    pzxid,
    ctimeMs,
    mtimeMs,
    version,
    cversion: (2 * node.creations - numChildren) | 0,
    aversion,
    ephemeralOwner: ownership(node.owner).kind === "session" ? node.owner : NO_OWNER,
    dataLength: node.data?.length ?? 0,
    numChildren,
  };
}
