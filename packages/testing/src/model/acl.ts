import { createHash } from "node:crypto";
import type { Acl } from "@zookit/core";
import { Code, Refusal } from "./code.js";
import { isAddressPattern, matchesAddress } from "./ip-pattern.js";
import type { Identity } from "./request.js";

/** ZooKeeper's permission bits. */
export const Permission = { read: 1, write: 2, create: 4, delete: 8, admin: 16 } as const;

/** The identity that credentials of scheme `digest` prove; `undefined` for any other scheme. */
export function authenticate(scheme: string, credentials: Buffer): Identity | undefined {
  if (scheme !== "digest") return undefined;
  const text = credentials.toString("utf8");
  const [user = ""] = text.split(":", 1);
  return { scheme, id: `${user}:${createHash("sha1").update(text, "utf8").digest("base64")}` };
}

/** Refuses with `NoAuth` unless some entry gives one of the identities one of the permissions. */
export function checkPermission(acl: readonly Acl[], permissions: number, identities: readonly Identity[]): void {
  if (!isPermitted(acl, permissions, identities)) throw new Refusal(Code.noAuth);
}

export function isPermitted(acl: readonly Acl[], permissions: number, identities: readonly Identity[]): boolean {
  return acl.some(
    (entry) =>
      (entry.permissions & permissions) !== 0 &&
      ((entry.scheme === "world" && entry.id === "anyone") ||
        identities.some((identity) => identity.scheme === entry.scheme && isMatch(identity, entry.id))),
  );
}

function isMatch(identity: Identity, pattern: string): boolean {
  return identity.scheme === "ip" ? matchesAddress(identity.id, pattern) : identity.id === pattern;
}

/**
 * The list that is stored for a list that was asked for: each entry once, and `auth` replaced by whatever the client has
 * authenticated as. @see ZooKeeper's PrepRequestProcessor.fixupACL
 */
export function resolveAcl(acl: readonly Acl[], identities: readonly Identity[]): readonly Acl[] {
  const unique = acl.filter((entry, index) => acl.findIndex((other) => isSame(entry, other)) === index);
  if (unique.length === 0) throw new Refusal(Code.invalidAcl);
  return unique.flatMap((entry) => resolveEntry(entry, identities));
}

function resolveEntry(entry: Acl, identities: readonly Identity[]): readonly Acl[] {
  const { scheme, id, permissions } = entry;
  if (scheme === "auth") {
    const proven = identities.filter((identity) => identity.scheme !== "ip");
    if (proven.length === 0) throw new Refusal(Code.invalidAcl);
    return proven.map((identity) => ({ ...identity, permissions }));
  }
  const isValid =
    (scheme === "world" && id === "anyone") ||
    (scheme === "digest" && isDigestId(id)) ||
    (scheme === "ip" && isAddressPattern(id));
  if (!isValid) throw new Refusal(Code.invalidAcl);
  return [entry];
}

/** Java's split drops empty parts at the end. */
function isDigestId(id: string): boolean {
  return id.replace(/:+$/, "").split(":").length === 2;
}

function isSame(a: Acl, b: Acl): boolean {
  return a.scheme === b.scheme && a.id === b.id && a.permissions === b.permissions;
}

/** What somebody without the admin permission sees of an ACL: who, but not the hash of the password. */
export function withoutDigests(acl: readonly Acl[]): readonly Acl[] {
  return acl.map((entry) => (entry.scheme === "digest" ? { ...entry, id: entry.id.replace(/:.*/g, ":x") } : entry));
}
