import fc from "fast-check";
import { expect, it } from "vitest";
import { checkIdentifier } from "./identifier.js";
import { decodeIdentity, encodeIdentity } from "./identity.js";

const identifier = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
const data = fc.uint8Array().map((bytes) => Buffer.from(bytes));

it("an identity is read back as it was written, whatever the data", () => {
  fc.assert(
    fc.property(identifier, data, (identifier, data) => {
      expect(decodeIdentity(encodeIdentity({ identifier: checkIdentifier(identifier, "/a"), data }))).toEqual({
        identifier,
        data,
      });
    }),
  );
});

it("without data it is the identifier and nothing else, as peers write and read it", () => {
  expect(encodeIdentity({ identifier: "dienst-größe", data: Buffer.alloc(0) })).toEqual(Buffer.from("dienst-größe"));
  expect(decodeIdentity(Buffer.alloc(0))).toEqual({ identifier: "", data: Buffer.alloc(0) });
});

it.each(["", "a\0b", "\ud800", undefined, 7])("%j is no identifier", (given) => {
  expect(() => checkIdentifier(given, "/a")).toThrow("identifier must be");
});
