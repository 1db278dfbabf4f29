import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { applyEdit, editsOf } from "../../test/mutants/mutant.js";
import { CAMPAIGN_MUTANTS } from "./mutants.js";

const ROOT = new URL("../../", import.meta.url);

it.each(CAMPAIGN_MUTANTS)("mutant fits the sources as they are: $name", (mutant) => {
  const sources = new Map<string, string>();
  for (const edit of editsOf(mutant)) {
    const source = sources.get(edit.file) ?? readFileSync(new URL(edit.file, ROOT), "utf8");
    sources.set(edit.file, applyEdit(source, edit));
  }
  expect(sources.size).toBeGreaterThan(0);
});
