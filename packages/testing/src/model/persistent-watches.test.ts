import { describe, expect, it } from "vitest";
import { PersistentWatches } from "./persistent-watches.js";

type ChangeType = "created" | "deleted" | "changed" | "child";

function concerned(watches: PersistentWatches<string>, type: ChangeType, path: string): string[] {
  return [...new Set(watches.concerned({ type, path }))].sort();
}

describe("persistent watches", () => {
  it("are told of every change of their path, again and again", () => {
    const watches = new PersistentWatches<string>();
    watches.add("/a", false, "me");
    for (const type of ["created", "changed", "child", "changed", "deleted"] as const) {
      expect(concerned(watches, type, "/a")).toEqual(["me"]);
    }
    expect(concerned(watches, "changed", "/a/b")).toEqual([]);
    expect(concerned(watches, "changed", "/")).toEqual([]);
  });

  it("if recursive, are told of everything below, but not that children have changed", () => {
    const watches = new PersistentWatches<string>();
    watches.add("/a", true, "me");
    watches.add("/", true, "root");
    for (const type of ["created", "changed", "deleted"] as const) {
      expect(concerned(watches, type, "/a")).toEqual(["me", "root"]);
      expect(concerned(watches, type, "/a/b/c")).toEqual(["me", "root"]);
      expect(concerned(watches, type, "/ab")).toEqual(["root"]);
    }
    expect(concerned(watches, "child", "/a")).toEqual([]);
  });

  it("of one path are set once, for data and for children", () => {
    const watches = new PersistentWatches<string>();
    watches.add("/a", false, "me");
    watches.add("/a", false, "me");
    watches.add("/b", true, "me");
    expect(watches.size).toBe(3);
  });

  it("are there until they are removed, each kind by itself", () => {
    const watches = new PersistentWatches<string>();
    watches.add("/a", false, "me");
    watches.add("/b", true, "me");
    expect(watches.remove("data", "/a", "you")).toBe(false);
    expect(watches.remove("data", "/a", "me")).toBe(true);
    expect(watches.remove("data", "/a", "me")).toBe(false);
    expect(watches.has("data", "/a", "me")).toBe(false);
    expect(watches.has("children", "/a", "me")).toBe(true);
    expect(concerned(watches, "changed", "/a")).toEqual([]);
    expect(concerned(watches, "child", "/a")).toEqual(["me"]);
    expect(watches.remove("data", "/b", "me")).toBe(true);
    expect(concerned(watches, "changed", "/b/c")).toEqual([]);
  });

  it.each(["data", "children"] as const)("that are told only of one thing are still there: without %s", (kind) => {
    const watches = new PersistentWatches<string>();
    watches.add("/a", false, "me");
    watches.remove(kind, "/a", "me");
    expect(watches.isEmpty).toBe(false);
    expect(watches.size).toBe(1);
    watches.remove(kind === "data" ? "children" : "data", "/a", "me");
    expect(watches.isEmpty).toBe(true);
    expect(watches.size).toBe(0);
  });

  it("go with their connection", () => {
    const watches = new PersistentWatches<string>();
    watches.add("/a", false, "me");
    watches.add("/a", true, "me");
    watches.add("/a", false, "you");
    watches.drop("me");
    expect(watches.size).toBe(2);
    expect(concerned(watches, "changed", "/a")).toEqual(["you"]);
  });
});
