import { describe, expect, it } from "vitest";
import { authenticate, isPermitted, Permission, resolveAcl, withoutDigests } from "./acl.js";
import { Code, Refusal } from "./code.js";

const ALICE = { scheme: "digest", id: "alice:hash" };
const BOB = { scheme: "digest", id: "bob:hash" };
const LOCAL = { scheme: "ip", id: "127.0.0.1" };
const world = { scheme: "world", id: "anyone", permissions: 31 };

function codeOf(run: () => unknown): number {
  try {
    run();
    return Code.ok;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe("digest credentials", () => {
  it("prove the user's name with the hash of name and password", () => {
    expect(authenticate("digest", Buffer.from("alice:secret"))).toEqual({
      scheme: "digest",
      id: "alice:aYXlLOpEooaV1cRAvUL1fp9Qt7E=",
    });
  });

  it("may have colons in the password, or none at all", () => {
    expect(authenticate("digest", Buffer.from("alice:a:b"))?.id).toMatch(/^alice:[^:]+$/);
    expect(authenticate("digest", Buffer.from("alice"))?.id).toMatch(/^alice:[^:]+$/);
  });

  it("are the only ones that prove anything", () => {
    expect(authenticate("sasl", Buffer.from("alice"))).toBeUndefined();
  });
});

describe("a permission", () => {
  it("is given by any entry that has the bit and names the identity", () => {
    const acl = [
      { ...ALICE, permissions: Permission.read },
      { ...BOB, permissions: Permission.write },
    ];
    expect(isPermitted(acl, Permission.read, [LOCAL, ALICE])).toBe(true);
    expect(isPermitted(acl, Permission.write, [LOCAL, ALICE])).toBe(false);
    expect(isPermitted(acl, Permission.write, [LOCAL, ALICE, BOB])).toBe(true);
    expect(isPermitted(acl, Permission.write | Permission.read, [ALICE])).toBe(true);
    expect(isPermitted(acl, Permission.read, [])).toBe(false);
  });

  it("is given to everybody by world:anyone, and to addresses by a pattern", () => {
    expect(isPermitted([world], Permission.admin, [])).toBe(true);
    const local = [{ scheme: "ip", id: "127.0.0.0/8", permissions: Permission.read }];
    expect(isPermitted(local, Permission.read, [LOCAL])).toBe(true);
    expect(isPermitted(local, Permission.read, [{ scheme: "ip", id: "10.0.0.1" }])).toBe(false);
  });
});

describe("an ACL that is stored", () => {
  it("has each entry once, in the order in which they were given", () => {
    const alice = { ...ALICE, permissions: 1 };
    expect(resolveAcl([world, alice, world, { ...alice, permissions: 2 }], [])).toEqual([
      world,
      alice,
      { ...alice, permissions: 2 },
    ]);
  });

  it("has every identity that the client has proven in place of auth", () => {
    const auth = { scheme: "auth", id: "whatever", permissions: 3 };
    expect(resolveAcl([auth], [LOCAL, ALICE, BOB])).toEqual([
      { ...ALICE, permissions: 3 },
      { ...BOB, permissions: 3 },
    ]);
  });

  it.each([
    ["no entries", []],
    ["auth of a client that has proven nothing", [{ scheme: "auth", id: "", permissions: 1 }]],
    ["an unknown scheme", [{ scheme: "x509", id: "CN=a", permissions: 1 }]],
    ["no scheme", [{ scheme: "", id: "", permissions: 1 }]],
    ["a world that is not anyone", [{ scheme: "world", id: "everyone", permissions: 1 }]],
    ["a digest without a hash", [{ scheme: "digest", id: "alice", permissions: 1 }]],
    ["a digest with an empty hash", [{ scheme: "digest", id: "alice:", permissions: 1 }]],
    ["a digest with a second colon", [{ scheme: "digest", id: "alice:a:b", permissions: 1 }]],
    ["a pattern that is no address", [{ scheme: "ip", id: "localhost", permissions: 1 }]],
    ["one bad entry among good ones", [world, { scheme: "ip", id: "", permissions: 1 }]],
  ])("is refused for %s", (_, acl) => {
    expect(codeOf(() => resolveAcl(acl, [LOCAL]))).toBe(Code.invalidAcl);
  });

  it("may have a digest without a name, and permissions that are none", () => {
    const odd = { scheme: "digest", id: ":hash", permissions: 0 };
    expect(resolveAcl([odd], [])).toEqual([odd]);
  });
});

describe("an ACL as others see it", () => {
  it("shows names, but no hashes of passwords", () => {
    const local = { scheme: "ip", id: "127.0.0.1", permissions: 1 };
    expect(withoutDigests([world, { ...ALICE, permissions: 1 }, local])).toEqual([
      world,
      { scheme: "digest", id: "alice:x", permissions: 1 },
      local,
    ]);
  });
});
