import { describe, expect, it } from "vitest";
import { type Watch, WatchTable } from "./watch-table.js";

const PENDING = Symbol("pending");

/** What a watch has been woken with so far. */
async function wakeOf(watch: Watch): Promise<unknown> {
  return await Promise.race([watch.fired, Promise.resolve(PENDING)]);
}

describe("WatchTable", () => {
  it("wakes every reader of the path with one event, and nobody else", async () => {
    const table = new WatchTable();
    const readers = [table.add("data", "/a"), table.add("data", "/a")];
    const other = table.add("data", "/a/b");
    table.dispatch({ type: "changed", path: "/a" });
    expect(await Promise.all(readers.map(wakeOf))).toEqual(["changed", "changed"]);
    expect(await wakeOf(other)).toBe(PENDING);
  });

  it.each([
    ["created", ["created", PENDING]],
    ["changed", ["changed", PENDING]],
    ["child", [PENDING, "child"]],
    ["deleted", ["deleted", "deleted"]],
  ] as const)("knows whom %s concerns: readers of the data, readers of the children", async (type, expected) => {
    const table = new WatchTable();
    const readers = [table.add("data", "/a"), table.add("children", "/a")];
    table.dispatch({ type, path: "/a" });
    expect(await Promise.all(readers.map(wakeOf))).toEqual(expected);
  });

  it("is one-shot, as the server's watches are", async () => {
    const table = new WatchTable();
    const first = table.add("data", "/a");
    table.dispatch({ type: "changed", path: "/a" });
    const second = table.add("data", "/a");
    table.dispatch({ type: "deleted", path: "/a" });
    expect(await wakeOf(first)).toBe("changed");
    expect(await wakeOf(second)).toBe("deleted");
  });

  it("does not wake a reader that has cancelled, and wakes the others", async () => {
    const table = new WatchTable();
    const gone = table.add("data", "/a");
    const there = table.add("data", "/a");
    gone.cancel();
    table.dispatch({ type: "changed", path: "/a" });
    expect(await wakeOf(gone)).toBe(PENDING);
    expect(await wakeOf(there)).toBe("changed");
  });

  it("keeps a later reader although an earlier one cancels twice, or after it has fired", async () => {
    const table = new WatchTable();
    const fired = table.add("data", "/a");
    table.dispatch({ type: "changed", path: "/a" });
    const cancelled = table.add("data", "/a");
    cancelled.cancel();
    const later = table.add("data", "/a");
    fired.cancel();
    cancelled.cancel();
    table.dispatch({ type: "changed", path: "/a" });
    expect(await wakeOf(later)).toBe("changed");
  });

  it("makes everybody read again after a reconnect (H33, H35)", async () => {
    const table = new WatchTable();
    const readers = [table.add("data", "/a"), table.add("children", "/a"), table.add("data", "/b")];
    table.fireAll();
    expect(await Promise.all(readers.map(wakeOf))).toEqual(["unseen", "unseen", "unseen"]);
  });

  it("ignores events that nobody waits for", () => {
    expect(() => new WatchTable().dispatch({ type: "deleted", path: "/a" })).not.toThrow();
  });
});
