import { expect, test } from "vitest";
import { checkTerms } from "./terms.js";

const TERMS = [
  { token: 1n, who: "a", start: 0, end: 1 },
  { token: 2n, who: "b", start: 2, end: 3 },
];

test("terms of one leader each are accepted, and so is one whose leader died before it could say so", () => {
  const sightings = [
    { term: 1n, leader: "a" },
    { term: 3n, leader: "c" },
    { term: 3n, leader: "c" },
  ];
  expect(checkTerms("e", TERMS, sightings)).toEqual([]);
});

test("two leaders of one term are found, whether they say so themselves or others see them", () => {
  expect(checkTerms("e", [...TERMS, { token: 2n, who: "c", start: 2, end: 3 }])).toHaveLength(1);
  expect(checkTerms("e", TERMS, [{ term: 2n, leader: "c" }])).toHaveLength(1);
  const strangers = [
    { term: 9n, leader: "c" },
    { term: 9n, leader: "d" },
  ];
  expect(checkTerms("e", TERMS, strangers)).toHaveLength(1);
});

test("a later leader with an earlier term is found", () => {
  expect(checkTerms("e", [...TERMS, { token: 0n, who: "c", start: 4, end: 5 }])).toMatchObject([
    { rule: "a term has one leader" },
  ]);
});
