import { describe, expect, it } from "vitest";
import { Code } from "./code.js";
import { creation, History } from "./history.test-support.js";
import type { SingleWrite } from "./request.js";

const READ_ONLY = [{ scheme: "world", id: "anyone", permissions: 1 }];
const ALICES = [{ scheme: "digest", id: "alice:hash", permissions: 31 }];

describe("a new tree", () => {
  it("has what every ZooKeeper server has", () => {
    const { tree } = new History();
    const stats = ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"].map(
      (path) => tree.read({ type: "exists", path }, []).stat,
    );
    expect(stats.map((stat) => [stat?.cversion, stat?.numChildren, stat?.aversion, stat?.czxid])).toEqual([
      [-1, 1, 0, 0n],
      [-2, 2, 0, 0n],
      [0, 0, 0, 0n],
      [0, 0, -1, 0n],
    ]);
  });

  it("lets nobody change the configuration", () => {
    const write: SingleWrite = { type: "set", path: "/zookeeper/config", data: null, version: -1 };
    expect(new History().write(write)).toEqual({ code: Code.noAuth });
  });
});

describe("a read", () => {
  it("gives data, children and Stat", () => {
    const history = new History();
    history.create("/a");
    history.create("/a/b");
    history.create("/a/c");
    const stat = history.stat("/a");
    expect(history.read("get", "/a")).toEqual({ code: 0, data: Buffer.from("/a"), stat });
    expect(history.read("children", "/a")).toEqual({ code: 0, children: ["b", "c"], stat });
    expect(history.read("getAcl", "/a")).toMatchObject({ code: 0, acl: [{ permissions: 31 }], stat });
  });

  it("wants the permission to read, but for exists", () => {
    const history = new History();
    history.write(creation("/a", "persistent", ALICES));
    for (const type of ["get", "children", "getAcl", "countBelow"] as const) {
      expect(history.read(type, "/a")).toEqual({ code: Code.noAuth });
    }
    expect(history.read("exists", "/a").code).toBe(Code.ok);
  });

  it("finds no node at a path that nobody could create, and refuses NUL in exists only", () => {
    const history = new History();
    for (const path of ["a", "/a/", "//", "/."]) expect(history.read("get", path)).toEqual({ code: Code.noNode });
    expect(history.read("exists", "/a\0")).toEqual({ code: Code.badArguments });
    expect(history.read("get", "/a\0")).toEqual({ code: Code.noNode });
  });

  it("takes the empty path for the root, as ZooKeeper does", () => {
    const history = new History();
    expect(history.read("children", "")).toEqual(history.read("children", "/"));
  });

  it("shows the hashes of passwords to admins only", () => {
    const history = new History();
    history.write(creation("/a", "persistent", [...ALICES, ...READ_ONLY]));
    expect(history.read("getAcl", "/a").acl?.[0]?.id).toBe("alice:x");
    history.identities = [{ scheme: "digest", id: "alice:hash" }];
    expect(history.read("getAcl", "/a").acl?.[0]?.id).toBe("alice:hash");
  });

  it("counts what is below a path, at any depth", () => {
    const history = new History();
    for (const path of ["/a", "/a/b", "/a/b/c", "/ab", "/ab/c"]) history.create(path);
    expect(history.read("countBelow", "/a")).toEqual({ code: Code.ok, count: 2 });
    expect(history.read("countBelow", "/").count).toBe(3 + 5);
    expect(history.read("countBelow", "/missing")).toEqual({ code: Code.noNode });
  });
});

describe("the end of a session", () => {
  it("deletes its ephemeral znodes in one transaction, and tells of each", () => {
    const history = new History();
    const other = history.openSession();
    history.create("/p");
    history.create("/p/mine", "ephemeral");
    history.create("/p/a", "ephemeral", other);
    history.create("/p/b-", "ephemeral-sequential", other);
    history.closeSession(other);
    expect(history.read("children", "/p").children).toEqual(["mine"]);
    expect(history.stat("/p")).toMatchObject({ pzxid: history.tree.lastZxid, cversion: 3 + 2 });
    expect(history.changes).toEqual([
      { type: "deleted", path: "/p/a" },
      { type: "child", path: "/p" },
      { type: "deleted", path: "/p/b-0000000002" },
      { type: "child", path: "/p" },
    ]);
    expect(history.tree.hasSession(other)).toBe(false);
  });

  it("needs nobody's permission", () => {
    const history = new History();
    const other = history.openSession();
    history.write(creation("/p", "persistent", [{ scheme: "world", id: "anyone", permissions: 1 | 4 }]));
    history.create("/p/a", "ephemeral", other);
    history.closeSession(other);
    expect(history.read("exists", "/p/a").code).toBe(Code.noNode);
  });
});

describe("the ephemerals of a session", () => {
  it("are those that exist, filtered by the text that they begin with", () => {
    const history = new History();
    for (const path of ["/a", "/ab", "/b"]) history.create(path, "ephemeral");
    history.write({ type: "delete", path: "/b", version: -1 });
    expect(history.tree.ephemeralsOf(history.session)).toEqual(["/a", "/ab"]);
    expect(history.tree.ephemeralsOf(history.session, " / ")).toEqual(["/a", "/ab"]);
    expect(history.tree.ephemeralsOf(history.session, "/ab")).toEqual(["/ab"]);
    expect(history.tree.ephemeralsOf(7n)).toEqual([]);
  });
});

describe("what is due", () => {
  it("is a container that is empty and had children", () => {
    const history = new History();
    history.create("/c", "container");
    expect(history.tree.due(history.nowMs)).toEqual([]);
    history.create("/c/a");
    expect(history.tree.due(history.nowMs)).toEqual([]);
    history.write({ type: "delete", path: "/c/a", version: -1 });
    expect(history.tree.due(history.nowMs)).toEqual(["/c"]);
    history.write({ type: "reap", path: "/c" });
    expect(history.read("exists", "/c").code).toBe(Code.noNode);
  });

  it("is a TTL znode without children whose data has not changed for longer than that", () => {
    const history = new History();
    history.write({ ...creation("/t"), ttlMs: 100 } as SingleWrite);
    history.nowMs += 50;
    history.write({ type: "set", path: "/t", data: null, version: -1 });
    expect(history.tree.due(history.nowMs + 100)).toEqual([]);
    expect(history.tree.due(history.nowMs + 101)).toEqual(["/t"]);
    history.create("/t/child");
    expect(history.tree.due(history.nowMs + 101)).toEqual([]);
  });

  it("is not reaped when it has got children meanwhile, nor is an ephemeral znode", () => {
    const history = new History();
    history.create("/c", "container");
    history.create("/c/a");
    history.create("/e", "ephemeral");
    expect(history.write({ type: "reap", path: "/c" })).toEqual({ code: Code.notEmpty });
    expect(history.write({ type: "reap", path: "/e" })).toEqual({ code: Code.badVersion });
    expect(history.write({ type: "reap", path: "/missing" })).toEqual({ code: Code.noNode });
  });
});
