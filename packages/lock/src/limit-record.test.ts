import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agrees, decodeLimit, encodeLimit } from "./limit-record.js";

const LIMIT = fc.integer({ min: 1, max: 2 ** 31 - 1 });

describe("the record of a semaphore's limit", () => {
  it("says what was recorded, and begins with the limit as Curator's SharedCount reads it", () => {
    fc.assert(
      fc.property(LIMIT, LIMIT, (limit, declared) => {
        const data = encodeLimit({ limit, declared });
        expect(decodeLimit(data)).toEqual({ limit, declared });
        expect(data.readInt32BE()).toBe(limit);
      }),
    );
  });

  it("is what a SharedCount writes, too", () => {
    expect(decodeLimit(Buffer.from([0, 0, 0, 7]))).toEqual({ limit: 7, declared: 7 });
  });

  it.each([0, 1, 3, 5, 9])("is not anything of %d bytes", (length) => {
    expect(decodeLimit(Buffer.alloc(length))).toBeUndefined();
  });

  it("agrees with the limit and with what was declared, and with nothing else (H62)", () => {
    const record = { limit: 5, declared: 3 };
    expect([2, 3, 4, 5, 6].filter((permits) => agrees(record, permits))).toEqual([3, 5]);
  });
});
