import { expect, test } from "vitest";
import { Random } from "./random.js";

test("the same seed gives the same sequence, another stream another", () => {
  const sequence = (random: Random) => Array.from({ length: 20 }, () => random.next());
  expect(sequence(new Random(1, "a"))).toEqual(sequence(new Random(1, "a")));
  expect(sequence(new Random(1, "a"))).not.toEqual(sequence(new Random(1, "b")));
  expect(sequence(new Random(1, "a"))).not.toEqual(sequence(new Random(2, "a")));
});

test("whole numbers come from the range with both its ends, and items as often as they weigh", () => {
  const random = new Random(7);
  const numbers = Array.from({ length: 2_000 }, () => random.between(2.5, 5));
  expect([...new Set(numbers)].sort()).toEqual([3, 4, 5]);
  const picked = Array.from({ length: 3_000 }, () =>
    random.weighted([
      [2, "often"],
      [1, "less"],
      [0, "never"],
    ]),
  );
  expect(picked.filter((item) => item === "often").length).toBeGreaterThan(1_800);
  expect(picked).not.toContain("never");
  expect(picked).toContain("less");
});
