import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { applyEdit, editsOf, type Mutant } from "./mutant.js";
import { MUTANTS } from "./mutants.js";

const ROOT = new URL("../../", import.meta.url);

/** The sources that a mutant changes, with its mistake in them. */
function mutated(mutant: Mutant): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const edit of editsOf(mutant)) {
    const source = sources.get(edit.file) ?? readFileSync(new URL(edit.file, ROOT), "utf8");
    sources.set(edit.file, applyEdit(source, edit));
  }
  return sources;
}

it.each(MUTANTS)("mutant fits the sources as they are: $name", (mutant) => {
  expect(mutated(mutant).size).toBeGreaterThan(0);
});

it("there are no two mutants of one name, and no two that make the same mistake", () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  expect(new Set(MUTANTS.map((mutant) => JSON.stringify([...mutated(mutant)]))).size).toBe(MUTANTS.length);
});

it("every mutant brings about a hazard that has a number", () => {
  for (const { hazards } of MUTANTS) {
    expect(hazards.length).toBeGreaterThan(0);
    for (const hazard of hazards) expect(hazard).toMatch(/^H\d+$/);
  }
});
