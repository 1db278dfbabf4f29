import { expect, test } from "vitest";
import { checkBarrierGenerations, type Passage } from "./barrier-generations.js";

const NEVER = Number.POSITIVE_INFINITY;

function passage(member: string, times: Partial<Passage> = {}): Passage {
  return { generation: "1", member, entering: 0, entered: 2, leaving: 4, left: 6, goneFrom: NEVER, ...times };
}

test("members who come, enter, and leave together are accepted, generation by generation", () => {
  const first = [passage("a", { entering: 1 }), passage("b", { leaving: 5 })];
  const second = [passage("a", { generation: "2" }), passage("b", { generation: "2" })];
  expect(checkBarrierGenerations("b", 2, [...first, ...second])).toEqual([]);
});

test("a member that died inside, or never got in, keeps nobody", () => {
  const dead = passage("b", { leaving: NEVER, left: NEVER, goneFrom: 3 });
  const late = passage("c", { entering: 1, entered: NEVER, leaving: NEVER, left: NEVER });
  expect(checkBarrierGenerations("b", 2, [passage("a"), dead, late])).toEqual([]);
});

test("one who enters before all have come is found", () => {
  const late = passage("b", { entering: 3, entered: 3 });
  expect(checkBarrierGenerations("b", 2, [passage("a"), late])).toMatchObject([
    { rule: "nobody enters before all have come", message: "a was let into generation 1 when 1 of 2 had come" },
  ]);
});

test("members of another generation do not count", () => {
  const other = passage("b", { generation: "2" });
  expect(checkBarrierGenerations("b", 2, [passage("a"), other])).toHaveLength(2);
});

test("one who leaves while another is inside is found", () => {
  const staying = passage("b", { leaving: 9, left: 10 });
  expect(checkBarrierGenerations("b", 2, [passage("a"), staying])).toMatchObject([
    { rule: "nobody leaves before all want to", message: "a was let out of generation 1 while b was inside" },
  ]);
});
