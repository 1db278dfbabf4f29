import fc from "fast-check";
import { expect, test } from "vitest";
import { checkTokens, type Grant } from "./tokens.js";

const grant = (token: bigint, start: number, end: number): Grant => ({ token, who: `w${token}`, start, end });

test("tokens that grow are accepted, and so are those of grants that overlap, in either order", () => {
  expect(checkTokens("k", [grant(1n, 0, 1), grant(5n, 2, 9), grant(4n, 3, 8), grant(6n, 10, 11)])).toEqual([]);
  expect(checkTokens("k", [])).toEqual([]);
});

test("a token that is given twice is found", () => {
  expect(checkTokens("k", [grant(1n, 0, 9), grant(1n, 0, 9)])).toHaveLength(1);
});

test("a token lower than one that had been given before it was asked for is found", () => {
  expect(checkTokens("k", [grant(5n, 0, 1), grant(7n, 0, 3), grant(6n, 2, 4), grant(4n, 2, 4)])).toEqual([
    { rule: "tokens strictly increase", where: "k", message: "w4 was given 4 after w5 had been given 5" },
  ]);
});

test("of any sequence of grants one that is given a token from the past is found", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), (count, at) => {
      const grants = Array.from({ length: count }, (_, index) => grant(BigInt(10 * index), index, index + 0.5));
      expect(checkTokens("k", grants)).toEqual([]);
      const victim = 1 + (at % (count - 1));
      const stale = grants.map((each, index) => (index === victim ? { ...each, token: each.token - 11n } : each));
      expect(checkTokens("k", stale)).not.toEqual([]);
    }),
  );
});
