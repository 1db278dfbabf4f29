import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Addition, checkAdditions, type Reading } from "./additions.js";
import { spread, spreads } from "./sequential.test-support.js";

const NEVER = Number.POSITIVE_INFINITY;

const known = (start: number, end: number, before: number, amount = 1): Addition => ({ start, end, amount, before });
const doubtful = (start: number, amount = 1): Addition => ({ start, end: NEVER, amount });
const read = (start: number, end: number, value: number): Reading => ({ start, end, value });

describe("known-good histories are explained", () => {
  it("of nothing at all, and of readings alone", () => {
    expect(checkAdditions([], []).kind).toBe("explained");
    expect(checkAdditions([], [read(0, 1, 0), read(2, 3, 0)]).kind).toBe("explained");
  });

  it("whose doubtful additions took place much later, or not at all", () => {
    const additions = [doubtful(0), doubtful(0), known(1, 2, 0)];
    expect(checkAdditions(additions, [read(3, 4, 1), read(5, 6, 2)]).kind).toBe("explained");
  });

  it("where one doubtful addition must be kept for later", () => {
    // Three of 2 would do for the first gap as well, but then there is none left for the second.
    const additions = [doubtful(0, 2), doubtful(0, 2), doubtful(0, 2), doubtful(0, 4), known(1, 2, 4, 7)];
    expect(checkAdditions(additions, [read(3, 4, 17)]).kind).toBe("explained");
    expect(checkAdditions(additions, [read(3, 4, 21)]).kind).toBe("violation");
  });
});

describe("known-bad histories are not", () => {
  it("an addition that was applied twice, and one that was lost", () => {
    expect(checkAdditions([known(0, 1, 0)], [read(2, 3, 2)]).kind).toBe("violation");
    expect(checkAdditions([known(0, 1, 0)], [read(2, 3, 0)]).kind).toBe("violation");
    expect(checkAdditions([known(0, 1, 0), known(2, 3, 0)], []).kind).toBe("violation");
  });

  it("a doubtful addition that is needed twice, or before it began", () => {
    expect(checkAdditions([doubtful(0)], [read(1, 2, 1), read(3, 4, 2)]).kind).toBe("violation");
    expect(checkAdditions([doubtful(2)], [read(0, 1, 1)]).kind).toBe("violation");
  });

  it("values that go back in time", () => {
    const later = known(5, 6, 0);
    expect(checkAdditions([later, known(0, 1, 1)], []).kind).toBe("violation");
    expect(checkAdditions([doubtful(5, 2), known(0, 7, 2), known(0, 4, 3)], []).kind).toBe("violation");
  });

  it("a result that contradicts itself", () => {
    expect(checkAdditions([known(0, 1, Number.NaN)], []).kind).toBe("violation");
  });

  it("are told with the value, the time, and what was there before", () => {
    expect(checkAdditions([known(0, 1, 0, 5)], [read(2, 3, 6)])).toEqual({
      kind: "violation",
      message: "nothing explains that the number was 6 when it was read, from 2.000 to 3.000, after it had been 5",
    });
  });
});

interface Each {
  readonly amount: number;
  readonly isDoubtful: boolean;
}

/** The additions as they took place one after the other, and the number in the end. */
function history(each: readonly Each[], seeds: readonly number[]): { additions: readonly Addition[]; sum: number } {
  let sum = 0;
  const actions = each.map(({ amount, isDoubtful }) => {
    sum += amount;
    return isDoubtful ? { amount } : { amount, before: sum - amount };
  });
  const additions = spread(actions, seeds).map(({ start, end, action }): Addition => {
    return { ...action, start, end: "before" in action ? end : NEVER };
  });
  return { additions, sum };
}

const eachOf = (amount: fc.Arbitrary<number>) => fc.array(fc.record({ amount, isDoubtful: fc.boolean() }));
const anyAmount = fc.constantFrom(fc.constantFrom(1, 2), fc.integer({ min: 1_000_000, max: 1_999_999 }));

describe("random executions", () => {
  it("are explained, those included whose results nobody knows", () => {
    fc.assert(
      fc.property(anyAmount.chain(eachOf), spreads, (each, seeds) => {
        const { additions, sum } = history(each, seeds);
        expect(checkAdditions(additions, [read(1e9, 1e9 + 1, sum)]).kind).toBe("explained");
        expect(checkAdditions(additions, [read(1e9, 1e9 + 1, sum + 1)]).kind).toBe("violation");
      }),
    );
  });

  it("of which one addition was applied twice are not, where amounts tell additions apart", () => {
    const amounts = fc.uniqueArray(fc.integer({ min: 1_000_000, max: 1_999_999 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(amounts, fc.nat(), spreads, (unique, at, seeds) => {
        const each = unique.map((amount, index) => ({ amount, isDoubtful: index % 3 === 0 }));
        const twice = each[at % each.length] as Each;
        const { additions, sum } = history(each, seeds);
        // By chance it might be the sum of two others that are in doubt.
        const others = each.filter((other) => other.isDoubtful).map(({ amount }) => amount);
        fc.pre(!others.includes(twice.amount) && others.length < 8);
        expect(checkAdditions(additions, [read(1e9, 1e9 + 1, sum + twice.amount)]).kind).toBe("violation");
      }),
    );
  });
});

describe("the search", () => {
  it("gives up after so many steps, or so long, and says so", () => {
    const additions = Array.from({ length: 40 }, (_, index) => doubtful(0, 1_000 + 2 * index));
    const odd = [read(1, 2, 20_001)];
    expect(checkAdditions(additions, odd, { steps: 1_000 }).kind).toBe("exhausted");
    expect(checkAdditions(additions, odd, { timeMs: -1 }).kind).toBe("exhausted");
  });

  it.each([
    ["few amounts", (index: number) => (index % 3 === 0 ? 5 : 1)],
    ["amounts of which some make another", (index: number) => [1, 5, 1_000, 5_000][index % 4] ?? 1],
    ["an amount for each", (index: number) => 1_000_000 + ((index * 7_919) % 1_000_003)],
  ])("is done in a second with an hour of additions, a fifth of them in doubt, with %s", (_, amountOf) => {
    let value = 0;
    const additions = Array.from({ length: 50_000 }, (__, index): Addition => {
      const amount = amountOf(index);
      const isDoubtful = index % 5 === 0;
      const before = value;
      if (!isDoubtful || index % 2 === 0) value += amount;
      const [start, end] = [index - (index % 4), index + (index % 7)];
      return isDoubtful ? doubtful(start, amount) : known(start, end, before, amount);
    });
    expect(checkAdditions(additions, [], { timeMs: 20_000 }).kind).toBe("explained");
  });
});
