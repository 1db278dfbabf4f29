import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bool, buffer, decode, encode, int, long, nullableUstring, record, trailing, ustring, vector } from "./jute.js";
import { ProtocolError } from "./protocol-error.js";

const hex = (bytes: Buffer): string => bytes.toString("hex");

describe("jute", () => {
  it("writes big-endian numbers of fixed width", () => {
    expect(hex(encode(int, -2))).toBe("fffffffe");
    expect(hex(encode(long, 0x0102030405060708n))).toBe("0102030405060708");
    expect(hex(encode(bool, true))).toBe("01");
  });

  it("tells null from empty", () => {
    expect(hex(encode(buffer, null))).toBe("ffffffff");
    expect(hex(encode(buffer, Buffer.alloc(0)))).toBe("00000000");
    expect(decode(buffer, encode(buffer, null))).toBeNull();
    expect(decode(nullableUstring, encode(nullableUstring, null))).toBeNull();
    expect(decode(nullableUstring, encode(nullableUstring, ""))).toBe("");
  });

  it("counts a string's bytes, not its characters", () => {
    expect(hex(encode(ustring, "é"))).toBe("00000002c3a9");
  });

  it("reads a null vector, which Java sends, as empty", () => {
    expect(decode(vector(int), Buffer.from("ffffffff", "hex"))).toEqual([]);
  });

  it("writes a record's fields in the order of their declaration", () => {
    const pair = record({ first: int, second: bool });
    expect(hex(encode(pair, { second: true, first: 7 }))).toBe("0000000701");
  });

  it("reads a field that an older peer leaves out as undefined", () => {
    const message = record({ id: int, flag: trailing(bool) });
    expect(decode(message, Buffer.from("00000001", "hex"))).toEqual({ id: 1, flag: undefined });
    expect(decode(message, encode(message, { id: 1, flag: false }))).toEqual({ id: 1, flag: false });
  });

  it.each([
    ["a negative length", buffer, "fffffffe"],
    ["a length beyond the end", buffer, "7fffffff00"],
    ["a vector of two thousand million elements", vector(int), "7fffffff00000001"],
    ["null where a string is needed", ustring, "ffffffff"],
    ["bytes that are left over", int, "0000000000"],
  ])("throws its one error for %s", (_what, codec, bytes) => {
    expect(() => decode<unknown>(codec, Buffer.from(bytes, "hex"))).toThrow(ProtocolError);
  });

  it("gives bytes that do not change with the frame they were read from", () => {
    const bytes = encode(buffer, Buffer.from("before"));
    const value = decode(buffer, bytes);
    bytes.fill(0);
    expect(value?.toString()).toBe("before");
  });

  it("reads every number and string it can write", () => {
    const all = record({ i: int, l: long, s: nullableUstring, b: buffer, v: vector(ustring) });
    const text = fc.string({ unit: "grapheme" });
    const anything = fc.record({
      i: fc.integer(),
      l: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
      s: fc.option(text),
      b: fc.option(fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes))),
      v: fc.array(text),
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(decode(all, encode(all, value))).toEqual(value);
      }),
    );
  });
});
