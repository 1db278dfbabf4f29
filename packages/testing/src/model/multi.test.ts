import { describe, expect, it } from "vitest";
import { Code } from "./code.js";
import { creation, History } from "./history.test-support.js";

const remove = (path: string, version = -1) => ({ type: "delete", path, version }) as const;
const set = (path: string, version = -1) => ({ type: "set", path, data: Buffer.from("new"), version }) as const;
const check = (path: string, version = -1) => ({ type: "check", path, version }) as const;

describe("a multi", () => {
  it("gives each operation what the ones before it have left", () => {
    const history = new History();
    const results = history.multi(creation("/a"), creation("/a/b"), set("/a", 0), check("/a", 1), remove("/a/b"));
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(history.stat("/a")).toMatchObject({ version: 1, cversion: 2, numChildren: 0 });
  });

  it("has one zxid for all of its operations", () => {
    const history = new History();
    const results = history.multi(creation("/a"), creation("/a/b"), set("/a"));
    const { lastZxid } = history.tree;
    expect(results.map(({ stat }) => stat?.mzxid)).toEqual([lastZxid, lastZxid, lastZxid]);
  });

  it("tells of every change in the order of the operations", () => {
    const history = new History();
    history.multi(creation("/a"), set("/a"), remove("/a"));
    expect(history.changes).toEqual([
      { type: "created", path: "/a" },
      { type: "child", path: "/" },
      { type: "changed", path: "/a" },
      { type: "deleted", path: "/a" },
      { type: "child", path: "/" },
    ]);
  });

  it("of no operations succeeds", () => {
    expect(new History().write({ type: "multi", operations: [] })).toEqual({ code: Code.ok, results: [] });
  });

  it("checks the version and the permission to read", () => {
    const history = new History();
    history.create("/a");
    history.write(creation("/closed", "persistent", [{ scheme: "digest", id: "nobody:hash", permissions: 31 }]));
    expect(history.multi(check("/a", 0))).toEqual([{ code: Code.ok }]);
    expect(history.multi(check("/a", 1))).toEqual([{ code: Code.badVersion }]);
    expect(history.multi(check("/closed", 0))).toEqual([{ code: Code.noAuth }]);
  });
});

describe("a refused multi", () => {
  it("answers 0 for what comes before the failure, its code, and -2 for what comes after", () => {
    const history = new History();
    const operations = [creation("/a"), set("/missing"), creation("/b")];
    expect(history.write({ type: "multi", operations })).toEqual({
      code: Code.ok,
      results: [{ code: Code.ok }, { code: Code.noNode }, { code: Code.runtimeInconsistency }],
    });
  });

  it("leaves the tree exactly as it was, and tells of no change", () => {
    const history = new History();
    history.create("/a");
    history.create("/a/b", "ephemeral");
    const before = history.snapshot();
    history.nowMs += 10;
    history.multi(remove("/a/b"), set("/a"), creation("/a/c"), creation("/a/c/d"), remove("/a/c"));
    expect(history.snapshot()).toEqual(before);
    expect(history.changes).toEqual([]);
    expect(history.tree.ephemeralsOf(history.session)).toEqual(["/a/b"]);
  });

  it("does not use up sequence numbers", () => {
    const history = new History();
    history.create("/a");
    history.multi(creation("/a/n-", "persistent-sequential"), set("/missing"));
    expect(history.create("/a/n-", "persistent-sequential").path).toBe("/a/n-0000000000");
  });

  it("forgets ephemerals and containers that it had created", () => {
    const history = new History();
    history.multi(creation("/e", "ephemeral"), creation("/c", "container"), creation("/c/d"), set("/missing"));
    expect(history.tree.ephemeralsOf(history.session)).toEqual([]);
    expect(history.tree.due(Number.MAX_SAFE_INTEGER)).toEqual([]);
  });
});
