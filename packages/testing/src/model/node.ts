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
  children: ReadonlySet<string>;
}

/** Most znodes never have a child, and a set of their own would be the largest part of them. */
const NO_CHILDREN: ReadonlySet<string> = new Set();

export function newNode(given: Pick<Node, "data" | "acl" | "owner">, zxid: bigint, timeMs: number): Node {
  return {
    data: given.data,
    acl: given.acl,
    czxid: zxid,
    mzxid: zxid,
    pzxid: zxid,
    ctimeMs: timeMs,
    mtimeMs: timeMs,
    version: 0,
    aversion: 0,
    creations: 0,
    owner: given.owner,
    children: NO_CHILDREN,
  };
}

export function addChild(node: Node, name: string): void {
  if (node.children === NO_CHILDREN) node.children = new Set();
  (node.children as Set<string>).add(name);
}

export function removeChild(node: Node, name: string): void {
  if (node.children !== NO_CHILDREN) (node.children as Set<string>).delete(name);
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
