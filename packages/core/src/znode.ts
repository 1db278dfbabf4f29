import { InvalidArgumentError } from "./errors.js";

/** ZooKeeper's create modes. A persistent znode created with `ttlMs` is a TTL znode. */
export type CreateMode = "persistent" | "persistent-sequential" | "ephemeral" | "ephemeral-sequential" | "container";

export const CREATE_MODES: readonly CreateMode[] = [
  "persistent",
  "persistent-sequential",
  "ephemeral",
  "ephemeral-sequential",
  "container",
];

/** A znode's metadata, with ZooKeeper's names. zxids are bigints: they are 64 bits wide. */
export interface Stat {
  /** zxid of the transaction that created the znode. */
  readonly czxid: bigint;
  /** zxid of the last change of its data. */
  readonly mzxid: bigint;
  /** zxid of the last creation or deletion of a child. */
  readonly pzxid: bigint;
  readonly ctime: Date;
  readonly mtime: Date;
  /** Number of changes of the data, a wrapping int32. */
  readonly version: number;
  /** Number of creations and deletions of children, a wrapping int32. */
  readonly cversion: number;
  /** Number of changes of the ACL, a wrapping int32. */
  readonly aversion: number;
  /** Id of the owning session for an ephemeral znode, as in {@link Session.id}. */
  readonly ephemeralOwner: string | undefined;
  readonly dataLength: number;
  readonly numChildren: number;
}

/** What a znode's data can be given as. Strings are stored as UTF-8. */
export type Data = string | Uint8Array;

/** Converts data for the wire, refusing what UTF-8 cannot carry. */
export function toBuffer(data: unknown, path: string): Buffer {
  if (data === undefined) return Buffer.alloc(0);
  if (typeof data === "string") {
    // A lone surrogate would silently be stored as U+FFFD (H84).
    if (!data.isWellFormed()) throw new InvalidArgumentError("data contains a lone surrogate", { path });
    return Buffer.from(data, "utf8");
  }
  if (data instanceof Uint8Array) {
    // A copy: the caller may change its bytes while the request waits for a connection or is repeated.
    return Buffer.from(data);
  }
  throw new InvalidArgumentError(`data must be a string or a Uint8Array, not ${describe(data)}`, { path });
}

/** Names a value's type for an error message without printing the value: it may be secret or huge. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : typeof value;
}
