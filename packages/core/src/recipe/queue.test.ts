import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type Naming, needsCzxids, queueOf } from "./queue.js";
import { parseSequence } from "./sequence.js";

const MAX = 2 ** 31 - 1;

const NAMING: Naming = {
  prefix: (id) => `${id}-lock-`,
  sequenceOf: (name) => {
    const at = name.lastIndexOf("-lock-");
    return at < 0 ? undefined : parseSequence(name.slice(at + 6));
  },
};

const WRAPPED = "z-lock--2147483648";
const BEFORE_WRAP = "a-lock-2147483647";
const FOREIGN = ["config", "-lock-", "x-lock-12", "lease-0000000000", "x-lock-9999999999"];

/** As the server prints it; far enough from zero below it that its width does not matter here. */
function nameAt(id: string, sequence: number): string {
  return NAMING.prefix(id) + (sequence < 0 ? String(sequence) : String(sequence).padStart(10, "0"));
}

/** Contenders in the order of their creation, some of them gone since, as a listing in any order with foreign names in it. */
const SCENE = fc
  .record({
    // Numbers that begin anywhere, often just before the wrap.
    first: fc.oneof(fc.integer({ min: 0, max: MAX }), fc.integer({ min: MAX - 12, max: MAX })),
    contenders: fc.array(fc.record({ id: fc.uuid(), gap: fc.integer({ min: 1, max: 5 }), isAlive: fc.boolean() }), {
      maxLength: 12,
    }),
    foreign: fc.subarray(FOREIGN),
    seed: fc.array(fc.nat(), { minLength: 24, maxLength: 24 }),
  })
  .map(({ first, contenders, foreign, seed }) => {
    let sequence = first;
    const created = contenders.map(({ id, gap, isAlive }) => {
      sequence = (sequence + gap) | 0;
      return { name: nameAt(id, sequence), isAlive };
    });
    const alive = created.filter(({ isAlive }) => isAlive).map(({ name }) => name);
    const dead = created.filter(({ isAlive }) => !isAlive).map(({ name }) => name);
    const listing = [...alive, ...foreign]
      .map((name, index) => ({ name, key: seed[index] ?? 0 }))
      .sort((a, b) => a.key - b.key)
      .map(({ name }) => name);
    return { alive, dead, listing };
  });

