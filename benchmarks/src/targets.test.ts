import { describe, expect, it } from "vitest";
import { judge, lead } from "./targets.js";

const samples = {
  zookit: [
    { rate: 200, requests: 3 },
    { rate: 20, requests: 3 },
    { rate: 220, requests: 3 },
  ],
  kazoo: [
    { rate: 100, requests: 4 },
    { rate: 10, requests: 4 },
    { rate: 110, requests: 4 },
  ],
};

describe("a target of the benchmarks", () => {
  it("is met or missed by a figure of zookit's own", () => {
    expect(judge({ metric: "requests", atMost: 3 }, samples)).toEqual({
      text: "requests ≤ 3",
      measured: 3,
      isMet: true,
    });
    expect(judge({ metric: "requests", atMost: 2 }, samples).isMet).toBe(false);
  });

  it("is met or missed by the ratio to a peer, round by round", () => {
    expect(judge({ metric: "rate", versus: "kazoo", atLeast: 2 }, samples)).toMatchObject({ measured: 2, isMet: true });
    expect(judge({ metric: "rate", versus: "kazoo", atLeast: 2.1 }, samples).isMet).toBe(false);
  });

  it("is missed where nothing was measured", () => {
    expect(judge({ metric: "rate", versus: "curator", atLeast: 1 }, samples).isMet).toBe(false);
    expect(judge({ metric: "heapBytes", atMost: 1 }, samples).isMet).toBe(false);
  });

  it("has a lead above 1 where zookit is ahead, whichever way is better", () => {
    expect(lead(samples, "kazoo", "rate", true)).toBe(2);
    expect(lead(samples, "kazoo", "requests", false)).toBeCloseTo(4 / 3);
  });
});
