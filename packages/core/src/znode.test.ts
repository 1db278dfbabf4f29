import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "./errors.js";
import { describe as describeValue, toBuffer } from "./znode.js";

describe("toBuffer", () => {
  it("stores every well-formed string as UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(toBuffer(text, "/a").toString("utf8")).toBe(text);
      }),
    );
  });

  it("refuses exactly the strings that UTF-8 cannot carry (H84)", () => {
    const units = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff })));
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes);
        if (text.isWellFormed()) expect(toBuffer(text, "/a").toString("utf8")).toBe(text);
        else expect(() => toBuffer(text, "/a")).toThrow(InvalidArgumentError);
      }),
    );
  });

  it("copies bytes, so that a later change by the caller does not reach the server", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const buffer = toBuffer(bytes, "/a");
    bytes.fill(9);
    expect([...buffer]).toEqual([1, 2, 3]);
  });

  it("takes only the window that a view shows of its buffer", () => {
    const view = new Uint8Array(new Uint8Array([0, 1, 2, 3]).buffer, 1, 2);
    expect([...toBuffer(view, "/a")]).toEqual([1, 2]);
  });

  it("takes undefined for no data at all, never for the text (N15)", () => {
    expect(toBuffer(undefined, "/a")).toHaveLength(0);
  });

  it.each([null, 0, NaN, true, {}, [], [1, 2], new ArrayBuffer(2), new Uint16Array(2), () => "x", Symbol("x"), 1n])(
    "refuses %s, naming the path but not the value",
    (data) => {
      expect(() => toBuffer(data, "/a")).toThrow(expect.objectContaining({ code: "invalid-argument", path: "/a" }));
    },
  );
});

describe("describe", () => {
  it.each([
    [null, "null"],
    [[], "an array"],
    [{ secret: 1 }, "an object"],
    ["secret", "string"],
    [undefined, "undefined"],
    [Symbol("secret"), "symbol"],
  ])("names the type of %s without its value", (value, name) => {
    expect(describeValue(value)).toBe(name);
  });
});
