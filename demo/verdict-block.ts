import type { Paint } from "./paint.js";
import type { Check } from "./verdict.js";

/** The verdict, as it is printed at the end. */
export function describeVerdict(checks: readonly Check[], paint: Paint): string {
  const width = Math.max(...checks.map(({ claim }) => claim.length));
  const lines = checks.map(({ isOk, claim, finding }) => {
    const mark = isOk ? paint("✓", "green", "bold") : paint("✗", "red", "bold");
    return `  ${mark} ${claim.padEnd(width)}  ${isOk ? paint(finding, "dim") : paint(finding, "red")}`;
  });
  const failed = checks.filter(({ isOk }) => !isOk).length;
  const sum =
    failed === 0
      ? paint(`  All ${checks.length} checks hold.`, "green", "bold")
      : paint(`  ${failed} of ${checks.length} checks FAILED.`, "red", "bold");
  return ["", paint("  Verdict", "bold"), "", ...lines, "", sum].join("\n");
}
