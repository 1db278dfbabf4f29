import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePlan, encodePlan, type Plan, partitionsOf } from "./plan.js";

const text = fc.string({ unit: "grapheme", minLength: 1 });
const plan: fc.Arbitrary<Plan> = fc.record({
  set: text,
  members: fc.array(
    fc.record({
      identifier: text,
      run: text,
      weight: fc.integer({ min: 1, max: 1000 }),
      partitions: fc.array(text),
    }),
  ),
  unassigned: fc.array(text),
  refused: fc.array(text),
});

describe("a plan", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(plan, (plan) => {
        expect(decodePlan(encodePlan(plan), "/plan")).toEqual(plan);
      }),
    );
  });

  it("is none where there is no znode yet, or an empty one", () => {
    expect(decodePlan(undefined, "/plan")).toBeUndefined();
    expect(decodePlan(Buffer.alloc(0), "/plan")).toBeUndefined();
  });

  it.each([
    "10.0.0.7",
    "null",
    "7",
    "[]",
    "{}",
    '{"set":"s"}',
    '{"set":7,"members":[]}',
    '{"set":"s","members":{}}',
    '{"set":"s","members":[null]}',
    '{"set":"s","members":[{"identifier":"a","run":"r","weight":0,"partitions":[]}]}',
    '{"set":"s","members":[{"identifier":"a","run":"r","weight":"1","partitions":[]}]}',
    '{"set":"s","members":[{"identifier":"a","run":"r","weight":1,"partitions":[7]}]}',
    '{"set":"s","members":[{"identifier":"a","weight":1,"partitions":[]}]}',
    '{"set":"s","members":[],"unassigned":"x"}',
    '{"set":"s","members":[],"refused":[1]}',
  ])("is refused as unreadable: %s", (stored) => {
    expect(() => decodePlan(Buffer.from(stored), "/jobs/plan")).toThrow(
      expect.objectContaining({ code: "unreadable-plan", path: "/jobs/plan" }),
    );
  });

  it("of 20,000 partitions and 50 members stays under the limit of a znode", () => {
    const members = Array.from({ length: 50 }, (_, index) => ({
      identifier: `a-host-with-a-long-name.example.org-${index}`,
      run: "00000000-0000-0000-0000-000000000000",
      weight: 1,
      partitions: Array.from({ length: 400 }, (_, at) => `orders/customers-of-the-north/${index}-${at}`),
    }));
    const plan = { set: "s", members, unassigned: [], refused: [] };
    expect(partitionsOf(plan)).toHaveLength(20_000);
    expect(encodePlan(plan).length).toBeLessThan(2 ** 20 - 1_000);
  });
});
