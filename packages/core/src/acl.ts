import { createHash } from "node:crypto";
import { InvalidArgumentError } from "./errors.js";
import { describe } from "./znode.js";

/** ZooKeeper's permission bits, to be combined with `|`. */
export const Permission = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const;

/** One entry of an access control list: who (`scheme` and `id`) may do what (`permissions`, bits of {@link Permission}). */
export interface Acl {
  readonly scheme: string;
  readonly id: string;
  readonly permissions: number;
}

/** Credentials that a client presents, for scheme `digest` in the form `user:password`. */
export interface Auth {
  readonly scheme: string;
  readonly credentials: string;
}

/** Everyone may do everything: what a znode has when no ACL is given. */
export const OPEN_ACL: readonly Acl[] = [{ scheme: "world", id: "anyone", permissions: Permission.all }];

/** Everyone may read, nobody may change. */
export const READ_ACL: readonly Acl[] = [{ scheme: "world", id: "anyone", permissions: Permission.read }];

/** Everything to whoever the creating client has authenticated as. */
export const CREATOR_ALL_ACL: readonly Acl[] = [{ scheme: "auth", id: "", permissions: Permission.all }];

/**
 * An ACL entry for a user of scheme `digest`; only the hash of the password travels in it.
 *
 * @throws {InvalidArgumentError} no strings, a user that is empty or contains a colon, or bits out of range.
 */
export function digestAcl(user: string, password: string, permissions: number = Permission.all): Acl {
  if (typeof user !== "string" || user === "" || user.includes(":") || typeof password !== "string") {
    throw new InvalidArgumentError("digestAcl needs a user without a colon, and a password, both strings");
  }
  checkPermissions(permissions);
  const hash = createHash("sha1").update(`${user}:${password}`, "utf8").digest("base64");
  return { scheme: "digest", id: `${user}:${hash}`, permissions };
}

/** @throws {InvalidArgumentError} not a non-empty array of entries with strings and bits 1 to 31. */
export function checkAcl(acl: unknown, path?: string): readonly Acl[] {
  if (!Array.isArray(acl) || acl.length === 0) {
    throw new InvalidArgumentError("acl must be a non-empty array of entries", { path });
  }
  for (const entry of acl as unknown[]) {
    const { scheme, id, permissions } = (entry ?? {}) as Partial<Acl>;
    if (typeof scheme !== "string" || scheme === "" || typeof id !== "string") {
      throw new InvalidArgumentError("an acl entry needs the strings scheme and id", { path });
    }
    checkPermissions(permissions, path);
  }
  return acl as readonly Acl[];
}

/** @throws {InvalidArgumentError} not credentials, or a list of them. */
export function checkAuth(auth: unknown): readonly Auth[] {
  if (auth === undefined) return [];
  const list: unknown[] = Array.isArray(auth) ? auth : [auth];
  for (const entry of list) {
    const { scheme, credentials } = (entry ?? {}) as Partial<Auth>;
    if (typeof scheme !== "string" || scheme === "" || typeof credentials !== "string") {
      throw new InvalidArgumentError(`auth must be { scheme, credentials } or a list of them, not ${describe(auth)}`);
    }
  }
  return list as readonly Auth[];
}

function checkPermissions(permissions: unknown, path?: string): void {
  if (!Number.isInteger(permissions) || (permissions as number) < 1 || (permissions as number) > Permission.all) {
    throw new InvalidArgumentError("permissions must be bits of Permission, 1 to 31", { path });
  }
}
