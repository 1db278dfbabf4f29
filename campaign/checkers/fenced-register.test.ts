import fc from "fast-check";
import { expect, test } from "vitest";
import { checkFencedRegister, type RegisterEntry } from "./fenced-register.js";

const write = (token: bigint, read: number, accepted = true): RegisterEntry => {
  return { f: "write", token, who: `w${token}`, accepted, read, value: read + 1 };
};
const look = (token: bigint, read: number): RegisterEntry => ({ ...write(token, read), f: "read", value: read });

test("writes by tokens that grow, several by one of them, and refused ones are accepted", () => {
  expect(checkFencedRegister("r", [write(1n, 0), write(1n, 1), write(0n, 0, false), write(5n, 2)])).toEqual([]);
});

test("a stale write is found", () => {
  expect(checkFencedRegister("r", [write(5n, 0), write(4n, 1)])).toMatchObject([
    { rule: "no stale write is accepted" },
  ]);
});

test("a write by somebody who was overtaken by a reader is stale", () => {
  expect(checkFencedRegister("r", [look(5n, 0), write(4n, 0)])).toMatchObject([{ rule: "no stale write is accepted" }]);
});

test("a lost update is found", () => {
  expect(checkFencedRegister("r", [write(4n, 0), write(5n, 0)])).toMatchObject([{ rule: "no update is lost" }]);
});

test("of any history in which one stale write was accepted it is found", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (count, at) => {
      const log = Array.from({ length: count }, (_, index) => write(BigInt(index), index));
      expect(checkFencedRegister("r", log)).toEqual([]);
      const victim = 1 + (at % (count - 1));
      const bad = log.map((each, index) => (index === victim ? { ...each, token: -1n } : each));
      expect(checkFencedRegister("r", bad)).toHaveLength(1);
    }),
  );
});
