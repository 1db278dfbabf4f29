import type { Mutant } from "./mutant.js";
import { isCaught, type Verdict } from "./verdict.js";

/** What became of one mutant. */
export interface Score {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  readonly elapsedMs: number;
}

/** The score as a table in Markdown, with the mutants in their order. */
export function table(scores: readonly Score[]): string {
  const rows = scores.map(({ mutant, verdict, elapsedMs }) => [
    mutant.name,
    `${mutant.standsFor} (${mutant.hazards.join(", ")})`,
    textOf(verdict),
    (elapsedMs / 1_000).toFixed(1),
  ]);
  const head = ["mutant", "stands for", "caught by", "s"];
  const widths = head.map((text, column) => Math.max(text.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** How many were caught, in one line. */
export function summary(scores: readonly Score[]): string {
  const caught = scores.filter(({ verdict }) => isCaught(verdict)).length;
  return `${caught} of ${scores.length} mutants caught`;
}

export function textOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case "failed":
      return verdict.test;
    case "hangs":
      return "(the tests come to no end)";
    case "passed":
      return "NOBODY";
    case "broken":
      return `(not run: ${verdict.why.split("\n", 1)[0]})`;
  }
}
