import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Stat } from "../znode.js";
import { tokenFromListing } from "./fencing-token.js";

/** The part of a server that sequence numbers and a parent's Stat come from: DataNode.copyStat, PrepRequestProcessor. */
class Parent {
  #zxid: bigint;
  /** Number of creations, an int32 that wraps. */
  #creations: number;
  #pzxid: bigint;
  readonly #children = new Map<number, bigint>();

  constructor(creations: number, zxid: bigint) {
    this.#creations = creations;
    this.#zxid = zxid;
    this.#pzxid = zxid;
  }

  create(): { readonly sequence: number; readonly czxid: bigint } {
    const sequence = this.#creations;
    this.#creations = (this.#creations + 1) | 0;
    this.#pzxid = ++this.#zxid;
    this.#children.set(sequence, this.#zxid);
    return { sequence, czxid: this.#zxid };
  }

  deleteOldest(except: number): void {
    const sequence = [...this.#children.keys()].find((key) => key !== except);
    if (sequence === undefined) return;
    this.#children.delete(sequence);
    this.#pzxid = ++this.#zxid;
  }

  /** Somebody writes elsewhere in the tree. */
  elsewhere(): void {
    this.#zxid++;
  }

  stat(): Stat {
    const numChildren = this.#children.size;
    return {
      czxid: 1n,
      mzxid: 1n,
      pzxid: this.#pzxid,
      ctime: new Date(0),
      mtime: new Date(0),
      version: 0,
      cversion: (2 * this.#creations - numChildren) | 0,
      aversion: 0,
      ephemeralOwner: undefined,
      dataLength: 0,
      numChildren,
    };
  }
}

type Step = "create" | "delete" | "elsewhere";

const NOBODY = Number.NaN;

function take(parent: Parent, step: Step, ours: number): void {
  if (step === "create") parent.create();
  else if (step === "delete") parent.deleteOldest(ours);
  else parent.elsewhere();
}

const STEPS = fc.array(fc.constantFrom<Step>("create", "delete", "elsewhere"), { maxLength: 15 });
const COUNTS = fc.oneof(
  fc.integer(),
  fc.constant(0),
  // Around the wrap of the counter, and around those of what the server prints: twice the counter.
  fc.integer({ min: 2 ** 31 - 8, max: 2 ** 31 - 1 }),
  fc.integer({ min: 2 ** 30 - 8, max: 2 ** 30 }),
  fc.integer({ min: -(2 ** 31), max: -(2 ** 31) + 8 }),
  fc.integer({ min: -8, max: 0 }),
);

describe("tokenFromListing", () => {
  it("gives a token exactly when no sibling was created after ours, and the counter goes on (H57)", () => {
    fc.assert(
      fc.property(COUNTS, STEPS, STEPS, (creations, before, after) => {
        const parent = new Parent(creations, 1_000n);
        for (const step of before) take(parent, step, NOBODY);
        const { sequence } = parent.create();
        for (const step of after) take(parent, step, sequence);
        const isLatest = !after.includes("create");
        const goesOn = sequence >= 0 && sequence < 2 ** 31 - 2;
        expect(tokenFromListing(parent.stat(), sequence) !== undefined).toBe(isLatest && goesOn);
      }),
    );
  });

  it("gives a token between the own czxid and that of every later contender (H57)", () => {
    fc.assert(
      fc.property(COUNTS, STEPS, STEPS, STEPS, (creations, before, after, later) => {
        const parent = new Parent(creations, 1_000n);
        for (const step of before) take(parent, step, NOBODY);
        const { sequence, czxid } = parent.create();
        for (const step of after) take(parent, step, sequence);
        const token = tokenFromListing(parent.stat(), sequence);
        if (token === undefined) return;
        expect(token).toBeGreaterThanOrEqual(czxid);
        for (const step of later) take(parent, step, sequence);
        expect(token).toBeLessThan(parent.create().czxid);
      }),
    );
  });

  it("gives no token where the counter is used up: it stands still, as if nothing came after ours (H54)", () => {
    const parent = new Parent(0, 41n);
    parent.create();
    for (const sequence of [2 ** 31 - 2, 2 ** 31 - 1, -(2 ** 31), -1]) {
      const cversion = (2 * (sequence + 1) - 1) | 0;
      expect(tokenFromListing({ ...parent.stat(), cversion, numChildren: 1 }, sequence)).toBeUndefined();
    }
  });

  it("is the own czxid when nothing else has happened", () => {
    const parent = new Parent(0, 41n);
    const { sequence, czxid } = parent.create();
    expect(tokenFromListing(parent.stat(), sequence)).toBe(czxid);
  });

  it("gives no token once a sibling was created, although that has gone again", () => {
    const parent = new Parent(7, 41n);
    const { sequence } = parent.create();
    parent.create();
    parent.deleteOldest(sequence);
    expect(tokenFromListing(parent.stat(), sequence)).toBeUndefined();
  });

  it("increases from contender to contender, whoever gets it from the listing and whoever from its own czxid", () => {
    fc.assert(
      fc.property(COUNTS, fc.array(STEPS, { minLength: 1, maxLength: 6 }), (creations, rounds) => {
        const parent = new Parent(creations, 1_000n);
        let highest = 0n;
        for (const steps of rounds) {
          const { sequence, czxid } = parent.create();
          for (const step of steps) take(parent, step, sequence);
          const token = tokenFromListing(parent.stat(), sequence) ?? czxid;
          expect(token).toBeGreaterThan(highest);
          highest = token;
        }
      }),
    );
  });
});
