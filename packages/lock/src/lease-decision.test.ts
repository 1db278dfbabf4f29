import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideLeases, LEASE_NAMING } from "./lease-decision.js";

function lease(sequence: number, id = "a"): string {
  return `_c_${id}-lease-${String(sequence).padStart(10, "0")}`;
}

interface Ask {
  readonly id: string;
  readonly names: readonly string[];
}

/** Who holds, by a rule. */
type Rule = (names: readonly string[], own: readonly string[], limit: number) => boolean;

const OURS: Rule = (names, own, limit) => decideLeases(names, own, limit) === "granted";
/** Curator's. */
const BY_COUNT: Rule = (names, own, limit) => names.length <= limit && own.every((name) => names.includes(name));

describe("decideLeases", () => {
  it("grants the first ones, as many as there are permits, in whatever order they are listed", () => {
    const names = [lease(7, "d"), lease(2, "b"), lease(5, "c"), lease(1, "a")];
    expect(decideLeases(names, [lease(2, "b")], 2)).toBe("granted");
    expect(decideLeases(names, [lease(5, "c")], 2)).toBe("wait");
    expect(decideLeases(names, [lease(5, "c")], 3)).toBe("granted");
  });

  it("grants several together or none of them (H63)", () => {
    const names = [lease(1, "a"), lease(2, "b"), lease(3, "a")];
    const own = [lease(1, "a"), lease(3, "a")];
    expect(decideLeases(names, own, 2)).toBe("wait");
    expect(decideLeases(names, own, 3)).toBe("granted");
  });

  it("grants nothing to whoever has lost one of them (H45)", () => {
    expect(decideLeases([lease(1)], [lease(1), lease(2)], 9)).toBe("gone");
    expect(decideLeases([], [lease(1)], 9)).toBe("gone");
  });

  it("does not count what is no lease (H56)", () => {
    const names = ["config", "_c_a-lease-", "_c_a-lease-12", "_c_a-lock-0000000001", lease(4)];
    expect(decideLeases(names, [lease(4)], 1)).toBe("granted");
  });

  it("counts leases that Curator wrote without protection", () => {
    expect(decideLeases(["lease-0000000001", lease(4)], [lease(4)], 1)).toBe("wait");
  });

  it("counts all others as earlier where the sequence counter is used up (H54)", () => {
    const own = lease(2 ** 31 - 1, "a");
    const names = [own, lease(2 ** 31 - 1, "b")];
    expect(decideLeases(names, [own], 1)).toBe("wait");
    expect(decideLeases(names, [own], 2)).toBe("granted");
  });

  it("never grants more than there are, whoever looks when, beside Curator, and whoever leaves in between (H62)", () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant("ask" as const), permits: fc.integer({ min: 1, max: 3 }) }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant("look" as const), who: fc.nat(), isCurator: fc.boolean() }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("leave" as const), who: fc.nat() }) },
    );
    const story = fc.record({
      limit: fc.integer({ min: 1, max: 4 }),
      first: fc.constantFrom(0, 2 ** 31 - 6),
      steps: fc.array(step, { maxLength: 40 }),
    });
    fc.assert(
      fc.property(story, ({ limit, first, steps }) => {
        let next = first;
        let asks: Ask[] = [];
        const holding = new Set<string>();
        for (const [index, step] of steps.entries()) {
          if (step.kind === "ask") {
            const id = `ask${index}`;
            // The counter of the servers stays where it is when it is used up.
            const names = Array.from({ length: step.permits }, (_, n) => {
              const name = lease(next, `${id}.${n}`);
              next = Math.min(next + 1, 2 ** 31 - 1);
              return name;
            });
            asks.push({ id, names });
            continue;
          }
          const ask = asks[step.who % Math.max(1, asks.length)];
          if (ask === undefined) continue;
          if (step.kind === "leave") {
            asks = asks.filter(({ id }) => id !== ask.id);
            holding.delete(ask.id);
            continue;
          }
          const names = asks.flatMap((other) => other.names);
          const rule = step.isCurator ? BY_COUNT : OURS;
          if (rule(names, ask.names, limit)) holding.add(ask.id);
          const held = asks.filter(({ id }) => holding.has(id)).flatMap(({ names }) => names);
          expect(held.length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});

describe("LEASE_NAMING", () => {
  it("reads what it writes", () => {
    const name = `${LEASE_NAMING.prefix("4f6b0a4e-8a57-4d3c-b0a5-0f2f3f1f5a11")}0000000012`;
    expect(LEASE_NAMING.sequenceOf(name)).toBe(12);
  });
});