describe("decide", () => {
  it("grants exactly one contender of any listing: the oldest that lives (H44, H54, H56)", () => {
    fc.assert(
      fc.property(SCENE, ({ alive, listing }) => {
        const granted = alive.filter((name) => decide(listing, name, NAMING).kind === "granted");
        expect(granted).toEqual(alive.slice(0, 1));
      }),
    );
  });

  it("makes every other wait for the one created directly before it, also across the wrap (H39, H54)", () => {
    fc.assert(
      fc.property(SCENE, ({ alive, listing }) => {
        alive.slice(1).forEach((name, index) => {
          const ahead = index + 1;
          expect(decide(listing, name, NAMING)).toEqual({ kind: "wait", predecessor: alive[index], ahead });
        });
      }),
    );
  });

  it("never lets two wait for the same one: a release wakes at most one waiter (H39)", () => {
    fc.assert(
      fc.property(SCENE, ({ alive, listing }) => {
        const awaited = alive.flatMap((name) => {
          const decision = decide(listing, name, NAMING);
          return decision.kind === "wait" ? [decision.predecessor] : [];
        });
        expect(new Set(awaited).size).toBe(awaited.length);
      }),
    );
  });

  it("grants nothing to a contender whose own znode is not listed (H45)", () => {
    fc.assert(
      fc.property(SCENE, ({ dead, listing }) => {
        for (const name of dead) expect(decide(listing, name, NAMING)).toEqual({ kind: "gone" });
      }),
    );
  });

  it("keeps waiting when a contender in the middle dies while the holder lives (H44)", () => {
    const [a, b, c] = ["a-lock-0000000001", "b-lock-0000000002", "c-lock-0000000003"];
    expect(decide([c, a, b], c, NAMING)).toEqual({ kind: "wait", predecessor: b, ahead: 2 });
    expect(decide([c, a], c, NAMING)).toEqual({ kind: "wait", predecessor: a, ahead: 1 });
    expect(decide([c], c, NAMING)).toEqual({ kind: "granted" });
  });

  it("puts a contender before the wrap before one after it, whatever their texts say (H54)", () => {
    expect(decide([WRAPPED, BEFORE_WRAP], WRAPPED, NAMING)).toEqual({
      kind: "wait",
      predecessor: BEFORE_WRAP,
      ahead: 1,
    });
    expect(decide([WRAPPED, BEFORE_WRAP], BEFORE_WRAP, NAMING)).toEqual({ kind: "granted" });
  });

  it("orders by the number, not by the random part in front of it", () => {
    const names = ["z-lock-0000000001", "a-lock-0000000002"];
    expect(decide(names, "z-lock-0000000001", NAMING).kind).toBe("granted");
  });

  it("takes its own name that does not parse for gone, rather than for first (H45)", () => {
    expect(decide(["config"], "config", NAMING)).toEqual({ kind: "gone" });
  });

  it("does not count foreign names, whatever they look like (H56)", () => {
    expect(decide([...FOREIGN, "a-lock-0000000005"], "a-lock-0000000005", NAMING)).toEqual({ kind: "granted" });
  });

  it("orders by czxid once the counter is used up and gives everybody the same number, or negative ones (H54)", () => {
    const names = ["a-lock-2147483647", "c-lock--2147483648", "b-lock-2147483647", "d-lock-2147483646"];
    expect(needsCzxids(names, NAMING)).toBe(true);
    const created = ["d-lock-2147483646", "c-lock--2147483648", "b-lock-2147483647", "a-lock-2147483647"];
    const czxids = new Map(created.map((name, index) => [name, BigInt(index)]));
    expect(queueOf(names, NAMING, czxids).map(({ name }) => name)).toEqual(created);
    expect(names.filter((name) => decide(names, name, NAMING, czxids).kind === "granted")).toEqual([created[0]]);
  });

  it("orders by number what has one of its own, also beside what has none, whatever the czxids say (H54, H60)", () => {
    // The last of them was created in the place of one that had its number before.
    const created = [
      "b-lock-2147483645",
      "c-lock-2147483646",
      "d-lock-2147483647",
      "e-lock-2147483647",
      "a-lock-2147483644",
    ];
    const czxids = new Map(created.map((name, index) => [name, BigInt(index)]));
    const order = ["a-lock-2147483644", ...created.slice(0, 4)];
    expect(queueOf(created, NAMING, czxids).map(({ name }) => name)).toEqual(order);
    expect(queueOf(created.toReversed(), NAMING, czxids).map(({ name }) => name)).toEqual(order);
  });

  it("does not count a contender whose czxid could not be read: it is gone", () => {
    const names = ["a-lock-2147483647", "b-lock-2147483647"];
    const own = "b-lock-2147483647";
    expect(decide(names, own, NAMING, new Map([[own, 7n]]))).toEqual({ kind: "granted" });
    expect(decide(names, own, NAMING, new Map())).toEqual({ kind: "gone" });
  });

  it("needs no czxids while the counter goes on", () => {
    expect(needsCzxids(["a-lock-2147483647", "b-lock-2147483647"], NAMING)).toBe(true);
    expect(needsCzxids(["a-lock-0000000000", "b-lock-2147483646", "foreign"], NAMING)).toBe(false);
  });
});

describe("queueOf", () => {
  it("lists the contenders in the order of their creation, and nobody else (H54, H56)", () => {
    fc.assert(
      fc.property(SCENE, ({ alive, listing }) => {
        expect(queueOf(listing, NAMING).map(({ name }) => name)).toEqual(alive);
      }),
    );
  });

  it("agrees with decide about who is first and who waits for whom", () => {
    fc.assert(
      fc.property(SCENE, ({ listing }) => {
        queueOf(listing, NAMING).forEach(({ name }, index, queue) => {
          const before = queue[index - 1];
          expect(decide(listing, name, NAMING)).toEqual(
            before === undefined ? { kind: "granted" } : { kind: "wait", predecessor: before.name, ahead: index },
          );
        });
      }),
    );
  });
});
