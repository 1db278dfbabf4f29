import { expect, it } from "vitest";
import { isCaught, type Report, verdictOf } from "./verdict.js";

const PASSED = { status: "passed", fullName: "lock goes on" };
const FAILED = { status: "failed", fullName: "lock waits ", failureMessages: ["expected 1 to be 2"] };

function report(file: Partial<Report["testResults"][number]>, success: boolean): Report {
  return { success, testResults: [{ name: "a.test.ts", status: "passed", assertionResults: [PASSED], ...file }] };
}

it("a mutant is caught by the first test that fails", () => {
  const verdict = verdictOf(report({ status: "failed", assertionResults: [PASSED, FAILED] }, false));
  expect(verdict).toEqual({ kind: "failed", test: "lock waits", message: "expected 1 to be 2" });
  expect(isCaught(verdict)).toBe(true);
});

it("a mutant survives tests that pass", () => {
  const verdict = verdictOf(report({}, true));
  expect(verdict.kind).toBe("passed");
  expect(isCaught(verdict)).toBe(false);
});

it.each([
  ["there is no report", undefined],
  ["a file does not load", report({ status: "failed", message: "no such module", assertionResults: [] }, false)],
  ["an error escaped from all tests", report({}, false)],
  ["no test was run", report({ assertionResults: [{ ...PASSED, status: "skipped" }] }, true)],
])("nothing is said of a mutant if %s: no test has noticed anything", (_, given) => {
  const verdict = verdictOf(given);
  expect(verdict.kind).toBe("broken");
  expect(isCaught(verdict)).toBe(false);
});

it("a mutant that makes the tests hang is caught", () => {
  expect(isCaught({ kind: "hangs" })).toBe(true);
});
