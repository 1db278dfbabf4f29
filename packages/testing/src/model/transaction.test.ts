import { describe, expect, it } from "vitest";
import { Permission } from "./acl.js";
import { Code } from "./code.js";
import { creation, History, OPEN } from "./history.test-support.js";
import type { SingleWrite } from "./request.js";

const NOBODY_MAY = [{ scheme: "digest", id: "nobody:hash", permissions: 31 }];

describe("create", () => {
  it("answers with the path and the Stat of a new znode", () => {
    const history = new History();
    history.nowMs = 5_000;
    const { zxid } = history.leader.commit(0n, [], { type: "closeSession" }, 0);
    expect(history.create("/a")).toEqual({
      code: Code.ok,
      path: "/a",
      stat: {
        czxid: zxid + 1n,
        mzxid: zxid + 1n,
        pzxid: zxid + 1n,
        ctimeMs: 5_000,
        mtimeMs: 5_000,
        version: 0,
        cversion: 0,
        aversion: 0,
        ephemeralOwner: 0n,
        dataLength: 2,
        numChildren: 0,
      },
    });
  });

  it("moves the parent's pzxid and cversion, and nothing else of it", () => {
    const history = new History();
    history.create("/a");
    const before = history.stat("/a");
    history.nowMs += 10;
    const { stat } = history.create("/a/b");
    expect(history.stat("/a")).toEqual({ ...before, pzxid: stat?.czxid, cversion: 1, numChildren: 1 });
  });

  it("shows who owns an ephemeral znode; containers and TTL znodes look like persistent ones", () => {
    const history = new History();
    expect(history.create("/e", "ephemeral").stat?.ephemeralOwner).toBe(history.session);
    expect(history.create("/c", "container").stat?.ephemeralOwner).toBe(0n);
    const ttl = history.write({ ...creation("/t"), ttlMs: 1_000 } as SingleWrite);
    expect(ttl.stat?.ephemeralOwner).toBe(0n);
  });

  it("tells no data from no bytes", () => {
    const history = new History();
    history.write({ ...creation("/a"), data: null } as SingleWrite);
    expect(history.read("get", "/a").data).toBeNull();
    expect(history.stat("/a").dataLength).toBe(0);
  });

  it.each([
    ["a path without a slash", "a", Code.badArguments],
    ["a path with NUL", "/a\0", Code.badArguments],
    ["a path that ends with a slash", "/there/", Code.badArguments],
    ["a relative name", "/there/..", Code.badArguments],
    ["a parent that is missing, even if the path is bad", "/missing/..", Code.noNode],
    ["an empty name, whose parent is missing", "/there//a", Code.noNode],
    ["a path that is taken", "/there", Code.nodeExists],
    ["the root", "/", Code.nodeExists],
    [
      "a taken path below an ephemeral parent is impossible: its children",
      "/ephemeral/a",
      Code.noChildrenForEphemerals,
    ],
    ["a parent without the permission", "/closed/a", Code.noAuth],
    ["a parent without the permission, even if the path is bad", "/closed/..", Code.noAuth],
  ])("is refused for %s", (_, path, code) => {
    const history = new History();
    history.create("/there");
    history.create("/ephemeral", "ephemeral");
    history.write(creation("/closed", "persistent", NOBODY_MAY));
    expect(history.create(path)).toEqual({ code });
  });

  it("is refused for its ACL before the parent is looked for, and for its path's form before its ACL", () => {
    const history = new History();
    expect(history.write(creation("/missing/a", "persistent", []))).toEqual({ code: Code.invalidAcl });
    expect(history.write(creation("a", "persistent", []))).toEqual({ code: Code.badArguments });
  });

  it("refuses a time to live first of all: unless it is configured, and outside 1 ms to 2^40 - 1 ms", () => {
    const withTtl = (path: string, ttlMs: number) => ({ ...creation(path), ttlMs }) as SingleWrite;
    expect(new History({ hasTtl: false }).write(withTtl("no slash", 0))).toEqual({ code: Code.unimplemented });
    const history = new History();
    expect(history.write({ ...withTtl("/missing/a", 0) })).toEqual({ code: Code.badArguments });
    expect(history.write(withTtl("/a", 2 ** 40))).toEqual({ code: Code.badArguments });
    expect(history.write(withTtl("/a", 2 ** 40 - 1)).code).toBe(Code.ok);
  });
});

describe("delete", () => {
  it("moves the parent's pzxid and cversion", () => {
    const history = new History();
    history.create("/a");
    history.create("/a/b");
    expect(history.write({ type: "delete", path: "/a/b", version: 0 })).toEqual({ code: Code.ok });
    expect(history.stat("/a")).toMatchObject({ pzxid: history.tree.lastZxid, cversion: 2, numChildren: 0 });
    expect(history.read("exists", "/a/b")).toEqual({ code: Code.noNode });
  });

  it.each([
    ["a path without a slash", "a", -1, Code.badArguments],
    ["the root", "/", -1, Code.badArguments],
    ["a znode that every server needs", "/zookeeper/quota", -1, Code.badArguments],
    ["a znode that is missing", "/missing", -1, Code.noNode],
    ["a path that ends with a slash", "/there/", -1, Code.noNode],
    ["another version, even if there are children", "/there", 1, Code.badVersion],
    ["children", "/there", 0, Code.notEmpty],
    ["a parent without the permission, even if the znode is missing", "/closed/a", 0, Code.noAuth],
  ])("is refused for %s", (_, path, version, code) => {
    const history = new History();
    history.create("/there");
    history.create("/there/child");
    history.write(creation("/closed", "persistent", NOBODY_MAY));
    expect(history.write({ type: "delete", path, version })).toEqual({ code });
  });
});

