import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareSequence, parseSequence } from "./sequence.js";

const MAX = 2 ** 31 - 1;
const MIN = -(2 ** 31);
const INT32 = fc.integer({ min: MIN, max: MAX });

/** As the server prints it, with Java's `%010d`: ten characters with the sign, more where they are needed. */
function printed(sequence: number): string {
  return sequence < 0 ? `-${String(-sequence).padStart(9, "0")}` : String(sequence).padStart(10, "0");
}

describe("compareSequence", () => {
  it("puts a contender before the wrap before one after it (H54)", () => {
    expect(compareSequence(MAX, MIN)).toBeLessThan(0);
    expect(compareSequence(MIN, MAX)).toBeGreaterThan(0);
  });

  it("keeps the order of creation across the wrap, while less than 2^31 creations lie between (H54)", () => {
    fc.assert(
      fc.property(INT32, fc.integer({ min: 1, max: MAX }), (first, creations) => {
        const second = (first + creations) | 0;
        expect(compareSequence(first, second)).toBeLessThan(0);
        expect(compareSequence(second, first)).toBeGreaterThan(0);
      }),
    );
  });

  it("is 0 for the same number only", () => {
    fc.assert(fc.property(INT32, INT32, (a, b) => (compareSequence(a, b) === 0) === (a === b)));
  });
});

describe("parseSequence", () => {
  it("reads every number that the server can write, as it writes it (H54, H55)", () => {
    fc.assert(
      fc.property(
        fc.oneof(INT32, fc.integer({ min: -1_000_000_000, max: -1 }), fc.constantFrom(MAX, MIN)),
        (sequence) => {
          expect(parseSequence(printed(sequence))).toBe(sequence);
        },
      ),
    );
  });

  it.each([
    ["0000000000", 0],
    ["2147483647", MAX],
    ["-2147483648", MIN],
    ["-1000000000", -1_000_000_000],
    ["-999999999", -999_999_999],
    ["-000000001", -1],
  ])("reads %j", (digits, sequence) => {
    expect(parseSequence(digits)).toBe(sequence);
  });

  it.each([
    ["nothing", ""],
    ["too few digits", "000000001"],
    ["too many digits", "00000000001"],
    ["more than an int32", "2147483648"],
    ["less than an int32", "-2147483649"],
    ["a plus sign", "+000000001"],
    ["eleven characters where ten suffice", "-0000000001"],
    ["blanks", " 000000001"],
    ["a line break behind it", "0000000001\n"],
    ["hexadecimal digits", "00000000ff"],
    ["digits of another script", "٠٠٠٠٠٠٠٠٠١"],
    ["a number in front", "1-0000000001"],
  ])("refuses %s, which the server cannot have written (H56)", (_, digits) => {
    expect(parseSequence(digits)).toBeUndefined();
  });

  it("reads no two texts as the same number", () => {
    const text = fc.string({ unit: fc.constantFrom("-", "0", "1", "9"), minLength: 9, maxLength: 12 });
    fc.assert(
      fc.property(text, (digits) => {
        const sequence = parseSequence(digits);
        if (sequence !== undefined && sequence !== 0) expect(printed(sequence)).toBe(digits);
      }),
    );
  });
});
