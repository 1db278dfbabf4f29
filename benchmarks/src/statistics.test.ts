import { describe, expect, it } from "vitest";
import { median, pairedRatio, quantile, spread } from "./statistics.js";

describe("the statistics of the benchmarks", () => {
  it("take the middle of an odd number of values, and the mean of the middle two of an even number", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it("take as quantile a value that was measured", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(quantile(hundred, 0.5)).toBe(50);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile([7], 0.99)).toBe(7);
  });

  it("give the spread as a part of the median", () => {
    expect(spread([90, 100, 110])).toBeCloseTo(0.1);
    expect(spread([5])).toBe(0);
  });

  it("compare within each round, so that a round on a busy machine does not count against one peer", () => {
    expect(pairedRatio([200, 20, 200], [100, 10, 100])).toBe(2);
    expect(pairedRatio([200, 200], [100])).toBe(2);
  });
});
