import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameOfGuard } from "./naming.js";

const name = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });

describe("nameOfGuard", () => {
  it("gives a name that every server takes, of bounded length (H84)", () => {
    fc.assert(
      fc.property(name, (partition) => {
        const guard = nameOfGuard(partition);
        expect(guard).toMatch(/^[A-Za-z0-9\-_.!~*'()%]{1,129}$/);
        expect([".", ".."]).not.toContain(guard);
      }),
    );
  });

  it("gives no two partitions the same name (H84)", () => {
    fc.assert(fc.property(name, name, (a, b) => (nameOfGuard(a) === nameOfGuard(b)) === (a === b)));
  });

  it("tells a name that was cut from one that looks like it (H84)", () => {
    const long = "x".repeat(200);
    expect(nameOfGuard(nameOfGuard(long))).not.toBe(nameOfGuard(long));
  });

  it.each([
    ["orders-7", "orders-7"],
    [".", "%2E"],
    ["..", "%2E%2E"],
    ["...", "..."],
    ["a/b", "a%2Fb"],
    ["%2E", "%252E"],
    ["größe", "gr%C3%B6%C3%9Fe"],
    ["\u{1f512}", "%F0%9F%94%92"],
    ["\0", "%00"],
  ])("encodes %j", (partition, guard) => {
    expect(nameOfGuard(partition)).toBe(guard);
  });
});
