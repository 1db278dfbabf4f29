import { describe, expect, it } from "vitest";
import { Watches } from "./watches.js";

function tell(watches: Watches<string>, type: "created" | "deleted" | "changed" | "child", path = "/a"): string[] {
  return [...watches.fire({ type, path })].sort();
}

describe("watches", () => {
  it("are told of the changes of their kind, and of deletion", () => {
    const watches = new Watches<string>();
    const set = () => {
      watches.add("data", "/a", "data");
      watches.add("children", "/a", "children");
    };
    set();
    expect(tell(watches, "changed")).toEqual(["data"]);
    set();
    expect(tell(watches, "created")).toEqual(["data"]);
    set();
    expect(tell(watches, "child")).toEqual(["children"]);
    set();
    expect(tell(watches, "deleted")).toEqual(["children", "data"]);
  });

  it("fire once", () => {
    const watches = new Watches<string>();
    watches.add("data", "/a", "me");
    expect(tell(watches, "changed")).toEqual(["me"]);
    expect(tell(watches, "changed")).toEqual([]);
    expect(watches.size).toBe(0);
  });

  it("of one connection on one path are one, and both kinds are told of a deletion once", () => {
    const watches = new Watches<string>();
    watches.add("data", "/a", "me");
    watches.add("data", "/a", "me");
    watches.add("children", "/a", "me");
    expect(watches.size).toBe(2);
    expect(tell(watches, "deleted")).toEqual(["me"]);
    expect(watches.size).toBe(0);
  });

  it("on other paths stay", () => {
    const watches = new Watches<string>();
    watches.add("data", "/a/b", "me");
    expect(tell(watches, "deleted", "/a")).toEqual([]);
    expect(watches.size).toBe(1);
  });

  it("go with their connection", () => {
    const watches = new Watches<string>();
    watches.add("data", "/a", "me");
    watches.add("children", "/b", "me");
    watches.add("data", "/a", "you");
    watches.drop("me");
    expect(watches.size).toBe(1);
    expect(tell(watches, "changed")).toEqual(["you"]);
  });
});
