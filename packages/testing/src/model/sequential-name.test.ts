import { describe, expect, it } from "vitest";
import { creation, History } from "./history.test-support.js";
import { sequentialName } from "./sequential-name.js";

const LAST = 0x7fff_ffff;
const next = creation("/a/n-", "ephemeral-sequential");

function withCounter(creations: number): History {
  const history = new History();
  history.create("/a");
  history.tree.override("/a", { creations });
  return history;
}

describe("a sequence number", () => {
  it("has ten characters, with the sign among them", () => {
    expect(sequentialName(7)).toBe("0000000007");
    expect(sequentialName(LAST)).toBe("2147483647");
    expect(sequentialName(-5)).toBe("-000000005");
    expect(sequentialName(-0x8000_0000)).toBe("-2147483648");
  });

  it("is the parent's count of creations, whatever they were and whether they are still there", () => {
    const history = withCounter(0);
    history.create("/a/plain");
    history.create("/a/e", "ephemeral");
    history.write({ type: "delete", path: "/a/plain", version: -1 });
    expect(history.write(next).path).toBe("/a/n-0000000002");
    expect(history.write(creation("/a/", "persistent-sequential")).path).toBe("/a/0000000003");
  });

  it("begins anew when the parent is made again, also within one multi", () => {
    const history = withCounter(5);
    const again = [{ type: "delete", path: "/a", version: -1 }, creation("/a"), next] as const;
    expect(history.multi(...again)[2]?.path).toBe("/a/n-0000000000");
    const twice = [next, { type: "delete", path: "/a/n-0000000001", version: -1 }] as const;
    const rest = [{ type: "delete", path: "/a/n-0000000000", version: -1 }, ...again] as const;
    expect(history.multi(...twice, ...rest)[5]?.path).toBe("/a/n-0000000000");
  });
});

describe("a used-up counter", () => {
  it("gives 2147483647 to everybody, so that a second one of the name is refused", () => {
    const history = withCounter(LAST - 1);
    expect(history.write(next).path).toBe(`/a/n-${LAST - 1}`);
    expect(history.write(next).path).toBe(`/a/n-${LAST}`);
    expect(history.write(next)).toEqual({ code: -110 });
    expect(history.write(creation("/a/m-", "persistent-sequential")).path).toBe(`/a/m-${LAST}`);
  });

  it("no longer moves the parent's pzxid on creation, but does on deletion", () => {
    const history = withCounter(LAST);
    const { pzxid } = history.stat("/a");
    history.create("/a/b");
    expect(history.stat("/a")).toMatchObject({ pzxid, cversion: (2 * LAST - 1) | 0, numChildren: 1 });
    history.write({ type: "delete", path: "/a/b", version: -1 });
    expect(history.stat("/a").pzxid).toBe(history.tree.lastZxid);
  });

  it("turns negative within one multi only", () => {
    const history = withCounter(LAST);
    const paths = history.multi(next, next, next).map(({ path }) => path);
    expect(paths).toEqual([`/a/n-${LAST}`, "/a/n--2147483648", "/a/n--2147483647"]);
    expect(history.multi(creation("/a/m-", "persistent-sequential"))[0]?.path).toBe(`/a/m-${LAST}`);
  });
});