describe("set", () => {
  const set = (path: string, version: number): SingleWrite => ({
    type: "set",
    path,
    data: Buffer.from("new"),
    version,
  });

  it("moves mzxid, mtime and version, and nothing else", () => {
    const history = new History();
    const { stat } = history.create("/a");
    history.nowMs += 10;
    const { code, stat: after } = history.write(set("/a", 0));
    expect(code).toBe(Code.ok);
    expect(after).toEqual({
      ...stat,
      mzxid: history.tree.lastZxid,
      mtimeMs: history.nowMs,
      version: 1,
      dataLength: 3,
    });
  });

  it("counts versions as an int32 that wraps, through the -1 that stands for any", () => {
    const history = new History();
    history.create("/a");
    history.tree.override("/a", { version: 0x7fff_ffff });
    expect(history.write(set("/a", 0x7fff_ffff)).stat?.version).toBe(-0x8000_0000);
    history.tree.override("/a", { version: -2 });
    expect(history.write(set("/a", -1)).stat?.version).toBe(-1);
  });

  it.each([
    ["a bad path", "/missing/", 0, Code.badArguments],
    ["a znode that is missing", "/missing", 0, Code.noNode],
    ["the permission, even if the version is another", "/closed", 1, Code.noAuth],
    ["another version", "/there", 1, Code.badVersion],
  ])("is refused for %s", (_, path, version, code) => {
    const history = new History();
    history.create("/there");
    history.write(creation("/closed", "persistent", NOBODY_MAY));
    expect(history.write(set(path, version))).toEqual({ code });
  });
});

describe("setAcl", () => {
  const setAcl = (path: string, version: number, acl = OPEN): SingleWrite => ({ type: "setAcl", path, acl, version });

  it("moves aversion, and nothing else", () => {
    const history = new History();
    const { stat } = history.create("/a");
    expect(history.write(setAcl("/a", 0))).toEqual({ code: Code.ok, stat: { ...stat, aversion: 1 } });
    expect(history.changes).toEqual([]);
  });

  it.each([
    ["a bad path, even if the ACL is bad", "/a/", 0, [], Code.badArguments],
    ["a bad ACL, even if the znode is missing", "/missing", 0, [], Code.invalidAcl],
    ["a znode that is missing", "/missing", 0, OPEN, Code.noNode],
    ["the permission, even if the version is another", "/closed", 1, OPEN, Code.noAuth],
    ["another version of the ACL", "/there", 1, OPEN, Code.badVersion],
  ])("is refused for %s", (_, path, version, acl, code) => {
    const history = new History();
    history.create("/there");
    history.write(creation("/closed", "persistent", NOBODY_MAY));
    expect(history.write(setAcl(path, version, acl))).toEqual({ code });
  });
});

describe("the permission that is wanted", () => {
  it.each<[string, number, SingleWrite]>([
    ["create, of the parent", Permission.create, creation("/p/new")],
    ["delete, of the parent", Permission.delete, { type: "delete", path: "/p/child", version: -1 }],
    ["set", Permission.write, { type: "set", path: "/p", data: null, version: -1 }],
    ["setAcl", Permission.admin, { type: "setAcl", path: "/p", acl: OPEN, version: -1 }],
    ["check", Permission.read, { type: "check", path: "/p", version: -1 }],
  ])("for %s is one, and no other will do", (_, permission, write) => {
    const codeWith = (permissions: number) => {
      const history = new History();
      history.create("/p");
      history.create("/p/child");
      const acl = [{ scheme: "world", id: "anyone", permissions }];
      history.write({ type: "setAcl", path: "/p", acl, version: -1 });
      return history.write(write).code;
    };
    expect(codeWith(permission)).toBe(Code.ok);
    expect(codeWith(31 & ~permission)).toBe(Code.noAuth);
  });
});

describe("every write", () => {
  const every: readonly SingleWrite[] = [
    creation("/new"),
    { type: "delete", path: "/a", version: -1 },
    { type: "set", path: "/a", data: null, version: -1 },
    { type: "setAcl", path: "/a", acl: OPEN, version: -1 },
    { type: "check", path: "/a", version: -1 },
  ];

  it.each(every)("is refused of a session that has ended: $type", (write) => {
    const history = new History();
    history.create("/a");
    const other = history.openSession();
    history.closeSession(other);
    const before = history.snapshot();
    expect(history.write(write, other)).toEqual({ code: Code.sessionExpired });
    expect(history.snapshot()).toEqual(before);
  });

  it("has a zxid of its own, refused or not", () => {
    const history = new History();
    const { lastZxid } = history.tree;
    history.create("/missing/a");
    history.create("/a");
    expect(history.tree.lastZxid).toBe(lastZxid + 2n);
    expect(history.stat("/a").czxid).toBe(lastZxid + 2n);
  });
});
