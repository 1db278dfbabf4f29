/** What the model is asked, and what it answers. Names are those of the transport port where it has the same request. */
import type { Acl, CreateMode } from "@zookit/core";

/** Who a connection has proven to be. Every connection is at least `ip` and its address. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

export interface Create {
  readonly type: "create";
  readonly path: string;
  /** No data at all is not the same as no bytes: it is stored, and read, as such. */
  readonly data: Buffer | null;
  readonly acl: readonly Acl[];
  readonly mode: CreateMode;
  /** Makes a persistent mode a TTL mode. */
  readonly ttlMs?: number | undefined;
}

/** A write of one znode, alone or within a multi. */
export type SingleWrite =
  | Create
  | { readonly type: "delete"; readonly path: string; readonly version: number }
  | { readonly type: "set"; readonly path: string; readonly data: Buffer | null; readonly version: number }
  | { readonly type: "setAcl"; readonly path: string; readonly acl: readonly Acl[]; readonly version: number }
  | { readonly type: "check"; readonly path: string; readonly version: number };

/** What goes through the leader, gets a zxid, and is executed by every server in the same order. */
export type Write =
  | SingleWrite
  | { readonly type: "multi"; readonly operations: readonly SingleWrite[] }
  | { readonly type: "openSession"; readonly timeoutMs: number }
  | { readonly type: "closeSession" }
  /** Deletes a container or TTL znode that was found due; what the leader's container manager sends. */
  | { readonly type: "reap"; readonly path: string };

/** One committed transaction: a write with everything that its execution depends on. Refused writes are entries too. */
export interface LogEntry {
  readonly zxid: bigint;
  readonly timeMs: number;
  readonly session: bigint;
  readonly identities: readonly Identity[];
  readonly write: Write;
}

/** A znode's metadata as ZooKeeper sends it; compare `Stat` of `@zookit/core`. */
export interface NodeStat {
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly pzxid: bigint;
  readonly ctimeMs: number;
  readonly mtimeMs: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  /** The owning session of an ephemeral znode, 0 of any other. */
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
}

export interface WriteResult {
  readonly code: number;
  /** Of a create: the path with its sequence number. */
  readonly path?: string;
  /** Of a create, set and setAcl. */
  readonly stat?: NodeStat;
  /** Of a multi: one for each operation. If any was refused, none was applied. */
  readonly results?: readonly WriteResult[];
}

/** What a server answers by itself. */
export type Read =
  | { readonly type: "exists"; readonly path: string }
  | { readonly type: "get"; readonly path: string }
  | { readonly type: "children"; readonly path: string }
  | { readonly type: "getAcl"; readonly path: string }
  /** How many znodes there are below a path (`getAllChildrenNumber`). */
  | { readonly type: "countBelow"; readonly path: string };

export interface ReadResult {
  readonly code: number;
  readonly stat?: NodeStat;
  readonly data?: Buffer | null;
  readonly children?: readonly string[];
  readonly acl?: readonly Acl[];
  readonly count?: number;
}

/** A change of the tree, as watches are told of it. */
export interface Change {
  readonly type: "created" | "deleted" | "changed" | "child";
  readonly path: string;
}

/** A change, and the ACL that says who may be told of it: whoever may read the znode. */
export interface GuardedChange {
  readonly change: Change;
  readonly acl: readonly Acl[];
}
