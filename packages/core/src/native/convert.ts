import type { Acl } from "../acl.js";
import type { CreateMode, Stat } from "../znode.js";
import type { NativeStat } from "./binding.js";

const FLAGS: Readonly<Record<CreateMode, number>> = {
  persistent: 0,
  ephemeral: 1,
  "persistent-sequential": 2,
  "ephemeral-sequential": 3,
  container: 4,
};

const TTL_FLAGS: Readonly<Partial<Record<CreateMode, number>>> = {
  persistent: 5,
  "persistent-sequential": 6,
};

export function createFlags(mode: CreateMode, isTtl: boolean): number {
  return (isTtl ? TTL_FLAGS[mode] : undefined) ?? FLAGS[mode];
}

export function sessionId(hex: string): string {
  return `0x${hex}`;
}

/** zxids arrive as doubles: exact below 2^53, that is for the first two million leader epochs (N25). */
export function stat(native: NativeStat): Stat {
  return {
    czxid: BigInt(native.czxid),
    mzxid: BigInt(native.mzxid),
    pzxid: BigInt(native.pzxid),
    ctime: native.ctime,
    mtime: native.mtime,
    version: native.version,
    cversion: native.cversion,
    aversion: native.aversion,
    ephemeralOwner: native.ephemeralOwner === "0" ? undefined : sessionId(native.ephemeralOwner),
    dataLength: native.dataLength,
    numChildren: native.numChildren,
  };
}

/** The C++ object wants `perm` where the wrapper around it says `perms`. */
export function nativeAcl(entries: readonly Acl[]): object[] {
  return entries.map(({ scheme, id, permissions }) => ({ scheme, auth: id, perm: permissions }));
}
