/** What ZooKeeper keeps as a znode's owner: a session, or that the znode is a container, or its time to live. */
import { Code, Refusal } from "./code.js";
import type { Create } from "./request.js";

/** A signed number of 64 bits, as sessions are. */
const CONTAINER = BigInt.asIntN(64, 0x8000_0000_0000_0000n);
const TTL_MARK = BigInt.asIntN(64, 0xff00_0000_0000_0000n);
const LONGEST_TTL_MS = 0xff_ffff_ffffn;

export const NO_OWNER = 0n;

/** @see ZooKeeper's EphemeralType */
export type Ownership =
  | { readonly kind: "none" | "session" | "container" }
  | { readonly kind: "ttl"; readonly ttlMs: number };

const NONE: Ownership = { kind: "none" };
const SESSION: Ownership = { kind: "session" };

export function ownership(owner: bigint): Ownership {
  if (owner === NO_OWNER) return NONE;
  if (owner === CONTAINER) return { kind: "container" };
  if ((owner & TTL_MARK) === TTL_MARK) return { kind: "ttl", ttlMs: Number(owner & LONGEST_TTL_MS) };
  return SESSION;
}

export function ownerOf({ mode, ttlMs }: Create, session: bigint): bigint {
  if (mode === "container") return CONTAINER;
  if (mode.startsWith("ephemeral")) return session;
  if (ttlMs === undefined) return NO_OWNER;
  if (ttlMs <= 0 || BigInt(ttlMs) > LONGEST_TTL_MS) throw new Refusal(Code.badArguments);
  return TTL_MARK | BigInt(ttlMs);
}
