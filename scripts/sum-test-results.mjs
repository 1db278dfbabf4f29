/**
 * Adds up the JSON reports of test runs in a folder and prints "N passed, N failed". A file or run that failed without
 * a failing test (it does not load, or an error escaped) counts as one failure, so that zero means all is well.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: node scripts/sum-test-results.mjs <folder>");

const counts = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => countsOf(JSON.parse(readFileSync(join(folder, name), "utf8"))));
const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed\n`);

function countsOf(report) {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  return { passed: report.numPassedTests, failed: report.success ? failed : Math.max(1, failed) };
}
