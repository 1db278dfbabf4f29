import fc from "fast-check";
import { expect, test } from "vitest";
import { checkCoverage, checkOwners, type Ownership } from "./owner-intervals.js";

function own(owner: string, from: number, until: number, token: number, partition = "p"): Ownership {
  return { partition, owner, token: BigInt(token), from, until };
}

test("owners one after the other, and of different partitions side by side, are accepted", () => {
  expect(checkOwners("x", [own("b", 5, 9, 2), own("a", 0, 5, 1), own("c", 0, 9, 1, "q")])).toEqual([]);
});

test("two owners at a time are found, also when a short ownership lies between", () => {
  expect(checkOwners("x", [own("a", 0, 5, 1), own("b", 4, 9, 2)])).toHaveLength(1);
  expect(checkOwners("x", [own("a", 0, 9, 1), own("b", 10, 11, 2), own("c", 10.5, 12, 3)])).toHaveLength(1);
});

test("a later owner with a lower token is found", () => {
  expect(checkOwners("x", [own("a", 0, 1, 2), own("b", 2, 3, 1)])).toMatchObject([
    { rule: "tokens of a partition increase" },
  ]);
});

test("a partition without an owner is found", () => {
  expect(checkCoverage("x", ["p", "q"], [own("a", 0, 9, 1), own("a", 0, 4, 1, "q")], 5)).toMatchObject([
    { rule: "every partition has an owner", message: "nobody owns q" },
  ]);
  expect(checkCoverage("x", ["p"], [own("a", 0, 9, 1)], 5)).toEqual([]);
});

test("of any sequence of owners one that begins too early is found", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(), (count, at) => {
      const owners = Array.from({ length: count }, (_, index) => own(`o${index}`, 2 * index, 2 * index + 1, index));
      expect(checkOwners("x", owners)).toEqual([]);
      const victim = 1 + (at % (count - 1));
      const bad = owners.map((each, index) => (index === victim ? { ...each, from: each.from - 1.5 } : each));
      expect(checkOwners("x", bad)).not.toEqual([]);
    }),
  );
});
