import { decide, LOCK_DIALECTS } from "@zookit/core/recipe";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdersOf, type Mode, readWriteNaming } from "./read-write-naming.js";

const MAX = 2 ** 31 - 1;
const FOREIGN = ["config", "__READ__", "__WRIT__12", "lease-0000000000", "x-lock-0000000000", "x__READ__9999999999"];

const namingOf = (mode: Mode) => readWriteNaming("curator", mode);

interface Contender {
  readonly name: string;
  readonly mode: Mode;
}

/** Contenders in the order of their creation, as a listing in any order with foreign names in it. */
const SCENE = fc
  .record({
    first: fc.oneof(fc.integer({ min: 0, max: MAX - 100 }), fc.constant(0)),
    contenders: fc.array(
      fc.record({
        id: fc.uuid(),
        gap: fc.integer({ min: 1, max: 5 }),
        mode: fc.constantFrom<Mode>("read", "read", "write"),
        dialect: fc.constantFrom(...LOCK_DIALECTS),
      }),
      { maxLength: 12 },
    ),
    foreign: fc.subarray(FOREIGN),
    seed: fc.array(fc.nat(), { minLength: 24, maxLength: 24 }),
  })
  .map(({ first, contenders, foreign, seed }) => {
    let sequence = first;
    const queue = contenders.map(({ id, gap, mode, dialect }): Contender => {
      sequence += gap;
      return { name: readWriteNaming(dialect, mode).prefix(id) + String(sequence).padStart(10, "0"), mode };
    });
    const listing = [...queue.map(({ name }) => name), ...foreign]
      .map((name, index) => ({ name, key: seed[index] ?? 0 }))
      .sort((a, b) => a.key - b.key)
      .map(({ name }) => name);
    return { queue, listing };
  });

const decisionOf = (listing: readonly string[], { name, mode }: Contender) => decide(listing, name, namingOf(mode));

describe("readers and writers of one queue", () => {
  it("hold together or alone as they should: all readers before the first writer, or that writer (H59)", () => {
    fc.assert(
      fc.property(SCENE, ({ queue, listing }) => {
        const granted = queue.filter((contender) => decisionOf(listing, contender).kind === "granted");
        const firstWriter = queue.findIndex(({ mode }) => mode === "write");
        const expected = firstWriter === 0 ? 1 : firstWriter < 0 ? queue.length : firstWriter;
        expect(granted).toEqual(queue.slice(0, expected));
      }),
    );
  });

  it("never all wait: the first contender is always granted (H59)", () => {
    fc.assert(
      fc.property(SCENE, ({ queue, listing }) => {
        for (const contender of queue.slice(0, 1)) expect(decisionOf(listing, contender).kind).toBe("granted");
      }),
    );
  });

  it("wait for those before them only, a reader for writers only, and each for the nearest (H39, H59)", () => {
    fc.assert(
      fc.property(SCENE, ({ queue, listing }) => {
        queue.forEach((contender, index) => {
          const before = queue
            .slice(0, index)
            .filter(({ mode }) => contender.mode === "write" || mode === "write")
            .map(({ name }) => name);
          const decision = decisionOf(listing, contender);
          if (before.length === 0) expect(decision.kind).toBe("granted");
          else expect(decision).toEqual({ kind: "wait", predecessor: before.at(-1), ahead: before.length });
        });
      }),
    );
  });

  it("are said to hold as they are granted", () => {
    fc.assert(
      fc.property(SCENE, ({ queue, listing }) => {
        const granted = queue.filter((contender) => decisionOf(listing, contender).kind === "granted");
        expect(holdersOf(queue.map(({ name }) => name))).toBe(granted.length);
      }),
    );
  });

  it("come after a reader in the place of a writer as after the writer, while both are there and then (H60)", () => {
    fc.assert(
      fc.property(SCENE, fc.uuid(), ({ queue, listing }, id) => {
        const [writer, ...behind] = queue;
        fc.pre(writer?.mode === "write");
        const reader = `${namingOf("read").prefix(id)}${writer.name.slice(-10)}`;
        const both = [reader, ...listing];
        const after = both.filter((name) => name !== writer.name);
        for (const contender of behind) expect(decisionOf(both, contender).kind).toBe("wait");
        const granted = behind.filter((contender) => decisionOf(after, contender).kind === "granted");
        expect(granted.every(({ mode }) => mode === "read")).toBe(true);
        expect(decide(after, reader, namingOf("read")).kind).toBe("granted");
        expect(holdersOf([reader, ...behind.map(({ name }) => name)])).toBe(1 + granted.length);
      }),
    );
  });
});

describe("names", () => {
  it.each([
    ["_c_4d09e4ee-1d2e-4a1b-9a52-1d0f6f2f8a3c-__READ__0000000007", 7],
    ["_c_4d09e4ee-1d2e-4a1b-9a52-1d0f6f2f8a3c-__WRIT__0000000008", 8],
    ["__READ__0000000009", 9],
    ["4d09e4ee1d2e4a1b9a521d0f6f2f8a3c__rlock__0000000010", 10],
    ["4d09e4ee1d2e4a1b9a521d0f6f2f8a3c__lock__0000000011", 11],
    ["x__WRIT__-2147483648", -2147483648],
  ])("of Curator's and of kazoo's contenders count for both sides: %s", (name, sequence) => {
    for (const dialect of LOCK_DIALECTS) {
      for (const mode of ["read", "write"] as const) {
        expect(readWriteNaming(dialect, mode).sequenceOf(name)).toBe(sequence);
      }
    }
  });

  it.each(["config", "x__READ__", "x__WRIT__12", "x-lock-0000000001", "x__READ__00000000010", "x__lock__0000000001x"])(
    "of others do not (H56): %s",
    (name) => {
      expect(namingOf("write").sequenceOf(name)).toBeUndefined();
    },
  );

  it("are written as each peer writes them", () => {
    const id = "4d09e4ee-1d2e-4a1b-9a52-1d0f6f2f8a3c";
    const prefixes = LOCK_DIALECTS.map((dialect) =>
      (["read", "write"] as const).map((mode) => readWriteNaming(dialect, mode).prefix(id)),
    );
    expect(prefixes).toEqual([
      [`_c_${id}-__READ__`, `_c_${id}-__WRIT__`],
      [`${id.replaceAll("-", "")}__rlock__`, `${id.replaceAll("-", "")}__lock__`],
    ]);
  });
});
