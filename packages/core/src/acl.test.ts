import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CREATOR_ALL_ACL, checkAcl, checkAuth, digestAcl, OPEN_ACL, Permission, READ_ACL } from "./acl.js";
import { InvalidArgumentError } from "./errors.js";

describe("digestAcl", () => {
  it("hashes as ZooKeeper's DigestAuthenticationProvider does: user:base64(sha1(user:password))", () => {
    // The superDigest that ZooKeeper's own documentation and tests use for super:test.
    expect(digestAcl("super", "test")).toEqual({
      scheme: "digest",
      id: "super:D/InIHSb7yEEbrWz8b9l71RjZJU=",
      permissions: 31,
    });
  });

  it("hashes the UTF-8 of user and password", () => {
    const hash = createHash("sha1").update(Buffer.from("jürgen:pässwörd", "utf8")).digest("base64");
    expect(digestAcl("jürgen", "pässwörd", Permission.read).id).toBe(`jürgen:${hash}`);
  });

  it("does not let the password travel", () => {
    expect(JSON.stringify(digestAcl("u", "correct horse"))).not.toContain("correct horse");
  });
});

describe("Permission", () => {
  it("has ZooKeeper's bits, which all makes complete", () => {
    const { read, write, create, delete: remove, admin, all } = Permission;
    expect([read, write, create, remove, admin]).toEqual([1, 2, 4, 8, 16]);
    expect(read | write | create | remove | admin).toBe(all);
  });
});

describe("checkAcl", () => {
  it.each([
    ["open", OPEN_ACL],
    ["read only", READ_ACL],
    ["creator all", CREATOR_ALL_ACL],
    ["digest", [digestAcl("u", "p", Permission.read | Permission.write)]],
  ])("accepts %s", (_, acl) => {
    expect(checkAcl(acl)).toBe(acl);
  });

  const entry = { scheme: "world", id: "anyone", permissions: 31 };
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["an entry that is not in an array", entry],
    ["no entry", []],
    ["a hole", [null]],
    ["a text", "world:anyone"],
    ["an entry without a scheme", [{ ...entry, scheme: "" }]],
    ["an entry whose id is a number", [{ ...entry, id: 7 }]],
    ["no permission", [{ ...entry, permissions: 0 }]],
    ["unknown permissions", [{ ...entry, permissions: 32 }]],
    ["permissions that are not an integer", [{ ...entry, permissions: 1.5 }]],
    ["permissions that are NaN", [{ ...entry, permissions: Number.NaN }]],
    ["a good entry before a bad one", [entry, {}]],
  ])("refuses %s", (_, acl) => {
    expect(() => checkAcl(acl, "/a")).toThrow(expect.objectContaining({ code: "invalid-argument", path: "/a" }));
  });
});

describe("checkAuth", () => {
  it("takes one, a list, or nothing for a list", () => {
    const auth = { scheme: "digest", credentials: "u:p" };
    expect(checkAuth(undefined)).toEqual([]);
    expect(checkAuth(auth)).toEqual([auth]);
    expect(checkAuth([auth, auth])).toEqual([auth, auth]);
  });

  it.each([null, 7, "digest", {}, { scheme: "", credentials: "u:p" }, { scheme: "digest" }, [null]])(
    "refuses %j without printing it",
    (auth) => {
      expect(() => checkAuth(auth)).toThrow(InvalidArgumentError);
    },
  );

  it("never prints credentials", () => {
    const auth = { scheme: 1, credentials: "user:secret" };
    expect(() => checkAuth(auth)).toThrow(expect.objectContaining({ message: expect.not.stringContaining("secret") }));
  });
});
