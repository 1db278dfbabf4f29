import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCurator, readKazoo } from "./encoding.js";

describe("kazoo's encoding", () => {
  test("is decimal text, and empty data is the initial value", () => {
    expect(readKazoo(Buffer.from("-42"), "/n", 7).value).toBe(-42);
    expect(readKazoo(Buffer.alloc(0), "/n", 7).value).toBe(7);
    expect(readKazoo(Buffer.alloc(0), "/n", 7).encode(8).toString()).toBe("8");
  });

  test.each(["1.5", "x", " 1", "1e3", "0x10", "9007199254740992"])("refuses %j", (text) => {
    expect(() => readKazoo(Buffer.from(text), "/n", 0)).toThrow(
      expect.objectContaining({ code: "unreadable-counter" }),
    );
  });
});

describe("Curator's encoding", () => {
  test("is eight bytes, or four, and keeps the width it has found", () => {
    const four = readCurator(Buffer.from([0xff, 0xff, 0xff, 0xfe]), "/n", 0);
    expect(four.value).toBe(-2);
    expect(four.encode(1)).toEqual(Buffer.from([0, 0, 0, 1]));
    expect(four.range.max).toBe(2 ** 31 - 1);
    const none = readCurator(Buffer.alloc(0), "/n", 3);
    expect(none.encode(1)).toHaveLength(8);
    const narrow = readCurator(Buffer.alloc(0), "/n", 3, 4);
    expect(narrow.encode(1)).toHaveLength(4);
    expect(narrow.range.max).toBe(2 ** 31 - 1);
  });

  test.each([1, 3, 5, 9])("refuses %i bytes", (length) => {
    expect(() => readCurator(Buffer.alloc(length), "/n", 0)).toThrow("eight bytes");
  });

  test("refuses what a number cannot hold (H76)", () => {
    const data = Buffer.alloc(8);
    data.writeBigInt64BE(2n ** 53n);
    expect(() => readCurator(data, "/n", 0)).toThrow(expect.objectContaining({ code: "unreadable-counter" }));
  });
});

test("what was written is read again", () => {
  const any = fc.maxSafeInteger();
  fc.assert(
    fc.property(any, (value) => {
      for (const read of [readKazoo, readCurator]) {
        expect(read(read(Buffer.alloc(0), "/n", 0).encode(value), "/n", 0).value).toBe(value + 0);
      }
    }),
  );
});
