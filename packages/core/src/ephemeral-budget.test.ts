import { expect, test } from "vitest";
import { EphemeralBudget } from "./ephemeral-budget.js";

const create = (path: string, mode: "ephemeral" | "persistent" = "ephemeral") =>
  ({ path, data: Buffer.alloc(0), mode }) as const;

function made(budget: EphemeralBudget, path: string): void {
  budget.check("create", create(path), path);
  budget.settled("create", create(path), { code: 0, value: path });
}

const LONG = `/${"x".repeat(2 ** 19 - 6)}`;

function filled(): EphemeralBudget {
  const budget = new EphemeralBudget();
  for (const letter of ["a", "b", "c"]) made(budget, LONG + letter);
  return budget;
}

test("refuses what would be too much, and nothing before", () => {
  const budget = new EphemeralBudget();
  for (const letter of ["a", "b"]) made(budget, LONG + letter);
  made(budget, LONG);
  expect(() => budget.check("create", create("/d"), "/d")).toThrow(
    expect.objectContaining({ code: "too-many-ephemerals", outcome: "not-applied", path: "/d" }),
  );
});

test("what is not ephemeral is not counted", () => {
  const budget = filled();
  budget.check("create", create("/p", "persistent"), "/p");
  budget.check("get", { path: "/p", watch: false }, "/p");
});

test("what was deleted is not counted any more, and only once", () => {
  const budget = filled();
  for (let time = 0; time < 2; time++)
    budget.settled("delete", { path: `${LONG}a`, version: -1 }, { code: 0, value: undefined });
  made(budget, `${LONG}a`);
  expect(() => budget.check("create", create("/d"), "/d")).toThrow("3 ephemeral znodes");
});

test("what somebody else has deleted, and is made again, is counted once", () => {
  const budget = new EphemeralBudget();
  for (let time = 0; time < 4; time++) made(budget, LONG);
  budget.check("create", create("/d"), "/d");
});
