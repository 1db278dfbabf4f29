import { expect, it } from "vitest";
import { mostBefore, outOfOrder } from "./fairness.js";

it("a wait is as unfair as the number of others that came in between", () => {
  expect(mostBefore([0, 10], [5, 20], [1, 2, 11, 12, 13, 21])).toBe(3);
  expect(mostBefore([], [], [1])).toBe(0);
});

it("a token that does not exceed the one before it is out of order, whoever got them", () => {
  const inOrder = [3, 1, 2].map((moment) => [moment, 10 * moment] as const);
  expect(outOfOrder(inOrder)).toBe(0);
  expect(outOfOrder([...inOrder, [4, 30], [5, 29]])).toBe(2);
});
