import fc from "fast-check";
import { expect, test } from "vitest";
import { choose, idOf, membersOf, nameOfMember, parseMember } from "./naming.js";

test("a member's name tells its generation and its id, and is never the same twice", () => {
  fc.assert(
    fc.property(fc.nat(), fc.option(fc.string({ minLength: 1 }), { nil: undefined }), (generation, identifier) => {
      const id = idOf(identifier);
      const name = nameOfMember(generation, id);
      expect(parseMember(name)).toEqual({ name, generation, id });
      expect(nameOfMember(generation, id)).not.toBe(name);
    }),
  );
});

test("the id follows from the identifier, and is random without one", () => {
  expect(idOf("a")).toBe(idOf("a"));
  expect(idOf("a")).not.toBe(idOf("b"));
  expect(idOf(undefined)).not.toBe(idOf(undefined));
});

test.each([
  "ready",
  "",
  "lock-0000000001",
  "g1-a-b",
  `g1-${"a".repeat(32)}`,
  `g-1-${"a".repeat(32)}-${"b".repeat(32)}`,
])("%j is no member (H70)", (name) => {
  expect(parseMember(name)).toBeUndefined();
});

test("the members of one generation are told from those of others", () => {
  const [one, two] = [idOf("one"), idOf("two")];
  const children = [nameOfMember(7, one), nameOfMember(8, two), nameOfMember(77, one), "ready"];
  expect(membersOf(children, 7).map(({ id }) => id)).toEqual([one]);
  expect(membersOf(children, 8).map(({ id }) => id)).toEqual([two]);
  expect(membersOf(children, 9)).toEqual([]);
});

test("those who wait choose one of the names whatever their order, and not all of them the same (H39)", () => {
  const names = Array.from({ length: 16 }, () => nameOfMember(1, idOf(undefined)));
  const chosen = Array.from({ length: 64 }, (_, index) => {
    const id = idOf(`waiter ${index}`);
    expect(choose(names.toReversed(), id)).toBe(choose(names, id));
    return choose(names, id);
  });
  expect(names).toEqual(expect.arrayContaining(chosen));
  expect(new Set(chosen).size).toBeGreaterThan(8);
});
