import { expect, test } from "vitest";
import type { Passage } from "./barrier-generations.js";
import { checkOpenBarrier } from "./open-barrier.js";

const NEVER = Number.POSITIVE_INFINITY;

function passage(member: string, times: Partial<Passage> = {}): Passage {
  return { generation: "null", member, entering: 0, entered: 2, leaving: 4, left: 6, goneFrom: NEVER, ...times };
}

test("members who come together, and one who comes late and stays, are accepted", () => {
  const late = passage("c", { entering: 5, entered: 5.5, leaving: 9, left: 10 });
  expect(checkOpenBarrier("b", 2, [passage("a"), passage("b"), late], 10)).toEqual([]);
});

test("one who enters alone is found, whether the others are to come or have left before it came", () => {
  const alone = passage("b", { entering: 7, entered: 8, leaving: 9, left: 10 });
  expect(
    checkOpenBarrier("b", 2, [passage("a", { entered: NEVER, leaving: NEVER, left: 3 }), alone], 10),
  ).toMatchObject([{ rule: "nobody enters before all have come", message: "b was let in when 1 of 2 had come" }]);
});

test("one who leaves while another is inside is found", () => {
  const staying = passage("b", { leaving: 9, left: 10 });
  expect(checkOpenBarrier("b", 2, [passage("a"), staying], 10)).toMatchObject([
    { rule: "nobody leaves before all want to", message: "a was let out while b was inside" },
  ]);
});

test("one who has died is counted for as long as its session can live, and no longer", () => {
  const dead = passage("a", { entered: NEVER, leaving: NEVER, left: NEVER, goneFrom: 3 });
  const alone = passage("b", { entering: 7, entered: 8, leaving: NEVER, left: NEVER });
  expect(checkOpenBarrier("b", 2, [dead, alone], 10)).toEqual([]);
  expect(checkOpenBarrier("b", 2, [dead, alone], 1)).toHaveLength(1);
});
