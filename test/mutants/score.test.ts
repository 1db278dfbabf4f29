import { expect, it } from "vitest";
import { type Score, summary, table } from "./score.js";

const EDIT = { file: "a.ts", search: "a", replace: "b" };
const SCORES: readonly Score[] = [
  {
    mutant: { ...EDIT, name: "no sync", standsFor: "servers are believed", hazards: ["H2", "H18"] },
    verdict: { kind: "failed", test: "finds its znode", message: "" },
    elapsedMs: 2_345,
  },
  {
    mutant: { ...EDIT, name: "no check", standsFor: "all is well", hazards: ["H3"] },
    verdict: { kind: "passed" },
    elapsedMs: 60_000,
  },
];

it("the score says what each mutant stands for, who has caught it and how soon", () => {
  expect(table(SCORES)).toBe(
    [
      "| mutant   | stands for                     | caught by       | s    |",
      "| -------- | ------------------------------ | --------------- | ---- |",
      "| no sync  | servers are believed (H2, H18) | finds its znode | 2.3  |",
      "| no check | all is well (H3)               | NOBODY          | 60.0 |",
    ].join("\n"),
  );
});

it("the sum counts those that were caught", () => {
  expect(summary(SCORES)).toBe("1 of 2 mutants caught");
});
