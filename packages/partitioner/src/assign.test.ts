import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Assignment, assign, type Candidate, targetsOf } from "./assign.js";

const NAMES = Array.from({ length: 40 }, (_, index) => `p${index}`);
const IDENTIFIERS = Array.from({ length: 8 }, (_, index) => `m${index}`);

const partitions = fc.uniqueArray(fc.constantFrom(...NAMES));

function candidates(minLength: number, weight: fc.Arbitrary<number>): fc.Arbitrary<readonly Candidate[]> {
  return fc
    .uniqueArray(fc.constantFrom(...IDENTIFIERS), { minLength })
    .chain((identifiers) =>
      fc
        .array(weight, { minLength: identifiers.length, maxLength: identifiers.length })
        .map((weights) => identifiers.map((identifier, index) => ({ identifier, weight: weights[index] ?? 1 }))),
    );
}

/** Whoever owns what at present: any part of the names, in any order, also of members that have gone. */
const current: fc.Arbitrary<Assignment> = fc
  .shuffledSubarray(NAMES)
  .chain((names) =>
    fc
      .array(fc.constantFrom(...IDENTIFIERS), { minLength: names.length, maxLength: names.length })
      .map(
        (owners) => new Map(IDENTIFIERS.map((owner) => [owner, names.filter((_, index) => owners[index] === owner)])),
      ),
  );

const WEIGHT = fc.integer({ min: 1, max: 5 });

function ownersIn(assignment: Assignment): ReadonlyMap<string, string> {
  return new Map([...assignment].flatMap(([owner, names]) => names.map((name): [string, string] => [name, owner])));
}

/** How many partitions are taken away from members that are still there. */
function takenAway(before: Assignment, after: Assignment, names: readonly string[]): number {
  const [old, now] = [ownersIn(before), ownersIn(after)];
  return names.filter((name) => after.has(old.get(name) ?? "") && now.get(name) !== old.get(name)).length;
}

/** The fewest that any division takes away in which each has its share, rounded down or up: by trying all of them. */
function lowerBound(count: number, members: readonly Candidate[], held: readonly number[]): number {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const floors = members.map(({ weight }) => Math.floor((count * weight) / total));
  const ceilings = members.map(({ weight }) => Math.ceil((count * weight) / total));
  let best = Number.POSITIVE_INFINITY;
  for (let choice = 0; choice < 2 ** members.length; choice++) {
    const loads = members.map((_, index) => ((choice >> index) & 1 ? ceilings[index] : floors[index]) ?? 0);
    if (loads.reduce((sum, load) => sum + load, 0) !== count) continue;
    const taken = loads.reduce((sum, load, index) => sum + Math.max(0, (held[index] ?? 0) - load), 0);
    best = Math.min(best, taken);
  }
  return best;
}

describe("assign", () => {
  it("gives every partition to one candidate, and nothing else to anybody", () => {
    fc.assert(
      fc.property(partitions, candidates(1, WEIGHT), current, (names, members, before) => {
        const after = assign(names, members, before);
        expect([...after.keys()].sort()).toEqual(members.map(({ identifier }) => identifier).sort());
        expect([...after.values()].flat().sort()).toEqual([...names].sort());
      }),
    );
  });

  it("gives the most and the least loaded numbers that differ by at most one, where weights are equal", () => {
    fc.assert(
      fc.property(partitions, candidates(1, fc.constant(3)), current, (names, members, before) => {
        const loads = [...assign(names, members, before).values()].map(({ length }) => length);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("gives each its share by weight, rounded down or up", () => {
    fc.assert(
      fc.property(partitions, candidates(1, WEIGHT), current, (names, members, before) => {
        const total = members.reduce((sum, { weight }) => sum + weight, 0);
        const after = assign(names, members, before);
        for (const { identifier, weight } of members) {
          const share = (names.length * weight) / total;
          const load = after.get(identifier)?.length ?? Number.NaN;
          expect(load).toBeGreaterThanOrEqual(Math.floor(share));
          expect(load).toBeLessThanOrEqual(Math.ceil(share));
        }
      }),
    );
  });

  it("takes no more partitions away than any other division in which each has its share (H82)", () => {
    fc.assert(
      fc.property(partitions, candidates(1, WEIGHT), current, (names, members, before) => {
        const set = new Set(names);
        const held = members.map(
          ({ identifier }) => before.get(identifier)?.filter((name) => set.has(name)).length ?? 0,
        );
        const after = assign(names, members, before);
        expect(takenAway(before, after, names)).toBe(lowerBound(names.length, members, held));
      }),
    );
  });

  it("takes nothing away when a member leaves or partitions are added, and a joiner gets no more than its share (H82)", () => {
    fc.assert(
      fc.property(partitions, candidates(2, fc.constant(1)), (names, members) => {
        const [newcomer, ...others] = members as [Candidate, ...Candidate[]];
        const before = assign(names, others, new Map());
        const joined = assign(names, members, before);
        expect(takenAway(before, joined, names)).toBe(Math.floor(names.length / members.length));
        expect(joined.get(newcomer.identifier)).toHaveLength(Math.floor(names.length / members.length));
        const left = assign(names, others, joined);
        expect(takenAway(joined, left, names)).toBe(0);
      }),
    );
  });

  it("changes nothing that is as it should be: what it has made, it leaves as it is", () => {
    fc.assert(
      fc.property(partitions, candidates(1, WEIGHT), current, (names, members, before) => {
        const once = assign(names, members, before);
        expect(assign(names, members, once)).toEqual(once);
      }),
    );
  });

  it("is the same for the same members in another order", () => {
    fc.assert(
      fc.property(partitions, candidates(1, WEIGHT), current, (names, members, before) => {
        expect([...assign(names, [...members].reverse(), before)]).toEqual([...assign(names, members, before)]);
      }),
    );
  });

  it("lets a member that has too many give up what it got last", () => {
    const before = new Map([["m0", ["p3", "p0", "p2", "p1"]]]);
    const members = [
      { identifier: "m0", weight: 1 },
      { identifier: "m1", weight: 1 },
    ];
    expect(assign(["p0", "p1", "p2", "p3"], members, before)).toEqual(
      new Map([
        ["m0", ["p3", "p0"]],
        ["m1", ["p1", "p2"]],
      ]),
    );
  });

  it("gives nobody anything where there is nobody", () => {
    expect(assign(["p0"], [], new Map([["m0", ["p0"]]]))).toEqual(new Map());
  });
});

describe("targetsOf", () => {
  it("rounds up whoever has the largest remainders, after those who have so many already", () => {
    const weights = [1, 2, 4];
    expect(
      targetsOf(
        10,
        weights.map((weight) => ({ weight, held: 0 })),
      ),
    ).toEqual([1, 3, 6]);
    expect(
      targetsOf(
        10,
        weights.map((weight) => ({ weight, held: weight === 1 ? 2 : 0 })),
      ),
    ).toEqual([2, 3, 5]);
  });
});
