import { expect, test } from "vitest";
import { addition, exchange, inSequence } from "./change.js";
import { CounterOverflowError } from "./errors.js";

const RANGE = { min: -10, max: 10 };

test("changes follow one another, each on what the one before has left", () => {
  const changes = [addition(3, "/n"), exchange(3, 7, "/n"), addition(-8, "/n")];
  const { results, value } = inSequence(changes, 0, RANGE);
  expect(results).toEqual([
    { before: 0, after: 3 },
    { before: 3, after: 7 },
    { before: 7, after: -1 },
  ]);
  expect(value).toBe(-1);
});

test("one that would overflow is refused, and those after it go on as if it were not there (H76)", () => {
  const { results, value } = inSequence([addition(9, "/n"), addition(2, "/n"), addition(1, "/n")], 0, RANGE);
  expect(results[1]).toBeInstanceOf(CounterOverflowError);
  expect(results[2]).toEqual({ before: 9, after: 10 });
  expect(value).toBe(10);
});

test("an exchange leaves any other value than the expected one", () => {
  expect(exchange(1, 5, "/n")(2, RANGE)).toEqual({ before: 2, after: 2 });
});
