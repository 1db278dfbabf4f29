import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NodeData, resolveCas } from "./update.js";
import type { Stat } from "./znode.js";

const BASE: Stat = {
  czxid: 10n,
  mzxid: 10n,
  pzxid: 10n,
  ctime: new Date(0),
  mtime: new Date(0),
  version: 3,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: undefined,
  dataLength: 0,
  numChildren: 0,
};
const OURS = Buffer.from("ours");

function found(data: string, version: number, czxid = BASE.czxid): NodeData {
  return { data: Buffer.from(data), stat: { ...BASE, czxid, version } };
}

describe("resolveCas", () => {
  it("knows it was not applied when the one write since has stored other bytes (H7)", () => {
    expect(resolveCas(BASE, OURS, found("theirs", 4))).toBe("not-applied");
  });

  it("does not take another's equal bytes for its own write (H7)", () => {
    expect(resolveCas(BASE, OURS, found("ours", 4))).toBe("unknown");
  });

  it.each(["ours", "theirs"])("cannot tell after several writes, whatever is stored: %s", (data) => {
    expect(resolveCas(BASE, OURS, found(data, 5))).toBe("unknown");
  });

  it("cannot tell from another znode in its place, whatever version that has (H42)", () => {
    expect(resolveCas(BASE, OURS, found("theirs", 4, 11n))).toBe("unknown");
    expect(resolveCas(BASE, OURS, found("ours", 4, 11n), () => true)).toBe("unknown");
  });

  it("believes data that says who wrote it, after any number of writes (H75)", () => {
    const contains = (data: Buffer) => data.includes("ours");
    expect(resolveCas(BASE, OURS, found("theirs,ours", 9), contains)).toBe("applied");
    expect(resolveCas(BASE, OURS, found("theirs", 9), contains)).toBe("not-applied");
    expect(resolveCas(BASE, OURS, found("ours", 4), contains)).toBe("applied");
  });

  it("counts writes across the wrap of the version (H43)", () => {
    const base = { ...BASE, version: 2 ** 31 - 1 };
    expect(resolveCas(base, OURS, found("theirs", -(2 ** 31)))).toBe("not-applied");
    expect(resolveCas(base, OURS, found("theirs", -(2 ** 31) + 1))).toBe("unknown");
  });

  it("is never wrong, whoever wrote what in whichever order", () => {
    const write = fc.record({ data: fc.constantFrom("ours", "theirs", "other") });
    const before = fc.array(write, { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.integer(),
        before,
        fc.boolean(),
        fc.boolean(),
        before,
        (start, first, isRecreated, arrives, later) => {
          // The compare-and-set can apply only as the first write from its base version, in the same znode.
          const applies = arrives && first.length === 0 && !isRecreated;
          const writes = [...first, ...(applies ? [{ data: "ours" }] : []), ...later];
          const last = writes.at(-1);
          fc.pre(last !== undefined);
          const base = { ...BASE, version: start | 0 };
          const stat = { ...base, version: (base.version + writes.length) | 0, czxid: isRecreated ? 99n : base.czxid };
          const outcome = resolveCas(base, OURS, { data: Buffer.from(last?.data ?? ""), stat });
          if (outcome === "applied") expect(applies).toBe(true);
          if (outcome === "not-applied") expect(applies).toBe(false);
        },
      ),
    );
  });
});
