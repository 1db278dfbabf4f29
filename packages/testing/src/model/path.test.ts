import { describe, expect, it } from "vitest";
import { Refusal } from "./code.js";
import { parentOfTarget, refuseSpecial, splitPath, validatePath } from "./path.js";

const bad = (run: () => unknown) => expect(run).toThrow(Refusal);

describe("a path", () => {
  it.each(["/", "/a", "/a/b", "/...", "/.a", "/a.", "/..a/b..", "/ ", "/é", "/\u00a0", "/中"])("may be %j", (path) => {
    expect(() => validatePath(path)).not.toThrow();
  });

  it.each([
    "",
    "a",
    "a/b",
    "//",
    "/a/",
    "/a//b",
    "/.",
    "/..",
    "/a/./b",
    "/a/..",
    "/a\0",
    "/\u0001",
    "/\u001f",
    "/\u007f",
    "/\u009f",
    "/\ud800",
    "/😀",
    "/\ue000",
    "/\uf8ff",
    "/\ufff0",
    "/\uffff",
  ])("may not be %j", (path) => {
    bad(() => validatePath(path));
  });

  it("of a target needs no more than a slash before NUL can be ruled out", () => {
    expect(parentOfTarget("/a")).toBe("");
    expect(parentOfTarget("/a//b/")).toBe("/a//b");
    expect(parentOfTarget("a/b")).toBe("a");
    bad(() => parentOfTarget("a"));
    bad(() => parentOfTarget("/a\0/b"));
  });

  it("of what every server needs cannot be deleted", () => {
    for (const path of ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"]) bad(() => refuseSpecial(path));
    expect(() => refuseSpecial("/zookeeper/quota/a")).not.toThrow();
  });

  it("is a parent's and a name", () => {
    expect(splitPath("/a")).toEqual({ parent: "/", name: "a" });
    expect(splitPath("/a/b/c")).toEqual({ parent: "/a/b", name: "c" });
  });
});
