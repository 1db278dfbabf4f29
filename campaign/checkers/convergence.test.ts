import { expect, test } from "vitest";
import { checkConvergence, type View } from "./convergence.js";

const AFTER = { from: 10, by: 20, members: ["a", "b"], observers: ["x", "y"] };
const view = (observer: string, at: number, ...members: string[]): View => ({ observer, at, members });

test("observers who have seen anything before, and the members at last, in any order, have converged", () => {
  const views = [view("x", 1, "a"), view("x", 15, "b", "a"), view("y", 2, "c"), view("y", 20, "a", "b")];
  expect(checkConvergence("p", views, AFTER)).toEqual([]);
});

test.each([
  ["sees somebody who is gone", view("y", 12, "a", "b", "c")],
  ["does not see a member", view("y", 12, "a")],
  ["sees nobody", view("y", 12)],
  ["sees the members too late", view("y", 21, "a", "b")],
])("an observer who %s is found", (_, last) => {
  const views = [view("x", 11, "a", "b"), view("y", 5, "b"), last];
  expect(checkConvergence("p", views, AFTER)).toHaveLength(1);
});

test("an observer who has never said what it sees is found", () => {
  expect(checkConvergence("p", [view("x", 11, "a", "b")], AFTER)).toEqual([
    {
      rule: "all see the members that there are",
      where: "p",
      message: "y sees nothing 10 ms after healing; there are a, b",
    },
  ]);
});
